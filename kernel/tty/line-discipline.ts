/**
 * The line discipline: what a terminal makes of bytes typed and bytes written (POSIX general terminal interface, as
 * Linux's n_tty does it). Works on the terminal's data alone; what has to leave it (bytes for the screen, signals for
 * the foreground group) is put into `Effects`, for kernel/tty/device.ts to carry out.
 *
 * In canonical mode with VERASE at its usual DEL, ^H erases too, since some terminals send it for Backspace. Left out:
 * parity and break handling, delays, case mapping, hardware flow control; every character counts as one column wide.
 */
import { Signal } from "../abi.ts";
import { Control, DISABLED, Input, Local, Output, QUEUE_BYTES, queuedBytes, type Terminal } from "./terminal.ts";

/** What came of a byte. */
export interface Effects {
  /** Bytes for the screen. */
  readonly screen: number[];
  /** Signals for the foreground process group. */
  readonly signals: number[];
}

const BELL = 7;
const BACKSPACE = 8;
const TAB = 9;
const NEWLINE = 10;
const RETURN = 13;
const SPACE = 32;
const CARET = 0x5e;
const DELETE = 0x7f;

const isLocal = (tty: Terminal, flag: number): boolean => (tty.localFlags & flag) !== 0;
const isInput = (tty: Terminal, flag: number): boolean => (tty.inputFlags & flag) !== 0;
const isControl = (tty: Terminal, index: number, byte: number): boolean =>
  tty.controls[index] === byte && byte !== DISABLED;

// ---- output ----

/** Puts one byte on the screen through output processing, keeping track of the column. */
export function writeByte(tty: Terminal, byte: number, screen: number[]): void {
  const processed = (tty.outputFlags & Output.OPOST) !== 0;
  if (byte === NEWLINE) {
    if (processed && (tty.outputFlags & Output.ONLCR) !== 0) {
      screen.push(RETURN);
      tty.column = 0;
    } else if (processed && (tty.outputFlags & Output.ONLRET) !== 0) tty.column = 0;
  } else if (byte === RETURN) {
    if (processed && (tty.outputFlags & Output.ONOCR) !== 0 && tty.column === 0) return;
    if (processed && (tty.outputFlags & Output.OCRNL) !== 0) byte = NEWLINE;
    tty.column = 0;
  } else tty.column = columnAfter(tty.column, byte);
  screen.push(byte);
}

/** Column after a byte other than newline and return; continuation bytes of UTF-8 take no place. */
function columnAfter(column: number, byte: number): number {
  if (byte === BACKSPACE) return Math.max(0, column - 1);
  if (byte === TAB) return (column | 7) + 1;
  return byte < SPACE || byte === DELETE || (byte & 0xc0) === 0x80 ? column : column + 1;
}

// ---- echo ----

const isShownWithCaret = (tty: Terminal, byte: number): boolean =>
  isLocal(tty, Local.ECHOCTL) && (byte < SPACE || byte === DELETE) && byte !== NEWLINE && byte !== TAB;

function echo(tty: Terminal, byte: number, screen: number[]): void {
  if (!isLocal(tty, Local.ECHO)) {
    if (byte === NEWLINE && isLocal(tty, Local.ECHONL) && isLocal(tty, Local.ICANON)) writeByte(tty, byte, screen);
    return;
  }
  if (isShownWithCaret(tty, byte)) {
    writeByte(tty, CARET, screen);
    writeByte(tty, byte ^ 0x40, screen);
  } else writeByte(tty, byte, screen);
}

/** Column in which the line that is being edited ends, if it began in editColumn. */
function editEndColumn(tty: Terminal): number {
  let column = tty.editColumn;
  for (const byte of tty.edit) column = isShownWithCaret(tty, byte) ? column + 2 : columnAfter(column, byte);
  return column;
}

/** Rubs out what the screen shows beyond the (already shortened) line. */
function rubOut(tty: Terminal, wasTab: boolean, screen: number[]): void {
  const end = editEndColumn(tty);
  while (tty.column > end) {
    if (wasTab) writeByte(tty, BACKSPACE, screen);
    else for (const byte of [BACKSPACE, SPACE, BACKSPACE]) writeByte(tty, byte, screen);
  }
}

// ---- editing ----

/** Takes the last character off the line and the screen. */
function eraseCharacter(tty: Terminal, screen: number[]): void {
  let byte = tty.edit.pop();
  if (byte === undefined) return;
  const isContinuation = (value: number): boolean => (value & 0xc0) === 0x80;
  while (isInput(tty, Input.IUTF8) && isContinuation(byte) && tty.edit.length > 0) byte = tty.edit.pop()!;
  if (!isLocal(tty, Local.ECHO)) return;
  if (isLocal(tty, Local.ECHOE)) rubOut(tty, byte === TAB, screen);
  else echo(tty, tty.controls[Control.VERASE], screen);
}

