/** pipe2. */
import { Errno, type SyscallName } from "../abi.ts";
import { Open } from "../fs/flags.ts";
import { freeDescriptor, openInode, putDescriptor } from "../fs/open-file.ts";
import { MAX_PIPES } from "../fs/pipe-book.ts";
import { writeUserWords } from "../mm/user-memory.ts";
import type { SyscallHandler } from "./handler.ts";

const pipe2: SyscallHandler = (core, p, a) => {
  const flags = a[1];
  if (flags & ~(Open.CloseOnExec | Open.NonBlock | Open.Direct)) return -Errno.EINVAL;
  const readFd = freeDescriptor(p);
  const writeFd = readFd < 0 ? readFd : freeDescriptor(p, readFd + 1);
  if (writeFd < 0) return writeFd;
  if (core.fs.usage.pipes >= MAX_PIPES) return -Errno.ENFILE;
  // The program gets the numbers first: when its memory is bad, nothing has been opened.
  const outcome = writeUserWords(core, p, a[0], Int32Array.of(readFd, writeFd));
  if (outcome !== 0) return outcome;
  const inode = core.fs.makePipe(core.hart.cycles);
  if (!inode) return -Errno.ENFILE;
  const closeOnExec = (flags & Open.CloseOnExec) !== 0;
  const kept = flags & (Open.NonBlock | Open.Direct);
  const path = `pipe:[${inode.number}]`;
  putDescriptor(p.files, readFd, { file: openInode(core, inode.number, Open.ReadOnly | kept, path), closeOnExec });
  putDescriptor(p.files, writeFd, { file: openInode(core, inode.number, Open.WriteOnly | kept, path), closeOnExec });
  return 0;
};

export const pipeCalls = { pipe2 } satisfies Partial<Record<SyscallName, SyscallHandler>>;
