/**
 * One system call as strace prints it: name, arguments by kind, result. What an argument is stands in kernel/abi.ts; this
 * file only knows the names behind the numbers.
 *
 * Structures behind pointers are not taken apart, except argv: a pointer is shown as a number.
 */
import { type ArgKind, Errno, RESTART, Signal, SYSCALLS, type SyscallName } from "./abi.ts";
import { AT_FDCWD, Open } from "./fs/flags.ts";

/** What the formatter may look at in the program's memory; undefined where there is none. */
export interface GuestText {
  /** Up to `maxBytes` bytes from an address. */
  bytes(vaddr: number, maxBytes: number): Uint8Array | undefined;
  /** A string up to its 0 byte, cut after `maxBytes`; `isWhole` says whether the 0 was found. */
  string(vaddr: number, maxBytes: number): { readonly bytes: Uint8Array; readonly isWhole: boolean } | undefined;
}

/** strace's default for -s: longer strings are cut and followed by "...". */
const SHOWN_BYTES = 32;
/** Arguments of an argv shown before "...". */
const SHOWN_ARGUMENTS = 32;

/**
 * The line for one call, without pid and newline. `args` are a0 … a5 as the call began; `result` what it returned, or
 * undefined while it has not returned (exit, or still blocked).
 */
export function formatSyscall(
  name: string,
  args: readonly number[],
  result: number | undefined,
  text: GuestText,
): string {
  return joinResult(formatCall(name, args, result, text), name, result);
}

/** A call's text and its result in the column where strace has it. */
export function joinResult(call: string, name: string, result: number | undefined): string {
  const kind = name in SYSCALLS ? (SYSCALLS[name as SyscallName].result ?? "int") : "int";
  return `${call.padEnd(RESULT_COLUMN)} = ${formatResult(kind, result)}`;
}

/** Name and arguments alone. `result` decides how much of an output buffer is shown. */
export function formatCall(name: string, args: readonly number[], result: number | undefined, text: GuestText): string {
  if (!(name in SYSCALLS)) return `${name}(${args.map((value) => hex(value)).join(", ")})`;
  const row = SYSCALLS[name as SyscallName];
  const shown: string[] = [];
  let register = 0;
  row.args.forEach((argument, index) => {
    const [label, kind] = argument.split(":") as [string, ArgKind];
    const value = args[register++] ?? 0;
    const high = kind === "u64" ? (args[register++] ?? 0) : 0;
    const kinds = row.args.map((other) => other.slice(other.indexOf(":") + 1));
    const length = kinds[index + 1] === "size" ? (args[register] ?? 0) : 0;
    // open's mode means something only when a file may be made.
    if (name === "openat" && label === "mode" && !(args[2] & Open.Create)) return;
    shown.push(formatArgument(name, label, kind, value, high, length, result, text));
  });
  return `${name}(${shown.join(", ")})`;
}

/** strace's default for -a: results stand in column 40 where the call is shorter. */
const RESULT_COLUMN = 39;

function formatArgument(
  name: string,
  label: string,
  kind: ArgKind,
  value: number,
  high: number,
  length: number,
  result: number | undefined,
  text: GuestText,
): string {
  const word = value >>> 0;
  switch (kind) {
    case "int":
      return formatInt(name, label, value);
    case "pid":
      return String(value | 0);
    case "uint":
    case "size":
      return String(word);
    case "hex":
      if (label === "vaddr" || label === "brk") return pointer(word);
      if (name === "clone" && label === "flags") return formatCloneFlags(value);
      return name === "ioctl" && label === "request" ? (IOCTLS[word] ?? hex(word)) : hex(word);
    case "ptr":
      return pointer(word);
    case "u64":
      return String((BigInt(high >>> 0) << 32n) | BigInt(word));
    case "fd":
      return (value | 0) === AT_FDCWD ? "AT_FDCWD" : String(value | 0);
    case "path":
    case "string":
      return formatString(text.string(word, kind === "path" ? 4096 : SHOWN_BYTES), word);
    case "buf":
      return formatBuffer(text, word, length >>> 0);
    case "outbuf":
      return result !== undefined && result > 0 ? formatBuffer(text, word, outputBytes(name, result)) : pointer(word);
    case "signal":
      return SIGNAL_NAMES.get(value) ?? (value === 0 ? "0" : `SIGRT_${value - 32}`);
    case "prot":
      return flags(value, PROTECTIONS, "PROT_NONE");
    case "mapflags":
      return formatMapFlags(value);
    case "openflags":
      return name === "openat" ? formatOpenFlags(value) : flags(value, OPEN_FLAGS, "0");
    case "flags":
      return flags(value, FLAGS_OF_CALL[name] ?? [], "0");
    case "mode":
      return name.startsWith("faccessat") ? flags(value, ACCESS_MODES, "F_OK") : octal(value);
    case "advice":
      return ADVICE[value] ?? hex(word);
    case "clockid":
      return CLOCKS[value] ?? String(value);
    case "argv":
      return formatArgv(text, word);
  }
}

