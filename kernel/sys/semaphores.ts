/** System V semaphores: semget, semop, semtimedop, semctl, with SEM_UNDO. Layouts: asm-generic sembuf.h for 32 bits. */
import { Errno, type SyscallName } from "../abi.ts";
import type { Core } from "../core.ts";
import { readUser, readUserWords, writeUser, writeUserWords } from "../mm/user-memory.ts";
import type { Process } from "../proc/process.ts";
import { wake } from "../proc/scheduler.ts";
import { sleepUnlessSignalled } from "../proc/signals.ts";
import {
  findKey,
  Ipc,
  IpcLimit,
  MODE_WORD,
  NEVER,
  PERMISSION_WORDS,
  permissionWords,
  type SemaphoreSet,
  secondsOf,
  semaphoreChannel,
} from "../proc/system-v.ts";
import { deadlineIn, NO_DEADLINE } from "./deadlines.ts";
import type { SyscallHandler } from "./handler.ts";

const UNDO = 0x1000;
const Command = {
  GetPid: 11,
  GetValue: 12,
  GetAll: 13,
  GetWaitingIncrease: 14,
  GetWaitingZero: 15,
  SetValue: 16,
  SetAll: 17,
} as const;

const semget: SyscallHandler = (core, _p, a) => {
  const [key, count, flags] = a;
  if (count < 0 || count > IpcLimit.SEMMSL) return -Errno.EINVAL;
  const { systemV } = core;
  const found = findKey(systemV.semaphores.values(), key, flags, { exists: -Errno.EEXIST, missing: -Errno.ENOENT });
  if (typeof found !== "number") return count > found.values.length ? -Errno.EINVAL : found.id;
  if (found < 0) return found;
  if (count === 0) return -Errno.EINVAL;
  let total = count;
  for (const { values } of systemV.semaphores.values()) total += values.length;
  if (systemV.semaphores.size >= IpcLimit.SEMMNI || total > IpcLimit.SEMMNS) return -Errno.ENOSPC;
  const id = systemV.nextId++;
  systemV.semaphores.set(id, {
    id,
    key,
    mode: flags & 0o777,
    changeCycles: core.hart.cycles,
    operationCycles: NEVER,
    values: new Array<number>(count).fill(0),
    lastPids: new Array<number>(count).fill(0),
    undo: new Map(),
  });
  return id;
};

interface Operation {
  readonly number: number;
  readonly change: number;
  readonly flags: number;
}

/** Operations of one call are done all or none. 0, −errno, RESTART. */
function operate(core: Core, p: Process, a: Int32Array, deadline: number): number {
  const [id, vaddr, count] = [a[0], a[1], a[2] >>> 0];
  if (count === 0 || id < 0) return -Errno.EINVAL;
  if (count > IpcLimit.SEMOPM) return -Errno.E2BIG;
  const bytes = new Uint8Array(count * 6);
  const outcome = readUser(core, p, vaddr, bytes);
  if (outcome !== 0) return outcome;
  const view = new DataView(bytes.buffer);
  const operations: Operation[] = Array.from({ length: count }, (_, i) => ({
    number: view.getUint16(i * 6, true),
    change: view.getInt16(i * 6 + 2, true),
    flags: view.getInt16(i * 6 + 4, true),
  }));
  const set = core.systemV.semaphores.get(id);
  if (set === undefined) return p.inCall ? -Errno.EIDRM : -Errno.EINVAL;
  if (operations.some(({ number }) => number >= set.values.length)) return -Errno.EFBIG;
  const values = [...set.values];
  for (const operation of operations) {
    const { number, change, flags } = operation;
    const isBlocked = change === 0 ? values[number] !== 0 : values[number] + change < 0;
    if (isBlocked) {
      if ((flags & Ipc.NoWait) !== 0) return -Errno.EAGAIN;
      if (deadline >= 0 && core.hart.cycles >= deadline) return -Errno.EAGAIN;
      p.restart = { number: core.hart.x[17], progress: 0, deadlineCycles: deadline, bitset: waitingFor(operation) };
      return sleepUnlessSignalled(core, p, semaphoreChannel(id), deadline);
    }
    values[number] += change;
    if (values[number] > IpcLimit.SEMVMX) return -Errno.ERANGE;
  }
  for (const { number, change, flags } of operations) {
    set.lastPids[number] = p.tgid;
    if ((flags & UNDO) === 0 || change === 0) continue;
    const owed = set.undo.get(p.tgid) ?? new Array<number>(set.values.length).fill(0);
    owed[number] -= change;
    set.undo.set(p.tgid, owed);
  }
  values.forEach((value, number) => {
    set.values[number] = value;
  });
  set.operationCycles = core.hart.cycles;
  wake(core, semaphoreChannel(id));
  return 0;
}

