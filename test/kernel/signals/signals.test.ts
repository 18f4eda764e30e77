import { describe, expect, it } from "vitest";
import { Errno, Signal, SYSCALLS, TRAMPOLINE_VADDR } from "../../../kernel/abi.ts";
import {
  deliverSignals,
  forceSignal,
  isOrphanedGroup,
  postGroupSignal,
  postSignal,
  resetSignalsOnExec,
  SignalCode,
} from "../../../kernel/proc/signals.ts";
import { ASLEEP, BUFFER, ECALL_PC, Guest, NOWHERE, STACK } from "../fs/guest.ts";

const HANDLER = 0x44440;
const SA_SIGINFO = 4;
const SA_RESTART = 0x10000000;
const SA_NODEFER = 0x40000000;
const SA_RESETHAND = 0x80000000 | 0;
const bit = (signal: number) => 1 << (signal - 1);

const handle = (guest: Guest, signal: number, flags = SA_SIGINFO, mask = 0) =>
  guest.call("rt_sigaction", signal, guest.words(HANDLER, flags, mask, 0), 0, 8);
const pendingOf = (p: Guest["p"]) => [...p.pending, ...p.group.pending].map(({ signal }) => signal);

describe("default actions", () => {
  it("end, stop, continue or ignore, by signal", () => {
    const ends = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 29, 30, 31, 34, 64];
    for (const signal of ends) {
      const guest = new Guest();
      postSignal(guest.core, guest.p, signal);
      expect(deliverSignals(guest.core, guest.p)).toBe(signal);
    }
    for (const signal of [17, 18, 23, 28]) {
      const guest = new Guest();
      postSignal(guest.core, guest.p, signal);
      expect(deliverSignals(guest.core, guest.p)).toBe(0);
      expect(guest.p.state).toBe("running");
    }
    for (const signal of [19, 20, 21, 22]) {
      const guest = new Guest();
      const job = guest.fork(2);
      job.pgid = 2;
      guest.run(job);
      postSignal(guest.core, job, signal);
      expect(deliverSignals(guest.core, job)).toBe(0);
      expect([job.state, job.stopReport]).toEqual(["stopped", signal]);
    }
  });

  it("SIGCONT continues a stopped process, tells its parent, and takes waiting stop signals away", () => {
    const guest = new Guest();
    const [parent, job] = [guest.p, guest.fork(2)];
    handle(guest, Signal.SIGCHLD);
    job.pgid = 2;
    guest.run(job);
    postSignal(guest.core, job, Signal.SIGSTOP);
    deliverSignals(guest.core, job);
    expect(parent.group.pending).toMatchObject([
      { signal: Signal.SIGCHLD, code: 5, senderPid: 2, status: Signal.SIGSTOP },
    ]);
    parent.group.pending = [];
    postSignal(guest.core, job, Signal.SIGTERM);
    expect(job.state).toBe("stopped");
    postSignal(guest.core, job, Signal.SIGTSTP);
    postSignal(guest.core, job, Signal.SIGCONT);
    expect([job.state, job.continueReport, job.stopReport]).toEqual(["ready", true, 0]);
    // Without a handler SIGCONT has done all there is to do (Linux, SIG_KERNEL_IGNORE_MASK).
    expect(pendingOf(job)).toEqual([Signal.SIGTERM]);
    expect(parent.group.pending).toMatchObject([{ signal: Signal.SIGCHLD, code: 6 }]);
  });

  it("rt_sigaction finds the mask behind a restorer where SA_RESTORER says that there is one, and gives it back so", () => {
    const guest = new Guest();
    const SA_RESTORER = 0x04000000;
    const given = guest.words(HANDLER, SA_RESTORER | SA_NODEFER, 0x146c0, bit(Signal.SIGUSR2), 5);
    expect(guest.call("rt_sigaction", Signal.SIGPIPE, given, 0, 8)).toBe(0);
    const action = guest.p.signalActions.actions[Signal.SIGPIPE];
    expect([action.maskLow, action.maskHigh]).toEqual([bit(Signal.SIGUSR2), 5]);
    const old = guest.words(0, 0, 0, 0, 0);
    expect(guest.call("rt_sigaction", Signal.SIGPIPE, 0, old, 8)).toBe(0);
    expect([guest.wordAt(old + 12), guest.wordAt(old + 16)]).toEqual([bit(Signal.SIGUSR2), 5]);
  });

  it("SIGKILL ends a stopped process, and nothing blocks or ignores it", () => {
    const guest = new Guest();
    expect(guest.call("rt_sigaction", Signal.SIGKILL, guest.words(1, 0, 0, 0), 0, 8)).toBe(-Errno.EINVAL);
    guest.call("rt_sigprocmask", 2, guest.words(-1, -1), 0, 8);
    guest.p.state = "stopped";
    postSignal(guest.core, guest.p, Signal.SIGKILL);
    guest.run(guest.p);
    expect(deliverSignals(guest.core, guest.p)).toBe(Signal.SIGKILL);
  });

  it("the terminal's stop signals do not stop an orphaned group", () => {
    const guest = new Guest();
    expect(isOrphanedGroup(guest.core, 1)).toBe(true);
    postSignal(guest.core, guest.p, Signal.SIGTSTP);
    expect(deliverSignals(guest.core, guest.p)).toBe(0);
    expect(guest.p.state).toBe("running");
  });
});