/** getcwd counts its 0 byte, which is not shown. */
const outputBytes = (name: string, result: number): number => (name === "getcwd" ? result - 1 : result);

const hex = (value: number): string => "0x" + (value >>> 0).toString(16);
const octal = (value: number): string => (value === 0 ? "000" : "0" + (value >>> 0).toString(8));
const pointer = (value: number): string => (value === 0 ? "NULL" : hex(value));

function formatInt(name: string, label: string, value: number): string {
  if (name === "fcntl64" && label === "cmd") return FCNTLS[value] ?? hex(value);
  if (name === "_llseek" && label === "whence") return ["SEEK_SET", "SEEK_CUR", "SEEK_END"][value] ?? String(value);
  if (name === "rt_sigprocmask" && label === "how")
    return ["SIG_BLOCK", "SIG_UNBLOCK", "SIG_SETMASK"][value] ?? hex(value);
  if (name === "futex_time64" && label === "op") return formatFutexOperation(value);
  if (label === "which" && name.endsWith("itimer")) return TIMERS[value] ?? String(value);
  if (name === "prctl" && label === "option") return PRCTLS[value] ?? hex(value);
  if (name === "flock" && label === "operation") return flags(value, FLOCK_OPERATIONS, "0");
  if (name === "waitid" && label === "idtype") return ["P_ALL", "P_PID", "P_PGID"][value] ?? String(value);
  return String(value | 0);
}

// ---- strings ----

const ESCAPES: Readonly<Record<number, string>> = {
  9: "\\t",
  10: "\\n",
  11: "\\v",
  12: "\\f",
  13: "\\r",
  34: '\\"',
  92: "\\\\",
};

/** Bytes in quotes, those that cannot be printed in the shortest octal that the next byte allows. */
export function quote(bytes: Uint8Array): string {
  let shown = "";
  bytes.forEach((byte, i) => {
    if (ESCAPES[byte] !== undefined) shown += ESCAPES[byte];
    else if (byte >= 32 && byte < 127) shown += String.fromCharCode(byte);
    else {
      const next = bytes[i + 1];
      const isDigitNext = next >= 0x30 && next <= 0x37;
      shown += "\\" + byte.toString(8).padStart(isDigitNext ? 3 : 1, "0");
    }
  });
  return `"${shown}"`;
}

function formatString(found: ReturnType<GuestText["string"]>, vaddr: number): string {
  if (!found) return pointer(vaddr);
  return quote(found.bytes) + (found.isWhole ? "" : "...");
}

function formatBuffer(text: GuestText, vaddr: number, length: number): string {
  const bytes = text.bytes(vaddr, Math.min(length, SHOWN_BYTES));
  return bytes ? quote(bytes) + (length > SHOWN_BYTES ? "..." : "") : pointer(vaddr);
}

function formatArgv(text: GuestText, vaddr: number): string {
  const shown: string[] = [];
  for (let at = vaddr; vaddr !== 0; at += 4) {
    const word = text.bytes(at, 4);
    if (!word || word.length < 4) return pointer(vaddr);
    const argument = new DataView(word.buffer, word.byteOffset, 4).getUint32(0, true);
    if (argument === 0) return `[${shown.join(", ")}]`;
    if (shown.length === SHOWN_ARGUMENTS) return `[${shown.join(", ")}, ...]`;
    shown.push(formatString(text.string(argument, SHOWN_BYTES), argument));
  }
  return "NULL";
}

