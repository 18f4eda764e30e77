/**
 * That somebody always gets on, however few frames there are for however many processes.
 *
 * A process that has got the CPU keeps it until it has executed one instruction, even if the faults of that instruction have
 * used up its quantum: else others would take the page that has just been brought for it, and it theirs, for ever.
 *
 * That is not enough when faults have to wait: a process may lose a page of its instruction to others again and again before
 * it has all of them. One whose instruction has faulted much oftener than any instruction need *starves*, and gets the *swap
 * token* when nobody else has it. While it has it
 *   - no page of its address space is taken for others, as long as there is any other page to take
 *   - it is the next to run whenever it can
 * until it has executed so many instructions, waits for something else than memory, or ends. When even the holder starves,
 * what can be taken is less than one instruction needs (the rest is locked, or waits for a full swap device in vain):
 * memory has run out, and a process is ended for it.
 *
 * Whoever takes the pages of its own instruction in turns, because all else is being written out, waits for a write instead.
 *
 * Source: S. Jiang, X. Zhang, Token-ordered LRU, Performance Evaluation 60 (2005); Linux 2.6.9 to 3.4, mm/thrash.c, from
 * where the name. There the token goes to whoever faults a lot; here it is given only in need, so that thrashing can be
 * watched.
 */
import type { Pid } from "../../emulator/bits.ts";
import { Cause } from "../../emulator/trap.ts";
import type { Core } from "../core.ts";
import { count } from "../counters.ts";
import type { Process } from "../proc/process.ts";

/** Faults that one instruction may need: two pages of code and two of data, each fetched first and then mapped. */
const MOST_FAULTS_IN_PLACE = 8;

/** Faults of one instruction without another in between that show that it loses pages before it has all. */
const STARVING_FAULTS = 4 * MOST_FAULTS_IN_PLACE;

/** Instructions of a turn with the token. */
const TURN_INSTRUCTIONS = 10_000;

/** An instruction of `p` has faulted, or its ecall has found no memory: counts how often the same one has, at the same place. */
export function noteFault(core: Core, p: Process): void {
  const progress = p.restart?.progress ?? 0;
  if (p.lastFaultInstructions !== p.counts.instructions || p.lastFaultProgress !== progress) p.faultsInPlace = 0;
  p.lastFaultInstructions = p.counts.instructions;
  p.lastFaultProgress = progress;
  p.faultsInPlace++;
  if (p.faultsInPlace % STARVING_FAULTS === 0 && p.faultsInPlace >= patience(core, p)) starve(core, p);
}

/** A system call may wait for many frames before it can tell of any progress: fork for all tables, exec for its arguments. */
const patience = ({ hart, config }: Core, p: Process): number =>
  p.inCall || hart.scause === Cause.EcallFromUser ? 4 * config.frames : STARVING_FAULTS;

/**
 * False when an instruction has faulted so often that its own pages must be taking each other's places: with most of its
 * limit locked, a process may have too few left for one instruction. It then goes beyond its limit until it gets on.
 */
export const mayReplaceOwn = ({ hart }: Core, p: Process): boolean =>
  hart.scause === Cause.EcallFromUser || p.faultsInPlace <= MOST_FAULTS_IN_PLACE;

/** An instruction of `p` ends in a signal: so its faults have come to something. */
export function noteSignal(p: Process): void {
  p.faultsInPlace = 0;
}

/**
 * Its quantum is over, but it has executed nothing since it got the CPU, because its instruction faults: it may go on until
 * it has. Not in a system call, which remembers how far it has come.
 */
export function mayFinishInstruction({ hart, variables }: Core, p: Process): boolean {
  if (p.inCall || hart.instret !== variables.enteredInstret) return false;
  return faultsOfInstruction(p) > 0 && p.faultsInPlace <= MOST_FAULTS_IN_PLACE;
}

/**
 * The pages of one instruction take each other's places while others are still being written out: better to wait for one
 * of those frames than to take the next page of its own.
 */
export function shouldAwaitWrites(core: Core, pid: number): boolean {
  const p = core.processes.get(pid as Pid);
  if (p === undefined || p.inCall) return false;
  return faultsOfInstruction(p) > MOST_FAULTS_IN_PLACE && isWriting(core);
}

/** Does the instruction that is being executed lose pages of its own to its own faults? It then had better not be restricted in what it takes. */
export function isTakingTurns({ processes, variables }: Core): boolean {
  const p = processes.get(variables.currentPid as Pid);
  return p !== undefined && faultsOfInstruction(p) > MOST_FAULTS_IN_PLACE;
}

/** How often the instruction that `p` is at has faulted. */
const faultsOfInstruction = (p: Process): number =>
  p.lastFaultInstructions === p.counts.instructions ? p.faultsInPlace : 0;

const isWriting = ({ swap }: Core): boolean => swap.queue.some(({ direction }) => direction === "out");

/** The process that the token lets run first, if it can run. Takes the token from a holder whose turn is over. */
export function firstToRun(core: Core): Pid | null {
  const p = holder(core);
  return p?.state === "ready" ? p.pid : null;
}

/** Who has the token. */
function holder(core: Core): Process | null {
  const { token } = core;
  if (token.spaceId < 0) return null;
  const p = core.processes.get(token.pid as Pid);
  const isOver = p === undefined || p.counts.instructions >= token.untilInstructions;
  if (!isOver && wantsMemory(p) && p.space.id === token.spaceId) return p;
  token.spaceId = -1;
  return null;
}

/** It runs, would run, or waits for a frame or a page. */
const wantsMemory = (p: Process): boolean =>
  p.state === "ready" ||
  p.state === "running" ||
  (p.state === "blocked" && (p.channel === "frames" || p.channel.startsWith("page:")));

/** `p` starves: it gets the token. If it has had it all the time, memory has run out. */
function starve(core: Core, p: Process): void {
  const present = holder(core);
  if (present === p) {
    // Frames are on their way: not yet.
    if (isWriting(core) && p.faultsInPlace < 8 * STARVING_FAULTS) return;
    count(core, "swap-token.in-vain");
    core.variables.outOfMemoryPid = p.pid;
    core.variables.shortage = "starved";
    p.faultsInPlace = 0;
    return;
  }
  if (present !== null) return;
  const { token } = core;
  token.pid = p.pid;
  token.spaceId = p.space.id;
  token.untilInstructions = p.counts.instructions + TURN_INSTRUCTIONS;
  count(core, "swap-token.given");
  if (core.sink.enabled) core.sink.emit({ kind: "swap-token", pid: p.pid });
}
