/**
 * host_tool: a call of Faultline's own, by which `cc`, `as`, `ld` and their like at the machine's prompt are run by the
 * host's toolchain on the machine's files. It is the one place where a program is served by something outside the
 * machine; the tools are functions of their arguments and files alone, so that a run stays repeatable.
 *
 * The result is a descriptor of a nameless file: three words (status, bytes of output, bytes of messages), then both texts.
 */
import { Errno } from "../abi.ts";
import type { Core, ToolFiles } from "../core.ts";
import { charge } from "../counters.ts";
import { AT_FDCWD } from "../fs/flags.ts";
import type { FileInode } from "../fs/inode.ts";
import { freeDescriptor, installDescriptor, openInode } from "../fs/open-file.ts";
import { directoryForNames, lookup, pathOfDirectory, walk } from "../fs/path.ts";
import { flushFile, refreshFile } from "../mm/page-cache.ts";
import { truncateFile } from "../mm/truncate.ts";
import { encodeUtf8 } from "../mm/user-memory.ts";
import type { Process } from "../proc/process.ts";
import { makeFile } from "./files.ts";
import type { SyscallHandler } from "./handler.ts";
import { readStrings } from "./process.ts";

/** Most bytes of a file that a tool reads or writes: 16 MiB. */
const MAX_FILE_BYTES = 1 << 24;
const HEADER_BYTES = 12;
/** No node of /proc: the file has no name anywhere. */
const NO_NODE = 0;

const hostTool: SyscallHandler = (core, p, a) => {
  const { tool } = core.host;
  if (tool === undefined) return -Errno.ENOSYS;
  const argv = readStrings(core, p, a[0] >>> 0);
  if (typeof argv === "number") return argv;
  if (argv.length === 0) return -Errno.EINVAL;
  const fd = freeDescriptor(p);
  if (fd < 0) return fd;
  const { status, stdout, stderr } = tool(argv, filesFor(core, p));
  charge(core, core.costs.hostTool);
  const inode = core.fs.makeGenerated(NO_NODE, pack(status, encodeUtf8(stdout), encodeUtf8(stderr)), core.hart.cycles);
  if (inode === undefined) return -Errno.ENOSPC;
  return installDescriptor(p, openInode(core, inode.number, 0, `/proc/tool/${argv[0]}`), false);
};

function pack(status: number, stdout: Uint8Array, stderr: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(HEADER_BYTES + stdout.length + stderr.length);
  new DataView(bytes.buffer).setInt32(0, status, true);
  new DataView(bytes.buffer).setUint32(4, stdout.length, true);
  new DataView(bytes.buffer).setUint32(8, stderr.length, true);
  bytes.set(stdout, HEADER_BYTES);
  bytes.set(stderr, HEADER_BYTES + stdout.length);
  return bytes;
}

/** The machine's files as the process sees them. */
function filesFor(core: Core, p: Process): ToolFiles {
  const cwd = pathOfDirectory(core, p.fs.cwd);
  return {
    workingDirectory: typeof cwd === "string" ? cwd : "/",
    read(path) {
      const inode = lookup(core, p, AT_FDCWD, path, true);
      if (typeof inode === "number" || inode.kind !== "file" || inode.content.bytes > MAX_FILE_BYTES) return null;
      flushFile(core, inode.number);
      const bytes = new Uint8Array(inode.content.bytes);
      core.fs.readInode(inode.number, 0, bytes);
      return bytes;
    },
    write(path, bytes, isExecutable) {
      const inode = fileToWrite(core, p, path);
      if (typeof inode === "string") return inode;
      if (bytes.length > MAX_FILE_BYTES) return "the file is larger than 16 MiB";
      const refusal = truncateFile(core, inode, 0) || core.fs.write(inode, 0, bytes, core.hart.cycles);
      if (refusal === -Errno.ENOSPC) return "no space left on the machine's file system";
      if (refusal !== 0) return refusalText(refusal);
      refreshFile(core, inode.number, 0, bytes.length);
      const permissions = inode.permissions | 0o111;
      if (isExecutable && core.fs.folder.ask(inode.number, { kind: "mode", permissions }) === 0)
        inode.permissions = permissions;
      return null;
    },
  };
}

function fileToWrite(core: Core, p: Process, path: string): FileInode | string {
  const place = walk(core, p, AT_FDCWD, path, true);
  if (typeof place === "number") return place === -Errno.ENOENT ? "there is no such folder" : "the path leads nowhere";
  if (place.inode >= 0) {
    const inode = core.fs.inode(place.inode);
    return inode?.kind === "file" ? inode : "it is not a regular file";
  }
  const parent = directoryForNames(core, place);
  if (typeof parent === "number" || place.mustBeDirectory) return "it is a folder";
  if (!core.fs.canAdd()) return "no space left on the machine's file system";
  const inode = makeFile(core, parent, place.name, 0o666 & ~p.fs.umask);
  return typeof inode === "number" ? refusalText(inode) : inode;
}

/** Why the folder that the machine has as its root does not take a file. */
const refusalText = (refusal: number): string =>
  refusal === -Errno.EROFS ? "the file system is read-only" : `the host's folder refuses it (errno ${-refusal})`;

export const hostToolCalls = { host_tool: hostTool };
