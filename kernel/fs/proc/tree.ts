/** Which places of /proc exist at the moment, and where its symbolic links lead. */

import type { Pid } from "../../../emulator/bits.ts";
import { TRAMPOLINE_VADDR } from "../../abi.ts";
import type { Core } from "../../core.ts";
import { areasOf } from "../../mm/areas.ts";
import { Prot } from "../../mm/vma.ts";
import type { Process } from "../../proc/process.ts";
import { threadsOf } from "../../proc/threads.ts";
import { ROOT_INODE } from "../file-system.ts";
import {
  descriptorLink,
  fixedChild,
  fixedChildren,
  fixedParent,
  isOfThread,
  type ProcNode,
  pidDirectory,
  procNode,
  threadDirectory,
} from "./nodes.ts";

/** A process that /proc shows: the first thread of one that has not been reaped. */
export function shownProcess(core: Core, pid: number): Process | undefined {
  const p = core.processes.get(pid as Pid);
  return p && p.pid === p.tgid ? p : undefined;
}

/** The process that a place of /proc is about, or the thread, if it still is there. */
export function ownerOf(core: Core, node: ProcNode): Process | undefined {
  // A descriptor's link is the same in the directories of a process and of its first thread.
  const isOfAny = isOfThread(node) || node.inside === "fd";
  return isOfAny ? core.processes.get(node.pid as Pid) : shownProcess(core, node.pid);
}

/** Number of the directory that `..` means. */
export function procParent(core: Core, number: number): number {
  const node = procNode(number);
  if (number !== threadDirectory(node.pid)) return fixedParent(number, ROOT_INODE);
  const process = core.processes.get(node.pid as Pid)?.tgid ?? node.pid;
  return fixedChild(procNode(pidDirectory(process)), "task");
}

/** Number of a name in a directory of /proc, or −1. */
export function procLookup(core: Core, directory: number, name: string): number {
  const node = procNode(directory);
  const owner = ownerOf(core, node);
  if (node.pid !== 0 && !owner) return -1;
  if (node.name === "fd" && owner) return descriptorNumber(owner, name);
  if (node.name === "task" && owner) {
    const thread = /^[1-9][0-9]*$/.test(name) ? core.processes.get(Number(name) as Pid) : undefined;
    return thread?.tgid === owner.tgid ? threadDirectory(thread.pid) : -1;
  }
  if (node.name === "proc" && /^[1-9][0-9]*$/.test(name)) {
    return shownProcess(core, Number(name)) ? pidDirectory(Number(name)) : -1;
  }
  return fixedChild(node, name);
}

function descriptorNumber(owner: Process, name: string): number {
  if (!/^(0|[1-9][0-9]*)$/.test(name)) return -1;
  return owner.files.slots[Number(name)] ? descriptorLink(owner.pid, Number(name)) : -1;
}

/** The names in a directory of /proc, with their numbers; none when its process is gone. */
export function procChildren(core: Core, directory: number): { readonly name: string; readonly number: number }[] {
  const node = procNode(directory);
  const owner = ownerOf(core, node);
  if (node.pid !== 0 && !owner) return [];
  if (node.name === "fd" && owner) {
    return owner.files.slots.flatMap((slot, fd) =>
      slot ? [{ name: String(fd), number: descriptorLink(node.pid, fd) }] : [],
    );
  }
  if (node.name === "task" && owner)
    return threadsOf(core, owner.tgid).map(({ pid }) => ({ name: String(pid), number: threadDirectory(pid) }));
  const children = fixedChildren(node);
  if (node.name !== "proc") return children;
  for (const p of core.processes.values()) {
    if (p.pid === p.tgid) children.push({ name: String(p.pid), number: pidDirectory(p.pid) });
  }
  return children;
}

/** Where a symbolic link of /proc leads: what readlink says, and the inode itself where there is one to jump to. */
export interface ProcLink {
  readonly target: string;
  /** Inode that a walk goes on with, whatever the target's text; −1: walk the target. */
  readonly inode: number;
}

/** The link, or null when it leads nowhere (its process or descriptor is gone). `p` is who asks: /proc/self. */
export function procLink(core: Core, p: Process, number: number): ProcLink | null {
  const node = procNode(number);
  if (node.pid === 0) return { target: node.name === "self" ? String(p.tgid) : `${p.tgid}/task/${p.pid}`, inode: -1 };
  const owner = ownerOf(core, node);
  if (!owner || owner.state === "zombie") return null;
  if (node.fd >= 0) {
    const file = owner.files.slots[node.fd]?.file;
    return file ? { target: file.path, inode: file.inode } : null;
  }
  if (node.name === "cwd") return { target: owner.fs.cwdPath, inode: owner.fs.cwd };
  if (node.name === "root") return { target: "/", inode: -1 };
  const program = programFile(owner);
  return program ? { target: program.path, inode: program.inode } : null;
}

/** The file that a process runs: what its first executable mapping of a file shows. */
export function programFile(p: Process): { readonly path: string; readonly inode: number } | null {
  for (const { backing, prot, start } of areasOf(p.space)) {
    if (backing.kind === "file" && (prot & Prot.Execute) !== 0 && start !== TRAMPOLINE_VADDR) return backing;
  }
  return null;
}
