/**
 * Seals: what may no longer be done to a file that memfd_create has made, whoever has it open (fcntl(2), "File Sealing").
 *
 * As in Linux 6.1: F_SEAL_EXEC is younger. Any other file of this tree is sealed against seals, as those of a tmpfs are.
 */
import { PAGE_BYTES } from "../../emulator/bits.ts";
import { Errno } from "../abi.ts";
import type { FileInode, Inode } from "./inode.ts";

export const Seal = { Seal: 1, Shrink: 2, Grow: 4, Write: 8, FutureWrite: 16 } as const;
export const ALL_SEALS = 31;

export const isSealed = (inode: FileInode, seals: number): boolean => ((inode.seals ?? 0) & seals) !== 0;

/** F_GET_SEALS; −EINVAL for what is no file. */
export const sealsOf = (inode: Inode | undefined): number =>
  inode?.kind === "file" ? (inode.seals ?? Seal.Seal) : -Errno.EINVAL;

/**
 * How far a write of bytes at `start` may go: Infinity, −EPERM when not even its first piece may be written. What passes the end
 * of a file that must not grow is refused page by page of the file, as Linux writes.
 */
export function writableEnd(inode: FileInode, start: number, bytes: number): number {
  if (isSealed(inode, Seal.Write | Seal.FutureWrite)) return -Errno.EPERM;
  if (!isSealed(inode, Seal.Grow) || start + bytes <= inode.content.bytes) return Number.POSITIVE_INFINITY;
  const end = inode.content.bytes - (inode.content.bytes % PAGE_BYTES);
  return end > start ? end : -Errno.EPERM;
}