// ---- flags ----

type FlagNames = readonly (readonly [bits: number, name: string])[];

/** Names joined by "|", what has none in hexadecimal at the end. */
function flags(value: number, names: FlagNames, none: string): string {
  let rest = value >>> 0;
  const shown: string[] = [];
  for (const [bits, name] of names) {
    if (bits === 0 || (rest & bits) >>> 0 !== bits) continue;
    shown.push(name);
    rest = (rest & ~bits) >>> 0;
  }
  if (rest !== 0) shown.push(hex(rest));
  return shown.length > 0 ? shown.join("|") : none;
}

const OPEN_FLAGS: FlagNames = [
  [Open.Create, "O_CREAT"],
  [Open.Exclusive, "O_EXCL"],
  [Open.NoControllingTerminal, "O_NOCTTY"],
  [Open.Truncate, "O_TRUNC"],
  [Open.Append, "O_APPEND"],
  [Open.NonBlock, "O_NONBLOCK"],
  [Open.Direct, "O_DIRECT"],
  [Open.LargeFile, "O_LARGEFILE"],
  [Open.Directory, "O_DIRECTORY"],
  [Open.NoFollow, "O_NOFOLLOW"],
  [Open.CloseOnExec, "O_CLOEXEC"],
  [Open.Path, "O_PATH"],
];

function formatOpenFlags(value: number): string {
  const mode = ["O_RDONLY", "O_WRONLY", "O_RDWR", "O_ACCMODE"][value & Open.AccessMode];
  const rest = flags(value & ~Open.AccessMode, OPEN_FLAGS, "");
  return rest === "" ? mode : `${mode}|${rest}`;
}

const PROTECTIONS: FlagNames = [
  [1, "PROT_READ"],
  [2, "PROT_WRITE"],
  [4, "PROT_EXEC"],
];

const MAP_FLAGS: FlagNames = [
  [0x10, "MAP_FIXED"],
  [0x20, "MAP_ANONYMOUS"],
  [0x100, "MAP_GROWSDOWN"],
  [0x2000, "MAP_LOCKED"],
  [0x4000, "MAP_NORESERVE"],
  [0x8000, "MAP_POPULATE"],
  [0x20000, "MAP_STACK"],
  [0x100000, "MAP_FIXED_NOREPLACE"],
];

/** The kind of mapping is a number in the low four bits, the rest are flags. */
function formatMapFlags(value: number): string {
  const kind = [hex(0), "MAP_SHARED", "MAP_PRIVATE", "MAP_SHARED_VALIDATE"][value & 15] ?? hex(value & 15);
  const rest = flags(value & ~15, MAP_FLAGS, "");
  return rest === "" ? kind : `${kind}|${rest}`;
}

const ACCESS_MODES: FlagNames = [
  [4, "R_OK"],
  [2, "W_OK"],
  [1, "X_OK"],
];

const FLAGS_OF_CALL: Readonly<Record<string, FlagNames>> = {
  unlinkat: [[0x200, "AT_REMOVEDIR"]],
  fchownat: [
    [0x100, "AT_SYMLINK_NOFOLLOW"],
    [0x1000, "AT_EMPTY_PATH"],
  ],
  fchmodat2: [
    [0x100, "AT_SYMLINK_NOFOLLOW"],
    [0x1000, "AT_EMPTY_PATH"],
  ],
  utimensat_time64: [[0x100, "AT_SYMLINK_NOFOLLOW"]],
  faccessat2: [
    [0x100, "AT_SYMLINK_NOFOLLOW"],
    [0x200, "AT_EACCESS"],
    [0x1000, "AT_EMPTY_PATH"],
  ],
  linkat: [
    [0x400, "AT_SYMLINK_FOLLOW"],
    [0x1000, "AT_EMPTY_PATH"],
  ],
  statx: [
    [0x100, "AT_SYMLINK_NOFOLLOW"],
    [0x800, "AT_NO_AUTOMOUNT"],
    [0x1000, "AT_EMPTY_PATH"],
  ],
  renameat2: [
    [1, "RENAME_NOREPLACE"],
    [2, "RENAME_EXCHANGE"],
  ],
  waitid: [
    [1, "WNOHANG"],
    [2, "WSTOPPED"],
    [4, "WEXITED"],
    [8, "WCONTINUED"],
    [0x1000000, "WNOWAIT"],
  ],
  close_range: [
    [2, "CLOSE_RANGE_UNSHARE"],
    [4, "CLOSE_RANGE_CLOEXEC"],
  ],
  getrandom: [
    [1, "GRND_NONBLOCK"],
    [2, "GRND_RANDOM"],
  ],
  clock_nanosleep_time64: [[1, "TIMER_ABSTIME"]],
  timer_settime64: [[1, "TIMER_ABSTIME"]],
};