describe("handlers", () => {
  it("begin with the registers and the frame that riscv32 Linux gives them", () => {
    const guest = new Guest();
    handle(guest, Signal.SIGSEGV, SA_SIGINFO, bit(Signal.SIGUSR1));
    const { x } = guest.core.hart;
    for (let i = 3; i < 32; i++) x[i] = 0x1000 + i;
    guest.core.hart.pc = 0x50000;
    guest.p.sigmaskLow = bit(Signal.SIGHUP);
    postSignal(guest.core, guest.p, Signal.SIGSEGV, { code: SignalCode.SegvMapError, faultVaddr: 0xdead0000 });
    expect(deliverSignals(guest.core, guest.p)).toBe(0);
    const sp = STACK - 944;
    expect(sp % 16).toBe(0);
    expect([x[1] >>> 0, x[2], x[10], x[11], x[12]]).toEqual([TRAMPOLINE_VADDR, sp, 11, sp, sp + 128]);
    expect(guest.core.hart.pc).toBe(HANDLER);
    // siginfo: number, errno, code, address.
    expect([0, 4, 8, 12].map((at) => guest.wordAt(sp + at) >>> 0)).toEqual([11, 0, 1, 0xdead0000]);
    // ucontext: mask at 20, mcontext at 160: pc, x1, x2, x3 …
    expect(guest.wordAt(sp + 128 + 20)).toBe(bit(Signal.SIGHUP));
    const registers = [0, 2, 3, 10, 31].map((i) => guest.wordAt(sp + 128 + 160 + 4 * i));
    expect(registers).toEqual([0x50000, STACK, 0x1003, 0x100a, 0x101f]);
    // While it runs its own signal and its mask are blocked too.
    expect(guest.p.sigmaskLow).toBe(bit(Signal.SIGHUP) | bit(Signal.SIGUSR1) | bit(Signal.SIGSEGV));
  });

  it("rt_sigreturn puts registers, pc and mask back", () => {
    const guest = new Guest();
    handle(guest, Signal.SIGUSR1);
    const { hart } = guest.core;
    for (let i = 3; i < 32; i++) hart.x[i] = i * 7;
    hart.pc = 0x50004;
    postSignal(guest.core, guest.p, Signal.SIGUSR1);
    deliverSignals(guest.core, guest.p);
    const sp = hart.x[2];
    hart.x.fill(-1);
    hart.x[2] = sp;
    guest.call("rt_sigreturn");
    expect([...hart.x.subarray(3)]).toEqual(Array.from({ length: 29 }, (_, i) => (i + 3) * 7));
    expect([hart.x[2], hart.pc, guest.p.sigmaskLow]).toEqual([STACK, 0x50004, 0]);
  });

  it("a bad frame ends the process with SIGSEGV", () => {
    const guest = new Guest();
    guest.core.hart.x[2] = NOWHERE;
    guest.call("rt_sigreturn");
    expect(deliverSignals(guest.core, guest.p)).toBe(Signal.SIGSEGV);
    const other = new Guest();
    handle(other, Signal.SIGUSR1);
    other.core.hart.x[2] = NOWHERE;
    postSignal(other.core, other.p, Signal.SIGUSR1);
    expect(deliverSignals(other.core, other.p)).toBe(Signal.SIGSEGV);
  });

  it("SA_NODEFER leaves the signal unblocked, SA_RESETHAND goes back to the default", () => {
    const guest = new Guest();
    handle(guest, Signal.SIGUSR1, SA_NODEFER | SA_RESETHAND);
    postSignal(guest.core, guest.p, Signal.SIGUSR1);
    expect(deliverSignals(guest.core, guest.p)).toBe(0);
    expect(guest.p.sigmaskLow).toBe(0);
    postSignal(guest.core, guest.p, Signal.SIGUSR1);
    expect(deliverSignals(guest.core, guest.p)).toBe(Signal.SIGUSR1);
  });

  it("two signals nest their frames", () => {
    const guest = new Guest();
    handle(guest, Signal.SIGUSR1);
    handle(guest, Signal.SIGUSR2);
    postSignal(guest.core, guest.p, Signal.SIGUSR1);
    postSignal(guest.core, guest.p, Signal.SIGUSR2);
    deliverSignals(guest.core, guest.p);
    expect(guest.core.hart.x[2]).toBe(STACK - 2 * 944);
    expect(guest.core.hart.x[10]).toBe(Signal.SIGUSR2);
    guest.call("rt_sigreturn");
    expect([guest.core.hart.pc, guest.core.hart.x[10]]).toEqual([HANDLER, Signal.SIGUSR1]);
  });

  it("a fault that is blocked or ignored ends the process all the same", () => {
    for (const [handler, mask] of [
      [1, 0],
      [HANDLER, bit(Signal.SIGSEGV)],
    ]) {
      const guest = new Guest();
      guest.call("rt_sigaction", Signal.SIGSEGV, guest.words(handler, 0, 0, 0), 0, 8);
      guest.p.sigmaskLow = mask;
      forceSignal(guest.core, guest.p, Signal.SIGSEGV, { code: 1 });
      expect(deliverSignals(guest.core, guest.p)).toBe(Signal.SIGSEGV);
    }
  });
});