/** What a sleeping call waits for, as one number: the semaphore, and whether it is to become 0. */
const waitingFor = ({ number, change }: Operation): number => number * 2 + (change === 0 ? 1 : 0);

function waiters(core: Core, set: SemaphoreSet, number: number, forZero: boolean): number {
  const sought = number * 2 + (forZero ? 1 : 0);
  let count = 0;
  for (const { channel, restart } of core.processes.values()) {
    if (channel === semaphoreChannel(set.id) && restart?.bitset === sought) count++;
  }
  return count;
}

const semop: SyscallHandler = (core, p, a) => operate(core, p, a, NO_DEADLINE);

const semtimedop_time64: SyscallHandler = (core, p, a) => {
  const deadline = deadlineIn(core, p, a[3]);
  return deadline < NO_DEADLINE ? deadline + 1 : operate(core, p, a, deadline);
};

const semctl: SyscallHandler = (core, p, a) => {
  const [id, number, command, argument] = a;
  const set = id < 0 ? undefined : core.systemV.semaphores.get(id);
  if (set === undefined) return -Errno.EINVAL;
  const { values } = set;
  switch (command) {
    case Ipc.Remove:
      core.systemV.semaphores.delete(id);
      wake(core, semaphoreChannel(id));
      return 0;
    case Ipc.Stat:
      return writeUserWords(core, p, argument, semidWords(set));
    case Ipc.Set: {
      const words = new Int32Array(PERMISSION_WORDS);
      const outcome = readUserWords(core, p, argument, words);
      if (outcome !== 0) return outcome;
      set.mode = words[MODE_WORD] & 0o777;
      set.changeCycles = core.hart.cycles;
      return 0;
    }
    case Command.GetAll:
      return writeUser(core, p, argument, new Uint8Array(Uint16Array.from(values).buffer));
    case Command.SetAll: {
      const bytes = new Uint8Array(values.length * 2);
      const outcome = readUser(core, p, argument, bytes);
      if (outcome !== 0) return outcome;
      return setValues(core, p, set, Array.from(new Uint16Array(bytes.buffer).entries()));
    }
    default:
  }
  const isOne = command >= Command.GetPid && command <= Command.SetValue;
  if (!isOne || number < 0 || number >= values.length) return -Errno.EINVAL;
  switch (command) {
    case Command.GetPid:
      return set.lastPids[number];
    case Command.GetValue:
      return values[number];
    case Command.GetWaitingIncrease:
    case Command.GetWaitingZero:
      return waiters(core, set, number, command === Command.GetWaitingZero);
    default:
      return setValues(core, p, set, [[number, argument]]);
  }
};

function setValues(core: Core, p: Process, set: SemaphoreSet, changes: [number: number, value: number][]): number {
  if (changes.some(([, value]) => value < 0 || value > IpcLimit.SEMVMX)) return -Errno.ERANGE;
  for (const [number, value] of changes) {
    set.values[number] = value;
    set.lastPids[number] = p.tgid;
    for (const owed of set.undo.values()) owed[number] = 0;
  }
  set.changeCycles = core.hart.cycles;
  wake(core, semaphoreChannel(set.id));
  return 0;
}

const semidWords = (set: SemaphoreSet): Int32Array =>
  Int32Array.from([
    ...permissionWords(set),
    ...secondsOf(set.operationCycles),
    ...secondsOf(set.changeCycles),
    set.values.length,
    0,
    0,
  ]);

export const semaphoreCalls = { semctl, semget, semop, semtimedop_time64 } satisfies Partial<
  Record<SyscallName, SyscallHandler>
>;
