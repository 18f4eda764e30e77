/** memfd_create: files without a name that live in memory, as all files do here; and how they are sealed. */
import { Errno, type SyscallName } from "../abi.ts";
import type { Core } from "../core.ts";
import { isWritable, Open, PATH_BYTES_MAX } from "../fs/flags.ts";
import { utf8Bytes } from "../fs/inode.ts";
import { freeDescriptor, installDescriptor, openInode } from "../fs/open-file.ts";
import { ALL_SEALS, isSealed, Seal, sealsOf } from "../fs/seals.ts";
import { areasOf } from "../mm/areas.ts";
import { fileObject } from "../mm/page-cache.ts";
import { readUserString } from "../mm/user-memory.ts";
import type { OpenFile } from "../proc/process.ts";
import type { SyscallHandler } from "./handler.ts";

/** MFD_* (include/uapi/linux/memfd.h); there are no huge pages. */
const Flag = { CloseOnExec: 1, AllowSealing: 2, HugePages: 4 } as const;
/** Bytes of a name: "memfd:" and it make a name of 255. */
const NAME_BYTES_MAX = 249;

const memfd_create: SyscallHandler = (core, p, a) => {
  const flags = a[1];
  if ((flags & ~(Flag.CloseOnExec | Flag.AllowSealing | Flag.HugePages)) !== 0) return -Errno.EINVAL;
  const name = readUserString(core, p, a[0], PATH_BYTES_MAX);
  if (typeof name === "number") return name === -Errno.ENAMETOOLONG ? -Errno.EINVAL : name;
  if (utf8Bytes(name) > NAME_BYTES_MAX) return -Errno.EINVAL;
  const fd = freeDescriptor(p);
  if (fd < 0) return fd;
  if ((flags & Flag.HugePages) !== 0) return -Errno.ENOSYS;
  if (!core.fs.canAdd()) return -Errno.ENOSPC;
  const inode = core.fs.makeNameless(0o777, core.hart.cycles);
  inode.seals = (flags & Flag.AllowSealing) !== 0 ? 0 : Seal.Seal;
  const file = openInode(core, inode.number, Open.ReadWrite | Open.LargeFile, `/memfd:${name} (deleted)`);
  return installDescriptor(p, file, (flags & Flag.CloseOnExec) !== 0);
};

// ---- seals ----

/** F_ADD_SEALS: 0 or −errno. */
export function addSeals(core: Core, file: OpenFile, seals: number): number {
  const inode = core.fs.inode(file.inode);
  if (!isWritable(file.flags)) return -Errno.EPERM;
  if ((seals & ~ALL_SEALS) !== 0 || inode?.kind !== "file") return -Errno.EINVAL;
  if ((sealsOf(inode) & Seal.Seal) !== 0) return -Errno.EPERM;
  if ((seals & Seal.Write) !== 0 && !isSealed(inode, Seal.Write) && mayBeWrittenByMapping(core, inode.number))
    return -Errno.EBUSY;
  inode.seals = (inode.seals ?? 0) | seals;
  return 0;
}

/** Some mapping shares the file and can be written to, or be made so by mprotect. */
function mayBeWrittenByMapping(core: Core, inode: number): boolean {
  const object = fileObject(core, inode);
  if (object === undefined) return false;
  for (const space of core.spaces.values())
    for (const { backing } of areasOf(space))
      if (backing.kind === "shared" && backing.object === object.id && !backing.isReadOnly) return true;
  return false;
}

export const memoryFileCalls = { memfd_create } satisfies Partial<Record<SyscallName, SyscallHandler>>;
