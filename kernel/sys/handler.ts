/**
 * What a system-call handler is. Its own file, so that the modules of handlers and the dispatcher that merges them need
 * not import each other.
 *
 * A handler runs with its process on the CPU: the hart holds the user registers and pc stands at the ecall. It returns
 *   - 0 or a positive result (addresses above 2 GiB as negative int32, as in a register), or −errno;
 *   - RESTART (abi.ts): the process sleeps now, and the ecall will be executed again when it wakes;
 *   - REGISTERS_SET: the registers and pc already are what the program shall see (execve, rt_sigreturn, exit).
 */
import type { Core } from "../core.ts";
import type { Process } from "../proc/process.ts";

/** `a` holds a0 … a5 as signed words; read addresses and sizes as `a[i] >>> 0`. */
export type SyscallHandler = (core: Core, p: Process, a: Int32Array) => number;

/** Result of a handler that has set registers and pc itself, or after which its process runs no more. */
export const REGISTERS_SET = -514;
