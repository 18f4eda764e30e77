/** ioctl: the terminal's settings, size and groups, and the few requests that any file understands. */
import { Errno, Signal, type SyscallName } from "../abi.ts";
import type { Core } from "../core.ts";
import { Open } from "../fs/flags.ts";
import { waitingBytes } from "../fs/input-output.ts";
import { descriptorOf, notify } from "../fs/open-file.ts";
import { readUser, readUserWord, writeUser, writeUserWord } from "../mm/user-memory.ts";
import type { Descriptor, Process } from "../proc/process.ts";
import {
  acquireTerminal,
  checkForeground,
  leaveTerminal,
  pollTerminal,
  refillQueue,
  setWindowSize,
  TTY_INPUT,
  TTY_OUTPUT,
} from "../tty/device.ts";
import { flushInput, peekInput, setLocalFlags } from "../tty/line-discipline.ts";
import { CONTROL_CHARACTERS, QUEUE_BYTES, type Terminal } from "../tty/terminal.ts";
import type { SyscallHandler } from "./handler.ts";

/** Linux's asm-generic/ioctls.h. */
export const Ioctl = {
  TCGETS: 0x5401,
  TCSETS: 0x5402,
  TCSETSW: 0x5403,
  TCSETSF: 0x5404,
  TCSBRK: 0x5409,
  TCXONC: 0x540a,
  TCFLSH: 0x540b,
  TIOCSCTTY: 0x540e,
  TIOCGPGRP: 0x540f,
  TIOCSPGRP: 0x5410,
  TIOCGWINSZ: 0x5413,
  TIOCSWINSZ: 0x5414,
  FIONREAD: 0x541b,
  FIONBIO: 0x5421,
  TIOCNOTTY: 0x5422,
  TIOCGSID: 0x5429,
  FIONCLEX: 0x5450,
  FIOCLEX: 0x5451,
} as const;

/** struct termios: four flag words, c_line, c_cc. */
const TERMIOS_BYTES = 36;
const WINSIZE_BYTES = 8;

const ioctl: SyscallHandler = (core, p, a) => {
  const descriptor = descriptorOf(p, a[0]);
  if (!descriptor || descriptor.file.flags & Open.Path) return -Errno.EBADF;
  const common = anyFile(core, p, descriptor, a[1], a[2]);
  if (common !== NOT_MINE) return common;
  const inode = core.fs.inode(descriptor.file.inode);
  const isTerminal = inode?.kind === "device" && (inode.device === "tty" || inode.device === "console");
  return isTerminal ? terminalRequest(core, p, a[1], a[2]) : -Errno.ENOTTY;
};

const NOT_MINE = 1;

/** Requests on the descriptor rather than the device. */
function anyFile(core: Core, p: Process, descriptor: Descriptor, request: number, argument: number): number {
  if (request === Ioctl.FIOCLEX || request === Ioctl.FIONCLEX) {
    descriptor.closeOnExec = request === Ioctl.FIOCLEX;
    return 0;
  }
  if (request === Ioctl.FIONBIO) {
    const wanted = new Int32Array(1);
    const outcome = readUserWord(core, p, argument, wanted);
    const { file } = descriptor;
    if (outcome === 0) file.flags = wanted[0] === 0 ? file.flags & ~Open.NonBlock : file.flags | Open.NonBlock;
    return outcome;
  }
  if (request !== Ioctl.FIONREAD) return NOT_MINE;
  const waiting = waitingBytes(core, descriptor.file);
  return waiting < 0 ? NOT_MINE : writeUserWord(core, p, argument, waiting);
}

function terminalRequest(core: Core, p: Process, request: number, argument: number): number {
  const { terminal } = core.fs;
  switch (request) {
    case Ioctl.TCGETS:
      return writeUser(core, p, argument, termiosOf(terminal));
    case Ioctl.TCSETS:
    case Ioctl.TCSETSW:
    case Ioctl.TCSETSF:
      return setTermios(core, p, argument, request === Ioctl.TCSETSF);
    case Ioctl.TIOCGWINSZ: {
      const size = new Uint8Array(Uint16Array.of(terminal.rows, terminal.columns, 0, 0).buffer);
      return writeUser(core, p, argument, size);
    }
    case Ioctl.TIOCSWINSZ:
      return resize(core, p, argument);
    case Ioctl.TIOCGPGRP:
      return hasTerminal(core, p) ? writeUserWord(core, p, argument, terminal.foreground) : -Errno.ENOTTY;
    case Ioctl.TIOCSPGRP:
      return setForeground(core, p, argument);
    case Ioctl.TIOCGSID:
      return hasTerminal(core, p) ? writeUserWord(core, p, argument, terminal.session) : -Errno.ENOTTY;
    case Ioctl.TIOCSCTTY:
      return acquireTerminal(core, p) ? 0 : -Errno.EPERM;
    case Ioctl.TIOCNOTTY:
      if (!hasTerminal(core, p)) return -Errno.ENOTTY;
      leaveTerminal(core, p);
      return 0;
    case Ioctl.FIONREAD:
      return writeUserWord(core, p, argument, peekInput(terminal, new Uint8Array(QUEUE_BYTES)));
    case Ioctl.TCFLSH:
      return flush(core, argument);
    case Ioctl.TCXONC:
      return holdOutput(core, argument);
    case Ioctl.TCSBRK:
      return 0; // Output has left when write returns: there is nothing to drain, and no line to send a break on.
    default:
      return -Errno.ENOTTY;
  }
}

