/**
 * The state of a terminal as plain data, and the numbers of its settings: struct termios as riscv32 Linux lays it out
 * (asm-generic/termbits.h). What bytes do to it is kernel/tty/line-discipline.ts.
 */

export const Input = {
  IGNBRK: 0o1,
  BRKINT: 0o2,
  IGNPAR: 0o4,
  ISTRIP: 0o40,
  INLCR: 0o100,
  IGNCR: 0o200,
  ICRNL: 0o400,
  IXON: 0o2000,
  IXANY: 0o4000,
  IMAXBEL: 0o20000,
  IUTF8: 0o40000,
} as const;
export const Output = { OPOST: 0o1, ONLCR: 0o4, OCRNL: 0o10, ONOCR: 0o20, ONLRET: 0o40 } as const;
export const Local = {
  ISIG: 0o1,
  ICANON: 0o2,
  ECHO: 0o10,
  ECHOE: 0o20,
  ECHOK: 0o40,
  ECHONL: 0o100,
  NOFLSH: 0o200,
  TOSTOP: 0o400,
  ECHOCTL: 0o1000,
  ECHOKE: 0o4000,
  IEXTEN: 0o100000,
} as const;
/** Indices in c_cc. */
export const Control = {
  VINTR: 0,
  VQUIT: 1,
  VERASE: 2,
  VKILL: 3,
  VEOF: 4,
  VTIME: 5,
  VMIN: 6,
  VSWTC: 7,
  VSTART: 8,
  VSTOP: 9,
  VSUSP: 10,
  VEOL: 11,
  VREPRINT: 12,
  VDISCARD: 13,
  VWERASE: 14,
  VLNEXT: 15,
  VEOL2: 16,
} as const;
export const CONTROL_CHARACTERS = 19;
/** A control character of this value is off (_POSIX_VDISABLE). */
export const DISABLED = 0;

/** Bytes that may wait to be read, the line being edited included (n_tty's 4096). */
export const QUEUE_BYTES = 4096;
/** Bytes that may have come in from the host and not have been looked at because the queue is full. */
export const BACKLOG_BYTES = 1 << 20;

export interface Terminal {
  inputFlags: number;
  outputFlags: number;
  controlFlags: number;
  localFlags: number;
  controls: number[];
  columns: number;
  rows: number;
  /** Session that it controls, and that session's foreground process group; 0 is none. */
  session: number;
  foreground: number;
  /** What readers may have, in lines when canonical: a line ends with its newline, or without one at end-of-file. */
  lines: number[][];
  /** The line that is being edited (canonical mode only). */
  edit: number[];
  /** The next byte is taken literally (after VLNEXT). */
  literalNext: boolean;
  /** Where the cursor stands, in columns, as far as output tells; needed to rub out a tab. */
  column: number;
  /** Where the line that is being edited began. */
  editColumn: number;
  /** Output is held by ^S until ^Q. */
  held: boolean;
  /** Bytes from the host that wait for room in the queue. */
  backlog: number[];
  /** Cycle at which the last byte came in: the timer between bytes (VTIME). */
  lastInputCycles: number;
  /** The host has closed its end: reads give end-of-file once the queue is empty. */
  hungUp: boolean;
}

/** A terminal as Linux first opens one: canonical, echoing, signals on, 80 × 24. */
export function emptyTerminal(): Terminal {
  const controls = new Array<number>(CONTROL_CHARACTERS).fill(DISABLED);
  controls[Control.VINTR] = 0x03;
  controls[Control.VQUIT] = 0x1c;
  controls[Control.VERASE] = 0x7f;
  controls[Control.VKILL] = 0x15;
  controls[Control.VEOF] = 0x04;
  controls[Control.VTIME] = 0;
  controls[Control.VMIN] = 1;
  controls[Control.VSTART] = 0x11;
  controls[Control.VSTOP] = 0x13;
  controls[Control.VSUSP] = 0x1a;
  controls[Control.VREPRINT] = 0x12;
  controls[Control.VWERASE] = 0x17;
  controls[Control.VLNEXT] = 0x16;
  return {
    inputFlags: Input.ICRNL | Input.IXON | Input.IUTF8,
    outputFlags: Output.OPOST | Output.ONLCR,
    // 38400 baud, 8 bits, receiver on: B38400 | CS8 | CREAD.
    controlFlags: 0o17 | 0o60 | 0o200,
    localFlags:
      Local.ISIG | Local.ICANON | Local.ECHO | Local.ECHOE | Local.ECHOK | Local.ECHOCTL | Local.ECHOKE | Local.IEXTEN,
    controls,
    columns: 80,
    rows: 24,
    session: 0,
    foreground: 0,
    lines: [],
    edit: [],
    literalNext: false,
    column: 0,
    editColumn: 0,
    held: false,
    backlog: [],
    lastInputCycles: 0,
    hungUp: false,
  };
}

/** Bytes that a reader could have now. */
export const readableBytes = (tty: Terminal): number => tty.lines.reduce((sum, line) => sum + line.length, 0);
/** Bytes in the queue, the line being edited included. */
export const queuedBytes = (tty: Terminal): number => readableBytes(tty) + tty.edit.length;

/** A copy that shares nothing that either side would change. */
export function copyTerminal(tty: Terminal): Terminal {
  return {
    ...tty,
    controls: tty.controls.slice(),
    lines: tty.lines.map((line) => line.slice()),
    edit: tty.edit.slice(),
    backlog: tty.backlog.slice(),
  };
}
