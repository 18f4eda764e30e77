/**
 * The terminal as a device: carries bytes between the line discipline, the host and the processes that read and write
 * it, and holds background processes back (POSIX job control).
 */
import { Errno, RESTART, Signal } from "../abi.ts";
import { CYCLES_PER_SECOND } from "../config.ts";
import type { Core } from "../core.ts";
import { Open, Poll } from "../fs/flags.ts";
import { notify } from "../fs/open-file.ts";
import { deadlineOf, emptySpan, fillSpan, interrupted, progressOf, type Span, waitOn } from "../fs/transfer.ts";
import type { OpenFile, Process } from "../proc/process.ts";
import { isBlocked, isIgnored, isOrphanedGroup, postGroupSignal, SignalCode } from "../proc/signals.ts";
import { consumeInput, drainBacklog, type Effects, peekInput, receiveBytes, writeByte } from "./line-discipline.ts";
import { BACKLOG_BYTES, Control, Local, readableBytes, type Terminal } from "./terminal.ts";

export const TTY_INPUT = "tty0:input";
export const TTY_OUTPUT = "tty0:output";
/** Bytes put through output processing at a time. */
const OUTPUT_PIECE_BYTES = 1024;
/** VTIME counts tenths of a second. */
const CYCLES_PER_DECISECOND = CYCLES_PER_SECOND / 10;

const isCanonical = (tty: Terminal): boolean => (tty.localFlags & Local.ICANON) !== 0;

/**
 * Bytes, or the end of them, have come from the host for the terminal (`tty0`) or for the host stream that stands in for
 * standard input. Returns how many bytes were dropped because a full megabyte already waits to be looked at.
 */
export function deliverInput(core: Core, stream: "tty0" | "stdin", bytes: Uint8Array | "eof"): number {
  if (stream === "stdin") {
    if (bytes === "eof") core.fs.stdin.ended = true;
    else if (bytes.length > 0) core.fs.stdin.chunks.push(bytes.slice());
    notify(core, "stdin");
    return 0;
  }
  const { terminal } = core.fs;
  const wasHeld = terminal.held;
  let dropped = 0;
  if (bytes === "eof") hangUp(terminal);
  else {
    const effects: Effects = { screen: [], signals: [] };
    dropped = receiveBytes(terminal, bytes, BACKLOG_BYTES, effects);
    terminal.lastInputCycles = core.hart.cycles;
    carryOut(core, effects);
  }
  notify(core, TTY_INPUT);
  if (wasHeld && !terminal.held) notify(core, TTY_OUTPUT);
  return dropped;
}

/** No more input: what has been typed of the last line can be read, then reads give end-of-file. */
function hangUp(terminal: Terminal): void {
  terminal.hungUp = true;
  if (terminal.edit.length > 0) terminal.lines.push(terminal.edit);
  terminal.edit = [];
}

function carryOut(core: Core, effects: Effects): void {
  if (effects.screen.length > 0) core.host.output("tty0", Uint8Array.from(effects.screen));
  for (const signal of effects.signals) signalForeground(core, signal);
}

function signalForeground(core: Core, signal: number): void {
  const { foreground } = core.fs.terminal;
  if (foreground > 0) postGroupSignal(core, foreground, signal, { code: SignalCode.Kernel });
}

/** The window has a new size; the foreground group hears of it by SIGWINCH if it changed. */
export function setWindowSize(core: Core, columns: number, rows: number): void {
  const { terminal } = core.fs;
  if (terminal.columns === columns && terminal.rows === rows) return;
  terminal.columns = columns;
  terminal.rows = rows;
  signalForeground(core, Signal.SIGWINCH);
}

/** Puts bytes that were held back by a full queue through, after readers have made room. */
export function refillQueue(core: Core): void {
  if (core.fs.terminal.backlog.length === 0) return;
  const effects: Effects = { screen: [], signals: [] };
  drainBacklog(core.fs.terminal, effects);
  carryOut(core, effects);
}

/**
 * Holds a process of a background group back: the group gets `signal`, which usually stops it, and the call is executed
 * again when it continues. 0: it may go on. `ignoredResult` is for who blocks or ignores the signal.
 */
export function checkForeground(core: Core, p: Process, signal: number, ignoredResult: number): number {
  const { terminal } = core.fs;
  if (p.tty !== 0 || p.sid !== terminal.session || p.pgid === terminal.foreground) return 0;
  if (isBlocked(p, signal) || isIgnored(p, signal)) return ignoredResult;
  if (isOrphanedGroup(core, p.pgid)) return -Errno.EIO;
  postGroupSignal(core, p.pgid, signal, { code: SignalCode.Kernel });
  p.interruptible = true;
  return RESTART;
}