/** It is this process's controlling terminal. */
const hasTerminal = (core: Core, p: Process): boolean => p.tty === 0 && p.sid === core.fs.terminal.session;

function termiosOf(tty: Terminal): Uint8Array {
  const view = new DataView(new ArrayBuffer(TERMIOS_BYTES));
  [tty.inputFlags, tty.outputFlags, tty.controlFlags, tty.localFlags].forEach((flags, i) => {
    view.setUint32(4 * i, flags, true);
  });
  tty.controls.forEach((value, i) => {
    view.setUint8(17 + i, value);
  });
  return new Uint8Array(view.buffer);
}

function setTermios(core: Core, p: Process, argument: number, flushes: boolean): number {
  const held = checkForeground(core, p, Signal.SIGTTOU, 0);
  if (held !== 0) return held;
  const bytes = new Uint8Array(TERMIOS_BYTES);
  const outcome = readUser(core, p, argument, bytes);
  if (outcome !== 0) return outcome;
  const view = new DataView(bytes.buffer);
  const { terminal } = core.fs;
  if (flushes) flushInput(terminal);
  terminal.inputFlags = view.getUint32(0, true);
  terminal.outputFlags = view.getUint32(4, true);
  terminal.controlFlags = view.getUint32(8, true);
  setLocalFlags(terminal, view.getUint32(12, true));
  for (let i = 0; i < CONTROL_CHARACTERS; i++) terminal.controls[i] = bytes[17 + i];
  refillQueue(core);
  // Readers and pollers look again: what they wait for may mean something else now.
  if (pollTerminal(terminal) !== 0) notify(core, TTY_INPUT);
  return 0;
}

function resize(core: Core, p: Process, argument: number): number {
  const bytes = new Uint8Array(WINSIZE_BYTES);
  const outcome = readUser(core, p, argument, bytes);
  if (outcome !== 0) return outcome;
  const view = new DataView(bytes.buffer);
  setWindowSize(core, view.getUint16(2, true), view.getUint16(0, true));
  return 0;
}

/** tcsetpgrp: the group must be one of the caller's session. */
function setForeground(core: Core, p: Process, argument: number): number {
  if (!hasTerminal(core, p)) return -Errno.ENOTTY;
  const held = checkForeground(core, p, Signal.SIGTTOU, 0);
  if (held !== 0) return held;
  const wanted = new Int32Array(1);
  const outcome = readUserWord(core, p, argument, wanted);
  if (outcome !== 0) return outcome;
  if (wanted[0] < 0) return -Errno.EINVAL;
  let exists = false;
  for (const member of core.processes.values()) {
    if (member.pgid !== wanted[0]) continue;
    exists = true;
    if (member.sid !== p.sid) return -Errno.EPERM;
  }
  if (!exists) return -Errno.ESRCH;
  core.fs.terminal.foreground = wanted[0];
  return 0;
}

/** tcflush: 0 input, 1 output, 2 both. Output never waits. */
function flush(core: Core, queue: number): number {
  if (queue < 0 || queue > 2) return -Errno.EINVAL;
  if (queue !== 1) flushInput(core.fs.terminal);
  return 0;
}

/** tcflow: 0 holds output, 1 lets it go; 2 and 3 would send ^S and ^Q to the other end, which is no line. */
function holdOutput(core: Core, action: number): number {
  if (action < 0 || action > 3) return -Errno.EINVAL;
  if (action <= 1) core.fs.terminal.held = action === 0;
  if (action === 1) notify(core, TTY_OUTPUT);
  return 0;
}

export const terminalCalls = { ioctl } satisfies Partial<Record<SyscallName, SyscallHandler>>;
