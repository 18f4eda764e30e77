/** What the tools need of the world: files by path. The same tools run under Node, in a browser worker and at the machine's own prompt. */

export interface DriverHost {
  /** The content of a file, or null when it cannot be read. */
  readFile(path: string): Uint8Array | null;
  /** Returns null, or why the file could not be written. */
  writeFile(path: string, bytes: Uint8Array, isExecutable: boolean): string | null;
  /** Folder with include/ and lib/ (crt0.o, libc.a), such as "/usr". */
  readonly sysroot: string;
  /** Where the compiler runs, for debug information. */
  readonly workingDirectory?: string;
  readonly colour?: boolean;
}

/** How a tool ended. Text for the two streams; status 0 is success, 1 an error in the input, 2 a wrong command line. */
export interface ToolResult {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

export const ok = (stdout = "", stderr = ""): ToolResult => ({ status: 0, stdout, stderr });
export const failure = (stderr: string, status = 1): ToolResult => ({ status, stdout: "", stderr });

export function baseName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

/** The path without the suffix of its last part. */
export function withoutSuffix(path: string): string {
  const name = baseName(path);
  const dot = name.lastIndexOf(".");
  return dot <= 0 ? path : path.slice(0, path.length - (name.length - dot));
}