function eraseWord(tty: Terminal, screen: number[]): void {
  const isBlank = (byte: number | undefined): boolean => byte === SPACE || byte === TAB;
  while (tty.edit.length > 0 && isBlank(tty.edit.at(-1))) eraseCharacter(tty, screen);
  while (tty.edit.length > 0 && !isBlank(tty.edit.at(-1))) eraseCharacter(tty, screen);
}

function eraseLine(tty: Terminal, byte: number, screen: number[]): void {
  if (isLocal(tty, Local.ECHOKE) && isLocal(tty, Local.ECHOE)) {
    while (tty.edit.length > 0) eraseCharacter(tty, screen);
    return;
  }
  tty.edit = [];
  echo(tty, byte, screen);
  if (isLocal(tty, Local.ECHO) && isLocal(tty, Local.ECHOK)) writeByte(tty, NEWLINE, screen);
}

function reprint(tty: Terminal, byte: number, screen: number[]): void {
  echo(tty, byte, screen);
  writeByte(tty, NEWLINE, screen);
  tty.editColumn = tty.column;
  for (const shown of tty.edit) echo(tty, shown, screen);
}

/** Hands the line to readers. */
function commit(tty: Terminal): void {
  tty.lines.push(tty.edit);
  tty.edit = [];
}

function append(tty: Terminal, byte: number, screen: number[]): void {
  // One place is kept for the newline, so that a full line can still be ended.
  if (tty.edit.length >= QUEUE_BYTES - 1 && byte !== NEWLINE) {
    if (isInput(tty, Input.IMAXBEL)) screen.push(BELL);
    return;
  }
  if (tty.edit.length === 0) tty.editColumn = tty.column;
  tty.edit.push(byte);
  echo(tty, byte, screen);
}

// ---- input ----

/** The signal that a byte stands for, or 0. */
function signalOf(tty: Terminal, byte: number): number {
  if (!isLocal(tty, Local.ISIG)) return 0;
  if (isControl(tty, Control.VINTR, byte)) return Signal.SIGINT;
  if (isControl(tty, Control.VQUIT, byte)) return Signal.SIGQUIT;
  return isControl(tty, Control.VSUSP, byte) ? Signal.SIGTSTP : 0;
}

/** Throws away what has been typed and not read. */
export function flushInput(tty: Terminal): void {
  tty.lines = [];
  tty.edit = [];
  tty.backlog = [];
  tty.literalNext = false;
}

function interrupt(tty: Terminal, byte: number, signal: number, effects: Effects): void {
  if (!isLocal(tty, Local.NOFLSH)) flushInput(tty);
  tty.held = false;
  echo(tty, byte, effects.screen);
  effects.signals.push(signal);
}

/** Whether a byte can be taken now, or has to wait in the backlog until readers have made room. */
function hasRoom(tty: Terminal): boolean {
  if (!isLocal(tty, Local.ICANON)) return queuedBytes(tty) < QUEUE_BYTES;
  // An over-full line is cut, not held back: otherwise its end could never be typed.
  return queuedBytes(tty) - tty.edit.length + tty.lines.length < QUEUE_BYTES;
}

/**
 * Takes bytes that the host has delivered. Those for which there is no room wait in the backlog, but a byte that stands
 * for a signal overtakes them (and, unless NOFLSH is set, throws them away). Returns how many were dropped because the
 * backlog was full.
 */
export function receiveBytes(tty: Terminal, bytes: Uint8Array, backlogLimit: number, effects: Effects): number {
  let dropped = 0;
  for (const byte of bytes) {
    if (tty.backlog.length === 0 && hasRoom(tty)) {
      receiveByte(tty, byte, effects);
      continue;
    }
    const signal = tty.literalNext ? 0 : signalOf(tty, byte);
    if (signal !== 0) interrupt(tty, byte, signal, effects);
    else if (tty.backlog.length < backlogLimit) tty.backlog.push(byte);
    else dropped++;
  }
  return dropped;
}

/** Moves bytes from the backlog into the queue as far as there is room. */
export function drainBacklog(tty: Terminal, effects: Effects): void {
  let taken = 0;
  const { backlog } = tty;
  while (taken < backlog.length && tty.backlog === backlog && hasRoom(tty)) receiveByte(tty, backlog[taken++], effects);
  if (tty.backlog === backlog && taken > 0) tty.backlog = backlog.slice(taken);
}

