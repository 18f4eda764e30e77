/**
 * The places of /proc and their numbers. A place is not stored: its inode number says which process and which row of
 * the table below it is, so that a working directory or an open directory in /proc survives every snapshot.
 *
 *     number = PROC_FIRST + pid × 2048 + index        pid 0: what belongs to no process
 *     index  = row of NODES, or 1024 + descriptor for the links in /proc/PID/fd
 *
 * In /proc/PID/task/TID the thread's id stands where the process's does elsewhere.
 *
 * What the files say is kernel/fs/proc/process.ts and its like; which exist at the moment, kernel/fs/proc/tree.ts.
 */
import type { ProcInode } from "../inode.ts";

/** Number of the directory /proc. */
export const PROC_FIRST = 0x40000000;
const PER_PROCESS = 2048;
const FIRST_DESCRIPTOR = 1024;

type NodeType = "directory" | "file" | "symlink";
/** The directories that rows stand in. */
export type ProcDirectory = "proc" | "faultline" | "pid" | "thread" | "fd" | "sys" | "vm" | "kernel" | "fs" | "sysvipc";

interface Row {
  readonly name: string;
  readonly inside: ProcDirectory | "";
  readonly type: NodeType;
}

const row = (inside: ProcDirectory | "", type: NodeType, ...names: string[]): Row[] =>
  names.map((name) => ({ name, inside, type }));

/** Order is part of the numbering: add at the end. */
const NODES: readonly Row[] = [
  ...row("", "directory", "proc", "pid"),
  ...row("proc", "file", "meminfo", "vmstat", "stat", "uptime", "loadavg", "swaps", "cpuinfo", "filesystems", "mounts"),
  ...row("proc", "file", "version"),
  ...row("proc", "symlink", "self"),
  ...row("proc", "directory", "faultline"),
  ...row("faultline", "file", "frames", "lists", "policy", "tlb"),
  ...row("pid", "file", "maps", "smaps", "status", "stat", "statm", "cmdline", "comm", "pagemap"),
  ...row("pid", "symlink", "exe", "cwd", "root"),
  ...row("pid", "directory", "fd"),
  ...row("proc", "directory", "sys"),
  ...row("sys", "directory", "vm", "kernel"),
  ...row("vm", "file", "drop_caches", "overcommit_memory", "overcommit_ratio"),
  ...row("kernel", "file", "hostname", "osrelease", "ostype", "pid_max"),
  ...row("faultline", "file", "sources", "tasks", "watermarks", "working-sets"),
  ...row("pid", "file", "working_set"),
  ...row("vm", "file", "ws_sample_cycles", "ws_tau_cycles"),
  ...row("pid", "file", "smaps_rollup", "environ", "limits", "oom_score", "oom_score_adj", "clear_refs"),
  ...row("vm", "file", "max_map_count", "mmap_min_addr", "min_free_kbytes", "panic_on_oom"),
  ...row("faultline", "file", "load"),
  ...row("pid", "file", "mounts"),
  ...row("kernel", "file", "shmmax", "shmall", "shmmni", "msgmax", "msgmnb", "msgmni", "sem", "tainted"),
  ...row("vm", "file", "swappiness", "page-cluster", "watermark_scale_factor", "dirty_background_ratio"),
  ...row("pid", "file", "page_priority"),
  ...row("faultline", "file", "standby"),
  ...row("sys", "directory", "fs"),
  ...row("fs", "file", "pipe-max-size"),
  ...row("proc", "directory", "sysvipc"),
  ...row("sysvipc", "file", "shm", "sem", "msg"),
  ...row("proc", "symlink", "thread-self"),
  ...row("pid", "directory", "task"),
  ...row("", "directory", "thread"),
  ...row("thread", "file", "maps", "smaps", "status", "stat", "statm", "cmdline", "comm", "pagemap"),
  ...row("thread", "file", "smaps_rollup", "environ", "limits", "oom_score", "mounts"),
  ...row("thread", "symlink", "exe", "cwd", "root"),
  ...row("thread", "directory", "fd"),
];

