/** Where the build put what the machine needs, and reading files with messages for people. */
import { existsSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { type RootEntry, readRootArchive } from "../root-file-system.ts";
import { CommandFailure } from "./failure.ts";

/** The folder of the build's results: this code runs in the programs of dist/cli, or from source in tests. */
function distFolder(): string {
  const here = dirname(fileURLToPath(import.meta.url));
  return existsSync(join(here, "..", "rootfs.tar")) ? join(here, "..") : join(here, "..", "..", "dist");
}

/** The folder of headers and libraries, which are also under /usr in the machine. */
export const sysrootFolder = (): string => join(distFolder(), "sysroot");

/** The root file system that the build made. Throws CommandFailure when it is missing or damaged. */
export function loadRoot(): RootEntry[] {
  const path = join(distFolder(), "rootfs.tar");
  try {
    return readRootArchive(readFileSync(path));
  } catch (error) {
    throw new CommandFailure(
      `the machine's root file system cannot be read from ${path}: ${(error as Error).message}.`,
      "`npm run build -- --force` makes it anew.",
      1,
    );
  }
}

const REASONS: Readonly<Record<string, [string, string]>> = {
  ENOENT: ["there is no such file", "check the spelling and the folder you are in."],
  EACCES: ["you are not allowed to read it", "change its permissions."],
  EISDIR: ["it is a folder", "name a file in it."],
};

/** The bytes of a file that the person named. Throws CommandFailure. */
export function readNamedFile(path: string): Uint8Array {
  try {
    if (statSync(path).isDirectory()) throw Object.assign(new Error("is a directory"), { code: "EISDIR" });
    return readFileSync(path);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const [what, remedy] = REASONS[code ?? ""] ?? [message, "see what the operating system says."];
    throw new CommandFailure(`${path} cannot be read: ${what}.`, remedy[0].toUpperCase() + remedy.slice(1));
  }
}