/** clone's flags; the low byte is the signal for the parent. */
function formatCloneFlags(value: number): string {
  const signal = value & 0xff;
  const named = flags(value & ~0xff, CLONE_FLAGS, "");
  const last = signal === 0 ? "" : (SIGNAL_NAMES.get(signal) ?? String(signal));
  return [named, last].filter((part) => part !== "").join("|") || "0";
}

const CLONE_FLAGS: FlagNames = [
  [0x100, "CLONE_VM"],
  [0x200, "CLONE_FS"],
  [0x400, "CLONE_FILES"],
  [0x800, "CLONE_SIGHAND"],
  [0x4000, "CLONE_VFORK"],
  [0x10000, "CLONE_THREAD"],
  [0x40000, "CLONE_SYSVSEM"],
  [0x80000, "CLONE_SETTLS"],
  [0x100000, "CLONE_PARENT_SETTID"],
  [0x200000, "CLONE_CHILD_CLEARTID"],
  [0x400000, "CLONE_DETACHED"],
  [0x1000000, "CLONE_CHILD_SETTID"],
];

function formatFutexOperation(value: number): string {
  const name = FUTEX_OPERATIONS[value & 0x7f];
  if (name === undefined) return hex(value);
  return `${name}${(value & 0x80) !== 0 ? "_PRIVATE" : ""}${(value & 0x100) !== 0 ? "|FUTEX_CLOCK_REALTIME" : ""}`;
}

const FUTEX_OPERATIONS: Readonly<Record<number, string>> = {
  0: "FUTEX_WAIT",
  1: "FUTEX_WAKE",
  3: "FUTEX_REQUEUE",
  4: "FUTEX_CMP_REQUEUE",
  5: "FUTEX_WAKE_OP",
  6: "FUTEX_LOCK_PI",
  7: "FUTEX_UNLOCK_PI",
  8: "FUTEX_TRYLOCK_PI",
  9: "FUTEX_WAIT_BITSET",
  10: "FUTEX_WAKE_BITSET",
};

const TIMERS: readonly string[] = ["ITIMER_REAL", "ITIMER_VIRTUAL", "ITIMER_PROF"];

const PRCTLS: Readonly<Record<number, string>> = {
  3: "PR_GET_DUMPABLE",
  4: "PR_SET_DUMPABLE",
  15: "PR_SET_NAME",
  16: "PR_GET_NAME",
  38: "PR_SET_NO_NEW_PRIVS",
  39: "PR_GET_NO_NEW_PRIVS",
};

const FLOCK_OPERATIONS: FlagNames = [
  [1, "LOCK_SH"],
  [2, "LOCK_EX"],
  [8, "LOCK_UN"],
  [4, "LOCK_NB"],
];

const CLOCKS: readonly string[] = [
  "CLOCK_REALTIME",
  "CLOCK_MONOTONIC",
  "CLOCK_PROCESS_CPUTIME_ID",
  "CLOCK_THREAD_CPUTIME_ID",
  "CLOCK_MONOTONIC_RAW",
  "CLOCK_REALTIME_COARSE",
  "CLOCK_MONOTONIC_COARSE",
  "CLOCK_BOOTTIME",
];

