/**
 * What lies on the stack of a process while it runs a signal handler: struct rt_sigframe as riscv32 Linux lays it out
 * (arch/riscv/kernel/signal.c, include/uapi/asm/{ucontext,sigcontext}.h). Offsets from the stack pointer, in bytes:
 *
 *       0  siginfo (128):  0 si_signo   4 si_errno   8 si_code   12 si_pid or si_addr   16 si_uid   20 si_status
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
/** uc_stack.ss_flags: no alternate stack. */
const SS_DISABLE = 2;

/**
 * Writes the frame below the stack pointer and sets the registers with which a handler begins: a0 the signal, a1 its
 * siginfo, a2 the ucontext, ra the trampoline. The caller sets pc. `mask` is restored when the handler returns. Result: 0,
 * −EFAULT or RESTART, with the registers untouched.
 */
export function pushSignalFrame(
  core: Core,
  p: Process,
  pending: PendingSignal,
  mask: { readonly low: number; readonly high: number },
): number {
  const { x, pc } = core.hart;
  const sp = ((x[2] - FRAME_BYTES) & ~15) >>> 0;
  if (sp > x[2] >>> 0) return -Errno.EFAULT;
  const frame = new DataView(new ArrayBuffer(FRAME_BYTES));
  writeSigInfo(frame, pending);
  frame.setInt32(UCONTEXT + 12, SS_DISABLE, true);
  frame.setInt32(SIGMASK, mask.low, true);
  frame.setInt32(SIGMASK + 4, mask.high, true);
  frame.setInt32(REGISTERS, pc | 0, true);
  for (let i = 1; i < 32; i++) frame.setInt32(REGISTERS + 4 * i, x[i], true);
  const outcome = writeUser(core, p, sp, new Uint8Array(frame.buffer));
  if (outcome !== 0) return outcome;
  x[2] = sp;
  x[1] = TRAMPOLINE_VADDR;
  x[10] = pending.signal;
  x[11] = sp;
  x[12] = sp + UCONTEXT;
  return 0;
}

/** Fills in siginfo: the address for faults, else the sender, with the status for SIGCHLD. */
function writeSigInfo(frame: DataView, pending: PendingSignal): void {
  frame.setInt32(0, pending.signal, true);
  frame.setInt32(8, pending.code, true);
  if (isFault(pending)) {
    frame.setInt32(12, pending.faultVaddr | 0, true);
    return;
  }
  frame.setInt32(12, pending.senderPid, true);
  if (pending.signal === Signal.SIGCHLD) frame.setInt32(20, pending.status, true);
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

/** Takes registers, pc and mask back from the frame at the stack pointer. 0, −EFAULT or RESTART. */
export function popSignalFrame(core: Core, p: Process): number {
  const { hart } = core;
  const sp = hart.x[2] >>> 0;
  const mask = new Int32Array(2);
  const registers = new Int32Array(32);
  const outcome = readUserWords(core, p, sp + SIGMASK, mask) || readUserWords(core, p, sp + REGISTERS, registers);
  if (outcome !== 0) return outcome;
  hart.pc = (registers[0] & ~1) >>> 0;
  for (let i = 1; i < 32; i++) hart.x[i] = registers[i];
  p.sigmaskLow = mask[0];
  p.sigmaskHigh = mask[1];
  return 0;
}