describe("blocking and pending", () => {
  it("a blocked signal waits once, and comes when it is unblocked", () => {
    const guest = new Guest();
    guest.call("rt_sigprocmask", 0, guest.words(bit(Signal.SIGTERM), 0), 0, 8);
    postSignal(guest.core, guest.p, Signal.SIGTERM);
    postSignal(guest.core, guest.p, Signal.SIGTERM);
    expect(pendingOf(guest.p)).toEqual([Signal.SIGTERM]);
    expect(deliverSignals(guest.core, guest.p)).toBe(0);
    guest.call("rt_sigprocmask", 1, guest.words(bit(Signal.SIGTERM), 0), BUFFER, 8);
    expect(guest.wordAt(BUFFER)).toBe(bit(Signal.SIGTERM));
    expect(deliverSignals(guest.core, guest.p)).toBe(Signal.SIGTERM);
  });

  it("SIGKILL and SIGSTOP stay out of every mask", () => {
    const guest = new Guest();
    guest.call("rt_sigprocmask", 2, guest.words(-1, -1), 0, 8);
    guest.call("rt_sigprocmask", 0, 0, BUFFER, 8);
    expect(guest.wordAt(BUFFER)).toBe(~(bit(9) | bit(19)));
    expect(guest.wordAt(BUFFER + 4)).toBe(-1);
    expect(guest.call("rt_sigprocmask", 7, guest.words(0, 0), 0, 8)).toBe(-Errno.EINVAL);
    expect(guest.call("rt_sigprocmask", 0, guest.words(0, 0), 0, 16)).toBe(-Errno.EINVAL);
    expect(guest.call("rt_sigprocmask", 0, NOWHERE, 0, 8)).toBe(-Errno.EFAULT);
  });

  it("real-time signals queue, up to a bound", () => {
    const guest = new Guest();
    guest.call("rt_sigprocmask", 2, guest.words(-1, -1), 0, 8);
    for (let i = 0; i < 1000; i++) postSignal(guest.core, guest.p, 40);
    expect(guest.p.group.pending.length).toBe(128);
  });

  it("becoming ignored takes what waits away", () => {
    const guest = new Guest();
    guest.call("rt_sigprocmask", 2, guest.words(-1, -1), 0, 8);
    postSignal(guest.core, guest.p, Signal.SIGUSR1);
    guest.call("rt_sigaction", Signal.SIGUSR1, guest.words(1, 0, 0, 0), 0, 8);
    expect(guest.p.group.pending).toEqual([]);
  });

  it("exec forgets handlers and keeps what is ignored", () => {
    const guest = new Guest();
    handle(guest, Signal.SIGUSR1);
    guest.call("rt_sigaction", Signal.SIGUSR2, guest.words(1, 0, 0, 0), 0, 8);
    resetSignalsOnExec(guest.p);
    guest.call("rt_sigaction", Signal.SIGUSR1, 0, BUFFER, 8);
    expect(guest.wordAt(BUFFER)).toBe(0);
    guest.call("rt_sigaction", Signal.SIGUSR2, 0, BUFFER, 8);
    expect(guest.wordAt(BUFFER)).toBe(1);
  });
});