const ADVICE: Readonly<Record<number, string>> = {
  0: "MADV_NORMAL",
  1: "MADV_RANDOM",
  2: "MADV_SEQUENTIAL",
  3: "MADV_WILLNEED",
  4: "MADV_DONTNEED",
  8: "MADV_FREE",
};

const FCNTLS: Readonly<Record<number, string>> = {
  0: "F_DUPFD",
  1: "F_GETFD",
  2: "F_SETFD",
  3: "F_GETFL",
  4: "F_SETFL",
  12: "F_GETLK64",
  13: "F_SETLK64",
  14: "F_SETLKW64",
  36: "F_OFD_GETLK",
  37: "F_OFD_SETLK",
  38: "F_OFD_SETLKW",
  1032: "F_GETPIPE_SZ",
  1030: "F_DUPFD_CLOEXEC",
};

const IOCTLS: Readonly<Record<number, string>> = {
  21505: "TCGETS",
  21506: "TCSETS",
  21507: "TCSETSW",
  21508: "TCSETSF",
  21518: "TIOCSCTTY",
  21519: "TIOCGPGRP",
  21520: "TIOCSPGRP",
  21523: "TIOCGWINSZ",
  21524: "TIOCSWINSZ",
  21531: "FIONREAD",
  21537: "FIONBIO",
  21538: "TIOCNOTTY",
  21545: "TIOCGSID",
};

const SIGNAL_NAMES = new Map<number, string>(Object.entries(Signal).map(([name, number]) => [number, name]));

// ---- results ----

const ERROR_NAMES = new Map<number, string>(Object.entries(Errno).map(([name, number]) => [number, name]));

/** Texts of the C library for the errors that this kernel returns. */
const ERROR_TEXTS: Readonly<Record<string, string>> = {
  EPERM: "Operation not permitted",
  ENOENT: "No such file or directory",
  ESRCH: "No such process",
  EINTR: "Interrupted system call",
  EIO: "Input/output error",
  ENXIO: "No such device or address",
  E2BIG: "Argument list too long",
  ENOEXEC: "Exec format error",
  EBADF: "Bad file descriptor",
  ECHILD: "No child processes",
  EAGAIN: "Resource temporarily unavailable",
  ENOMEM: "Cannot allocate memory",
  EACCES: "Permission denied",
  EFAULT: "Bad address",
  EBUSY: "Device or resource busy",
  EEXIST: "File exists",
  EXDEV: "Invalid cross-device link",
  ENODEV: "No such device",
  ENOTDIR: "Not a directory",
  EISDIR: "Is a directory",
  EINVAL: "Invalid argument",
  ENFILE: "Too many open files in system",
  EMFILE: "Too many open files",
  ENOTTY: "Inappropriate ioctl for device",
  ETXTBSY: "Text file busy",
  EFBIG: "File too large",
  ENOSPC: "No space left on device",
  ESPIPE: "Illegal seek",
  EROFS: "Read-only file system",
  EMLINK: "Too many links",
  EPIPE: "Broken pipe",
  ERANGE: "Numerical result out of range",
  ENAMETOOLONG: "File name too long",
  ENOSYS: "Function not implemented",
  ENOTEMPTY: "Directory not empty",
  ELOOP: "Too many levels of symbolic links",
  EOVERFLOW: "Value too large for defined data type",
  ENOTSUP: "Operation not supported",
  ETIMEDOUT: "Connection timed out",
  ESTALE: "Stale file handle",
  EDQUOT: "Disk quota exceeded",
};

/** Results from −4095 to −1 are errors (Linux's MAX_ERRNO). */
function formatResult(kind: "int" | "hex" | "void", result: number | undefined): string {
  if (result === undefined) return "?";
  const value = result | 0;
  if (value === RESTART) return "? ERESTARTSYS (To be restarted if SA_RESTART is set)";
  if (value < 0 && value >= -4095) {
    const name = ERROR_NAMES.get(-value) ?? `ERRNO_${-value}`;
    const text = ERROR_TEXTS[name];
    return text === undefined ? `-1 ${name}` : `-1 ${name} (${text})`;
  }
  return kind === "hex" ? hex(value) : kind === "void" ? "?" : String(value);
}