export function readTerminal(core: Core, p: Process, file: OpenFile, span: Span): number {
  const { terminal } = core.fs;
  const held = checkForeground(core, p, Signal.SIGTTIN, -Errno.EIO);
  if (held !== 0) return held;
  if (span.bytes === 0) return 0;
  const done = progressOf(core, p);
  if (done === 0) {
    const wait = isCanonical(terminal) ? waitForLine(core, p, file) : waitForBytes(core, p, file, span.bytes);
    if (wait !== 0) return wait === NOTHING_TO_READ ? 0 : wait;
  }
  if (done === 0 && isCanonical(terminal) && terminal.lines[0]?.length === 0) {
    consumeInput(terminal, 0);
    return 0;
  }
  let linesLeft = terminal.lines.length;
  const moved = fillSpan(core, p, span, {
    peek: (dst) => peekInput(terminal, dst),
    consume: (count) => {
      consumeInput(terminal, count);
      const lineEnded = terminal.lines.length < linesLeft;
      linesLeft = terminal.lines.length;
      return !lineEnded;
    },
  });
  refillQueue(core);
  return moved;
}

/** A wait's result: the read returns 0 bytes. */
const NOTHING_TO_READ = 1;

/** 0: there is a line. */
function waitForLine(core: Core, p: Process, file: OpenFile): number {
  const { terminal } = core.fs;
  if (terminal.lines.length > 0) return 0;
  if (terminal.hungUp) return NOTHING_TO_READ;
  if (file.flags & Open.NonBlock) return -Errno.EAGAIN;
  return waitOn(core, p, TTY_INPUT, 0);
}

/** 0: raw mode's conditions are met: VMIN bytes, or VTIME tenths of a second (termios(3), four cases). */
function waitForBytes(core: Core, p: Process, file: OpenFile, wanted: number): number {
  const { terminal } = core.fs;
  const ready = readableBytes(terminal);
  const minimum = terminal.controls[Control.VMIN];
  const timeCycles = terminal.controls[Control.VTIME] * CYCLES_PER_DECISECOND;
  if (ready > 0 && ready >= Math.min(minimum, wanted)) return 0;
  if (terminal.hungUp) return ready > 0 ? 0 : NOTHING_TO_READ;
  if (file.flags & Open.NonBlock) return ready > 0 ? 0 : -Errno.EAGAIN;
  if (minimum > 0 && (timeCycles === 0 || ready === 0)) return waitOn(core, p, TTY_INPUT, 0);
  if (timeCycles === 0) return NOTHING_TO_READ;
  // With a minimum the timer runs from byte to byte; without one, from the beginning of the call.
  const known = deadlineOf(core, p);
  const fromStart = known >= 0 ? known : core.hart.cycles + timeCycles;
  const deadline = minimum > 0 ? terminal.lastInputCycles + timeCycles : fromStart;
  if (core.hart.cycles >= deadline) return ready > 0 ? 0 : NOTHING_TO_READ;
  return waitOn(core, p, TTY_INPUT, 0, deadline);
}

export function writeTerminal(core: Core, p: Process, file: OpenFile, span: Span): number {
  const { terminal } = core.fs;
  if ((terminal.localFlags & Local.TOSTOP) !== 0) {
    const held = checkForeground(core, p, Signal.SIGTTOU, 0);
    if (held !== 0) return held;
  }
  const { done, outcome } = emptySpan(core, p, span, {
    room: () => (terminal.held ? 0 : OUTPUT_PIECE_BYTES),
    put: (bytes) => {
      const screen: number[] = [];
      for (const byte of bytes) writeByte(terminal, byte, screen);
      core.host.output("tty0", Uint8Array.from(screen));
      return 0;
    },
  });
  if (outcome !== 0) return interrupted(core, p, done, outcome);
  if (done === span.bytes) return done;
  if (file.flags & Open.NonBlock) return done > 0 ? done : -Errno.EAGAIN;
  return waitOn(core, p, TTY_OUTPUT, done);
}

/** What poll says of the terminal. */
export function pollTerminal(tty: Terminal): number {
  const minimum = tty.controls[Control.VTIME] === 0 ? Math.max(1, tty.controls[Control.VMIN]) : 1;
  const isReadable = isCanonical(tty) ? tty.lines.length > 0 : readableBytes(tty) >= minimum;
  const input = isReadable || tty.hungUp ? Poll.In | Poll.ReadNormal : 0;
  return input | (tty.held ? 0 : Poll.Out | Poll.WriteNormal) | (tty.hungUp ? Poll.HangUp : 0);
}

/** Makes the terminal the controlling one of a session without any, whose leader asks. False when that may not be. */
export function acquireTerminal(core: Core, p: Process): boolean {
  const { terminal } = core.fs;
  if (p.tty === 0 && p.sid === terminal.session) return true;
  if (p.sid !== p.tgid || p.tty >= 0 || terminal.session !== 0) return false;
  terminal.session = p.sid;
  terminal.foreground = p.pgid;
  p.tty = 0;
  return true;
}

/**
 * Gives the controlling terminal up. When the session's leader does (or exits: call it from there), the foreground group
 * hears SIGHUP and SIGCONT, and the whole session loses the terminal.
 */
export function leaveTerminal(core: Core, p: Process): void {
  const { terminal } = core.fs;
  const isLeader = p.sid === p.tgid && p.sid === terminal.session;
  p.tty = -1;
  if (!isLeader) return;
  signalForeground(core, Signal.SIGHUP);
  signalForeground(core, Signal.SIGCONT);
  terminal.session = 0;
  terminal.foreground = 0;
  for (const member of core.processes.values()) if (member.sid === p.sid) member.tty = -1;
}