describe("sleeping calls", () => {
  /** A process asleep in a read of an empty pipe, with a handler of these flags, and the signal sent. */
  function interrupted(flags: number): Guest {
    const guest = new Guest();
    handle(guest, Signal.SIGUSR1, flags);
    guest.call("pipe2", BUFFER, 0);
    expect(guest.call("read", guest.wordAt(BUFFER), BUFFER + 64, 10)).toBe(ASLEEP);
    postSignal(guest.core, guest.p, Signal.SIGUSR1);
    expect(guest.p.state).toBe("ready");
    guest.run(guest.p);
    expect(deliverSignals(guest.core, guest.p)).toBe(0);
    expect(guest.core.hart.pc).toBe(HANDLER);
    return guest;
  }
  /** pc and a0 that the handler will return to. */
  const returnsTo = (guest: Guest) => {
    guest.call("rt_sigreturn");
    return [guest.core.hart.pc, guest.core.hart.x[10]];
  };

  it("return EINTR after a handler without SA_RESTART", () => {
    expect(returnsTo(interrupted(0))).toEqual([ECALL_PC + 4, -Errno.EINTR]);
  });

  it("are executed again after a handler with SA_RESTART, their arguments intact", () => {
    const guest = interrupted(SA_RESTART);
    expect(returnsTo(guest)).toEqual([ECALL_PC, 0]);
    expect(guest.core.hart.x[17]).toBe(SYSCALLS.read.number);
  });

  it("go on sleeping when the signal is ignored or only stops and continues", () => {
    const guest = new Guest();
    guest.call("pipe2", BUFFER, 0);
    guest.call("read", guest.wordAt(BUFFER), BUFFER + 64, 10);
    postSignal(guest.core, guest.p, Signal.SIGCHLD);
    expect(guest.p.state).toBe("blocked");
    postSignal(guest.core, guest.p, Signal.SIGCONT);
    guest.run(guest.p);
    expect(deliverSignals(guest.core, guest.p)).toBe(0);
    expect([guest.core.hart.pc, guest.p.inCall]).toEqual([ECALL_PC, true]);
  });

  it("give the bytes that had been moved instead of EINTR", () => {
    const guest = new Guest();
    handle(guest, Signal.SIGUSR1, SA_RESTART);
    guest.call("pipe2", BUFFER, 0);
    expect(guest.call("write", guest.wordAt(BUFFER + 4), BUFFER, 65536 + 100)).toBe(ASLEEP);
    postSignal(guest.core, guest.p, Signal.SIGUSR1);
    guest.run(guest.p);
    deliverSignals(guest.core, guest.p);
    expect(returnsTo(guest)).toEqual([ECALL_PC + 4, 65536]);
  });

  it("that wait for a page are not interrupted: the handler comes when the call is done", () => {
    const guest = new Guest();
    handle(guest, Signal.SIGUSR1);
    Object.assign(guest.p, { state: "blocked", channel: "frames", interruptible: false, inCall: true });
    postSignal(guest.core, guest.p, Signal.SIGUSR1);
    expect(guest.p.state).toBe("blocked");
    guest.run(guest.p);
    expect(deliverSignals(guest.core, guest.p)).toBe(0);
    expect(guest.core.hart.pc).toBe(ECALL_PC);
    guest.p.inCall = false;
    deliverSignals(guest.core, guest.p);
    expect(guest.core.hart.pc).toBe(HANDLER);
  });

  it("rt_sigsuspend sleeps with another mask, and its end puts the old one back", () => {
    const guest = new Guest();
    handle(guest, Signal.SIGUSR1, SA_RESTART);
    guest.p.sigmaskLow = bit(Signal.SIGUSR1);
    postSignal(guest.core, guest.p, Signal.SIGUSR1);
    expect(deliverSignals(guest.core, guest.p)).toBe(0);
    // The signal waits already: the call does not fall asleep.
    expect(guest.call("rt_sigsuspend", guest.words(0, 0), 8)).toBe(ASLEEP);
    expect(guest.p.state).toBe("running");
    deliverSignals(guest.core, guest.p);
    expect(guest.core.hart.pc).toBe(HANDLER);
    expect(returnsTo(guest)).toEqual([ECALL_PC + 4, -Errno.EINTR]);
    expect(guest.p.sigmaskLow).toBe(bit(Signal.SIGUSR1));
  });

  it("tell their end to listeners, so that every call that begins also ends", () => {
    const ends = (guest: Guest) => guest.events.filter((event) => event.kind === "syscall-exit");
    expect(ends(interrupted(0))).toMatchObject([{ name: "read", result: -Errno.EINTR }]);
    expect(ends(interrupted(SA_RESTART))).toMatchObject([{ name: "read", result: ASLEEP }]);
  });
});