function receiveByte(tty: Terminal, byte: number, effects: Effects): void {
  const { screen } = effects;
  if (isInput(tty, Input.ISTRIP)) byte &= 0x7f;
  if (tty.literalNext) {
    tty.literalNext = false;
    store(tty, byte, screen);
    return;
  }
  const signal = signalOf(tty, byte);
  if (signal !== 0) {
    interrupt(tty, byte, signal, effects);
    return;
  }
  if (isInput(tty, Input.IXON) && controlsFlow(tty, byte)) return;
  if (byte === RETURN) {
    if (isInput(tty, Input.IGNCR)) return;
    if (isInput(tty, Input.ICRNL)) byte = NEWLINE;
  } else if (byte === NEWLINE && isInput(tty, Input.INLCR)) byte = RETURN;
  if (!isLocal(tty, Local.ICANON) || !editLine(tty, byte, screen)) store(tty, byte, screen);
}

/** ^S and ^Q. True when the byte was one of them. */
function controlsFlow(tty: Terminal, byte: number): boolean {
  if (isControl(tty, Control.VSTART, byte)) {
    tty.held = false;
    return true;
  }
  if (isControl(tty, Control.VSTOP, byte)) {
    tty.held = true;
    return true;
  }
  if (isInput(tty, Input.IXANY)) tty.held = false;
  return false;
}

/** Canonical mode: what edits or ends the line. False when the byte is an ordinary one. */
function editLine(tty: Terminal, byte: number, screen: number[]): boolean {
  const isErase =
    isControl(tty, Control.VERASE, byte) || (byte === BACKSPACE && tty.controls[Control.VERASE] === DELETE);
  const isExtended = isLocal(tty, Local.IEXTEN);
  if (isErase) eraseCharacter(tty, screen);
  else if (isControl(tty, Control.VKILL, byte)) eraseLine(tty, byte, screen);
  else if (isExtended && isControl(tty, Control.VWERASE, byte)) eraseWord(tty, screen);
  else if (isExtended && isControl(tty, Control.VREPRINT, byte)) reprint(tty, byte, screen);
  else if (isExtended && isControl(tty, Control.VLNEXT, byte)) startLiteral(tty, screen);
  else if (isControl(tty, Control.VEOF, byte)) commit(tty);
  else if (byte === NEWLINE || isControl(tty, Control.VEOL, byte) || isControl(tty, Control.VEOL2, byte)) {
    append(tty, byte, screen);
    commit(tty);
  } else return false;
  return true;
}

/** VLNEXT shows a caret over which the next character is written. */
function startLiteral(tty: Terminal, screen: number[]): void {
  tty.literalNext = true;
  if (!isLocal(tty, Local.ECHO) || !isLocal(tty, Local.ECHOCTL)) return;
  if (tty.edit.length === 0) tty.editColumn = tty.column;
  writeByte(tty, CARET, screen);
  writeByte(tty, BACKSPACE, screen);
}

/** Adds a byte to the line, or in raw mode to what readers may have. */
function store(tty: Terminal, byte: number, screen: number[]): void {
  if (isLocal(tty, Local.ICANON)) {
    append(tty, byte, screen);
    return;
  }
  if (tty.lines.length === 0) tty.lines.push([]);
  tty.lines[tty.lines.length - 1].push(byte);
  echo(tty, byte, screen);
}

/**
 * Takes over new local flags. When canonical mode ends, the line that was being edited becomes readable; when it begins,
 * what is readable stays so.
 */
export function setLocalFlags(tty: Terminal, flags: number): void {
  const wasCanonical = isLocal(tty, Local.ICANON);
  tty.localFlags = flags;
  if (!wasCanonical || isLocal(tty, Local.ICANON)) return;
  const waiting = [...tty.lines.flat(), ...tty.edit];
  tty.lines = waiting.length > 0 ? [waiting] : [];
  tty.edit = [];
}

// ---- reading ----

/** Copies what a read may have now into `dst`, and leaves it there: one line at most in canonical mode. */
export function peekInput(tty: Terminal, dst: Uint8Array): number {
  let count = 0;
  for (const line of tty.lines) {
    for (let i = 0; i < line.length && count < dst.length; i++) dst[count++] = line[i];
    if (isLocal(tty, Local.ICANON)) break;
  }
  return count;
}

/** Drops what has been read. An empty line, an end-of-file, goes with a read of 0 bytes. */
export function consumeInput(tty: Terminal, count: number): void {
  do {
    const line = tty.lines[0];
    if (!line) return;
    const part = Math.min(count, line.length);
    line.splice(0, part);
    count -= part;
    if (line.length > 0) return;
    tty.lines.shift();
  } while (count > 0);
}
