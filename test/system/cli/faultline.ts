/** Runs `./bin/faultline` as a person would, in a folder of its own. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export const root: string = join(import.meta.dirname ?? new URL(".", import.meta.url).pathname, "..", "..", "..");

export interface Ran {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** @param stdin what the command reads; "" is an empty input */
export function faultline(args: readonly string[], stdin: string | Uint8Array = "", folder: string = root): Ran {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, "bin", "faultline"), ...args], {
    cwd: folder,
    input: stdin,
    timeout: 60_000,
    maxBuffer: 1 << 26,
  });
  return { status, stdout: stdout.toString(), stderr: stderr.toString() };
}

/** A new folder with these files in it. */
export function folderWith(files: Readonly<Record<string, string | Uint8Array>>): string {
  const folder = mkdtempSync(join(tmpdir(), "faultline-test-"));
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  return folder;
}
