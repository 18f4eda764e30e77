/**
 * What lies on the stack of a process while it runs a signal handler: struct rt_sigframe as riscv32 Linux lays it out
 * (arch/riscv/kernel/signal.c, include/uapi/asm/{ucontext,sigcontext}.h). Offsets from the stack pointer, in bytes:
 *
 *       0  siginfo (128):  0 si_signo   4 si_errno   8 si_code   12 si_pid or si_addr   16 si_uid   20 si_status
 *                         of a timer's signal: 12 si_timerid   16 si_overrun   20 si_value
 *     128  ucontext:       0 uc_flags   4 uc_link    8 uc_stack (12)   20 uc_sigmask (8)
 *     288  mcontext:       pc, x1 … x31 (128), then the floating-point state (528), zero here
 *     944  end; the stack pointer is a multiple of 16
 */
import { Errno, Signal, TRAMPOLINE_VADDR } from "../abi.ts";
import type { Core } from "../core.ts";
import { readUserWords, writeUser } from "../mm/user-memory.ts";
import type { PendingSignal, Process } from "./process.ts";

const FRAME_BYTES = 944;
const UCONTEXT = 128;
const SIGMASK = UCONTEXT + 20;
const REGISTERS = UCONTEXT + 160;
const STACK = UCONTEXT + 8;

/** ss_flags of sigaltstack: the program is on it; there is none; it is given up while a handler runs. */
export const StackFlag = { OnStack: 1, Disable: 2, AutoDisarm: 0x8000_0000 | 0 } as const;

/** The stack pointer is within the alternate stack. One that is given up while a handler runs never counts. */
export function isOnAltStack({ altStack }: Process, sp: number): boolean {
  const { vaddr, bytes, flags } = altStack;
  return flags !== StackFlag.AutoDisarm && sp > vaddr && sp <= vaddr + bytes;
}

/** Top of the stack for a handler's frame, or −1: the frame would leave the alternate stack that the program is on. */
function frameTop(p: Process, sp: number, wantsAltStack: boolean): number {
  if (isOnAltStack(p, sp)) return isOnAltStack(p, sp - FRAME_BYTES) ? sp : -1;
  const { vaddr, bytes } = p.altStack;
  return wantsAltStack && bytes > 0 ? vaddr + bytes : sp;
}

/**
 * Writes the frame below the stack pointer, or on the alternate stack, and sets the registers with which a handler begins: a0 the signal, a1 its
 * siginfo, a2 the ucontext, ra the trampoline. The caller sets pc. `mask` is restored when the handler returns. Result: 0,
 * −EFAULT or RESTART, with the registers untouched.
 */
export function pushSignalFrame(
  core: Core,
  p: Process,
  pending: PendingSignal,
  mask: { readonly low: number; readonly high: number },
  wantsAltStack: boolean,
): number {
  const { x, pc } = core.hart;
  const top = frameTop(p, x[2] >>> 0, wantsAltStack);
  const sp = ((top - FRAME_BYTES) & ~15) >>> 0;
  if (top < FRAME_BYTES) return -Errno.EFAULT;
  const frame = new DataView(new ArrayBuffer(FRAME_BYTES));
  writeSigInfo(frame, pending);
  const { vaddr, bytes, flags } = p.altStack;
  frame.setUint32(STACK, vaddr, true);
  frame.setInt32(STACK + 4, bytes === 0 ? StackFlag.Disable : flags, true);
  frame.setUint32(STACK + 8, bytes, true);
  frame.setInt32(SIGMASK, mask.low, true);
  frame.setInt32(SIGMASK + 4, mask.high, true);
  frame.setInt32(REGISTERS, pc | 0, true);
  for (let i = 1; i < 32; i++) frame.setInt32(REGISTERS + 4 * i, x[i], true);
  const outcome = writeUser(core, p, sp, new Uint8Array(frame.buffer));
  if (outcome !== 0) return outcome;
  if (flags === StackFlag.AutoDisarm) p.altStack = { vaddr: 0, bytes: 0, flags: 0 };
  x[2] = sp;
  x[1] = TRAMPOLINE_VADDR;
  x[10] = pending.signal;
  x[11] = sp;
  x[12] = sp + UCONTEXT;
  return 0;
}

/** Bytes of siginfo. */
export const SIGINFO_BYTES = 128;

/** Fills in siginfo: the address for faults, else the sender, with the status of a child or the value sent along. */
export function writeSigInfo(frame: DataView, pending: PendingSignal): void {
  frame.setInt32(0, pending.signal, true);
  frame.setInt32(8, pending.code, true);
  if (isFault(pending)) {
    frame.setInt32(12, pending.faultVaddr | 0, true);
    return;
  }
  frame.setInt32(12, pending.senderPid, true);
  frame.setInt32(16, pending.timer?.overrun ?? 0, true);
  frame.setInt32(20, pending.status, true);
}

/** Positive codes of these signals come from an instruction; kill() gives 0 and below. */
function isFault({ signal, code }: PendingSignal): boolean {
  const fromInstruction: readonly number[] = [
    Signal.SIGSEGV,
    Signal.SIGBUS,
    Signal.SIGILL,
    Signal.SIGFPE,
    Signal.SIGTRAP,
  ];
  return code > 0 && fromInstruction.includes(signal);
}

/** Takes registers, pc, mask and alternate stack back from the frame at the stack pointer. 0, −EFAULT or RESTART. */
export function popSignalFrame(core: Core, p: Process): number {
  const { hart } = core;
  const sp = hart.x[2] >>> 0;
  const mask = new Int32Array(2);
  const registers = new Int32Array(32);
  const stack = new Int32Array(3);
  const outcome =
    readUserWords(core, p, sp + SIGMASK, mask) ||
    readUserWords(core, p, sp + STACK, stack) ||
    readUserWords(core, p, sp + REGISTERS, registers);
  if (outcome !== 0) return outcome;
  setAltStack(p, sp, stack[0] >>> 0, stack[1], stack[2] >>> 0);
  hart.pc = (registers[0] & ~1) >>> 0;
  for (let i = 1; i < 32; i++) hart.x[i] = registers[i];
  p.sigmaskLow = mask[0];
  p.sigmaskHigh = mask[1];
  return 0;
}

/** Smallest alternate stack (MINSIGSTKSZ). */
const MIN_STACK_BYTES = 2048;

/** What sigaltstack does; `sp` is the program's stack pointer. 0, −EPERM (it is in use), −EINVAL or −ENOMEM (too small). */
export function setAltStack(p: Process, sp: number, vaddr: number, flags: number, bytes: number): number {
  if (isOnAltStack(p, sp)) return -Errno.EPERM;
  const mode = flags & ~StackFlag.AutoDisarm;
  if (mode !== 0 && mode !== StackFlag.OnStack && mode !== StackFlag.Disable) return -Errno.EINVAL;
  if (mode === StackFlag.Disable) {
    p.altStack = { vaddr: 0, bytes: 0, flags: 0 };
    return 0;
  }
  if (bytes < MIN_STACK_BYTES) return -Errno.ENOMEM;
  p.altStack = { vaddr, bytes, flags: flags & StackFlag.AutoDisarm };
  return 0;
}
