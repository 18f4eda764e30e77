/**
 * State of System V IPC: shared memory segments hang off their SharedObject (mm/vma.ts); sets of semaphores and queues of
 * messages are here. Plain data. Everything is root's, so permissions are kept and shown and refuse nothing.
 */
import { BOOT_EPOCH_SECONDS, CYCLES_PER_SECOND } from "../config.ts";

/** In place of a cycle: it has not happened yet. */
export const NEVER = -1;

/**
 * Limits, under the names that /proc/sys/kernel and the manual pages give them, with Linux's values; but there are
 * fewer queues and semaphores in all, to bound the whole. (SHMMAX is the address space of a program.)
 */
export const IpcLimit = {
  SHMMNI: 4096,
  MSGMAX: 8192,
  MSGMNB: 16384,
  MSGMNI: 256,
  SEMMSL: 32000,
  SEMMNS: 256_000,
  SEMOPM: 500,
  SEMMNI: 32000,
  SEMVMX: 32767,
} as const;

/** What the three kinds have in common (struct kern_ipc_perm). */
export interface IpcIdentity {
  readonly id: number;
  /** IPC_PRIVATE (0) once it has been removed while still in use. */
  key: number;
  /** Permission bits. */
  mode: number;
  changeCycles: number;
}

export interface SemaphoreSet extends IpcIdentity {
  readonly values: number[];
  /** Process that last changed each. */
  readonly lastPids: number[];
  /** What SEM_UNDO owes, by process: to be added to each value when it ends. */
  readonly undo: Map<number, number[]>;
  operationCycles: number;
}

export interface Message {
  readonly type: number;
  readonly bytes: Uint8Array;
}

export interface MessageQueue extends IpcIdentity {
  readonly messages: Message[];
  /** Most bytes that may wait. */
  limitBytes: number;
  sendCycles: number;
  receiveCycles: number;
  lastSender: number;
  lastReceiver: number;
}

export interface SystemV {
  nextId: number;
  semaphores: Map<number, SemaphoreSet>;
  queues: Map<number, MessageQueue>;
}

export const emptySystemV = (): SystemV => ({ nextId: 0, semaphores: new Map(), queues: new Map() });

/** Commands of shmctl, semctl and msgctl that all have, and the flags of the get calls (include/uapi/linux/ipc.h). */
export const Ipc = { Remove: 0, Set: 1, Stat: 2, Create: 0o1000, Exclusive: 0o2000, NoWait: 0o4000 } as const;

/** The words of struct ipc64_perm. */
export const permissionWords = ({ key, mode, id }: IpcIdentity): number[] => [key, 0, 0, 0, 0, mode, id & 0xffff, 0, 0];

/** Words of ipc64_perm, and which of them IPC_SET takes: the mode. */
export const PERMISSION_WORDS = 9;
export const MODE_WORD = 5;

/** Whom semop, msgsnd and msgrcv wait for. */
export const semaphoreChannel = (id: number): string => `semaphore:${id}`;
export const queueChannel = (id: number): string => `queue:${id}`;

/** Seconds of a time as the two words of the structures; 0 for NEVER. */
export const secondsOf = (cycles: number): number[] => {
  if (cycles === NEVER) return [0, 0];
  const seconds = BOOT_EPOCH_SECONDS + Math.floor(cycles / CYCLES_PER_SECOND);
  return [seconds | 0, Math.floor(seconds / 2 ** 32)];
};

/** Looks up a key as the get calls do: an identity, 0 (make one), or −errno. `refusal` checks one that exists. */
export function findKey<T extends IpcIdentity>(
  all: Iterable<T>,
  key: number,
  flags: number,
  errors: { readonly exists: number; readonly missing: number },
): T | number {
  if (key === 0) return 0;
  for (const found of all) {
    if (found.key !== key) continue;
    return (flags & Ipc.Create) !== 0 && (flags & Ipc.Exclusive) !== 0 ? errors.exists : found;
  }
  return (flags & Ipc.Create) !== 0 ? 0 : errors.missing;
}