describe("kill", () => {
  it("chooses its targets by the sign of pid", () => {
    const guest = new Guest();
    const [self, child, other] = [guest.p, guest.fork(2), guest.fork(3)];
    other.pgid = 3;
    for (const p of [self, child, other]) Object.assign(p, { sigmaskLow: -1 });
    const sent = (pid: number) => {
      for (const p of [self, child, other]) p.group.pending = [];
      const result = guest.call("kill", pid, Signal.SIGUSR1);
      return [result, ...[self, child, other].map((p) => p.group.pending.length)];
    };
    expect(sent(2)).toEqual([0, 0, 1, 0]);
    expect(sent(0)).toEqual([0, 1, 1, 0]);
    expect(sent(-3)).toEqual([0, 0, 0, 1]);
    expect(sent(-1)).toEqual([0, 0, 1, 1]);
    expect(sent(55)).toEqual([-Errno.ESRCH, 0, 0, 0]);
    expect(sent(-55)).toEqual([-Errno.ESRCH, 0, 0, 0]);
    expect(guest.call("kill", 2, 65)).toBe(-Errno.EINVAL);
    expect(guest.call("kill", 2, -1)).toBe(-Errno.EINVAL);
    expect(guest.call("kill", 2, 0)).toBe(0);
    expect(guest.call("tkill", 2, Signal.SIGUSR1)).toBe(0);
    expect(child.pending).toMatchObject([{ code: -6, senderPid: 1 }]);
    expect(postGroupSignal(guest.core, 1, Signal.SIGUSR2)).toBe(2);
  });

  it("takes the number of any thread for that of its process, as Linux does", () => {
    const guest = new Guest();
    const thread = guest.fork(2);
    Object.assign(thread, { tgid: guest.p.tgid, group: guest.p.group, sigmaskLow: -1 });
    Object.assign(guest.p, { sigmaskLow: -1 });
    expect(guest.call("kill", 2, Signal.SIGUSR1)).toBe(0);
    expect(guest.p.group.pending.map(({ signal }) => signal)).toEqual([Signal.SIGUSR1]);
  });
});