/** Which place a number is. `fd` is −1 except for a link in /proc/PID/fd. */
export interface ProcNode {
  readonly pid: number;
  readonly index: number;
  readonly name: string;
  readonly type: NodeType;
  readonly inside: ProcDirectory | "";
  readonly fd: number;
}

export function procNode(number: number): ProcNode {
  const relative = number - PROC_FIRST;
  const pid = Math.floor(relative / PER_PROCESS);
  const index = relative % PER_PROCESS;
  if (index >= FIRST_DESCRIPTOR) {
    const fd = index - FIRST_DESCRIPTOR;
    return { pid, index, name: String(fd), type: "symlink", inside: "fd", fd };
  }
  return { pid, index, ...(NODES[index] ?? NODES[0]), fd: -1 };
}

const numberOf = (pid: number, index: number): number => PROC_FIRST + pid * PER_PROCESS + index;

/** Number of the directory of one process. */
export const pidDirectory = (pid: number): number => numberOf(pid, 1);
const THREAD_INDEX = NODES.findIndex(({ name, inside }) => name === "thread" && inside === "");
/** Number of the directory of one thread. */
export const threadDirectory = (tid: number): number => numberOf(tid, THREAD_INDEX);
/** It is the directory of a thread, or in it: its number has the thread's id. */
export const isOfThread = (node: ProcNode): boolean => node.inside === "thread" || node.index === THREAD_INDEX;

/** Number of the link for one descriptor. */
export const descriptorLink = (pid: number, fd: number): number => numberOf(pid, FIRST_DESCRIPTOR + fd);

/** Number of a fixed row's child, or −1. Processes and descriptors are looked up in tree.ts. */
export function fixedChild(directory: ProcNode, name: string): number {
  const index = NODES.findIndex((node) => node.inside === directory.name && node.name === name);
  return index < 0 ? -1 : numberOf(directory.pid, index);
}

/** The fixed rows in a directory, with their numbers. */
export function fixedChildren(directory: ProcNode): { readonly name: string; readonly number: number }[] {
  const children: { name: string; number: number }[] = [];
  NODES.forEach((node, index) => {
    if (node.inside === directory.name) children.push({ name: node.name, number: numberOf(directory.pid, index) });
  });
  return children;
}

/** Number of the directory that `..` means, but for that of a thread (tree.ts). */
export function fixedParent(number: number, rootNumber: number): number {
  const node = procNode(number);
  if (node.inside === "") return node.name === "proc" ? rootNumber : PROC_FIRST;
  if (node.inside === "pid") return pidDirectory(node.pid);
  if (node.inside === "fd") return fixedChild(procNode(pidDirectory(node.pid)), "fd");
  const index = NODES.findIndex((candidate) => candidate.type === "directory" && candidate.name === node.inside);
  return numberOf(node.pid, index);
}

/** Files of a process that can be written and that process-controls.ts answers for. */
export const isOwnControl = (node: ProcNode): boolean =>
  node.inside === "pid" && ["clear_refs", "oom_score_adj", "page_priority"].includes(node.name);

/** Files that can be written: those of /proc/sys/vm and /proc/PID/working_set (controls.ts), and the three above. */
export const isControl = (node: ProcNode): boolean =>
  node.inside === "vm" || (node.inside === "pid" && node.name === "working_set") || isOwnControl(node);

const PERMISSIONS: Readonly<Record<NodeType, number>> = { directory: 0o555, file: 0o444, symlink: 0o777 };

export function procInode(number: number): ProcInode {
  const node = procNode(number);
  const { type } = node;
  return {
    kind: "proc",
    number,
    type,
    permissions: node.name === "clear_refs" ? 0o200 : isControl(node) ? 0o644 : PERMISSIONS[type],
    links: type === "directory" ? 2 : 1,
    holds: 0,
    atimeCycles: 0,
    mtimeCycles: 0,
    ctimeCycles: 0,
    btimeCycles: 0,
  };
}
