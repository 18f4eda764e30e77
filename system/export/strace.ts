/**
 * System calls as strace prints them, made from the machine's events. A call is one line, written when it returns. A call
 * that sleeps while another process has something to say is cut in two, "<unfinished ...>" and "<... resumed>". Process
 * ids stand before the lines as soon as there are several processes.
 *
 * What strace has and this has not: times, structures taken apart, and the moment of a signal is that of its sending.
 */
import { PAGE_BYTES, type Pid } from "../../emulator/bits.ts";
import { isValid, ptePfn } from "../../emulator/pte.ts";
import { Signal } from "../../kernel/abi.ts";
import type { FaultlineEvent } from "../../kernel/events.ts";
import { readPte } from "../../kernel/mm/page-table.ts";
import { formatCall, type GuestText, joinResult } from "../../kernel/strace.ts";
import type { Machine } from "../machine.ts";

interface OpenCall {
  readonly name: string;
  readonly args: readonly number[];
  /** The text as it was when the call began: an execve leaves nothing to read its strings from. */
  readonly text: string;
  /** "<unfinished ...>" has been written. */
  isCut: boolean;
}

const SIGNAL_NAMES = new Map<number, string>(Object.entries(Signal).map(([name, number]) => [number, name]));
const signalName = (signal: number): string => SIGNAL_NAMES.get(signal) ?? `SIGRT_${signal - 32}`;

/** Calls that do not return to the program that made them. */
const LEAVING: ReadonlySet<string> = new Set(["execve", "exit", "exit_group"]);

export class StraceWriter {
  private readonly machine: Machine;
  private readonly write: (line: string) => void;
  private readonly open = new Map<number, OpenCall>();
  private sawSeveral = false;

  /** `write` gets each line without its newline. */
  constructor(machine: Machine, write: (line: string) => void) {
    this.machine = machine;
    this.write = write;
  }

  /** Takes one event; those that strace does not show are passed over. */
  event(event: FaultlineEvent): void {
    switch (event.kind) {
      case "process-start":
        if (event.parent !== 0) this.sawSeveral = true;
        return;
      case "syscall-enter": {
        const { pid, name, args } = event;
        this.open.set(pid, { name, args, text: formatCall(name, args, undefined, this.text(pid)), isCut: false });
        return;
      }
      case "syscall-exit":
        this.finish(event.pid, event.result);
        return;
      case "signal":
        this.line(event.pid, signalLine(event.signal, event.from));
        return;
      case "process-exit":
        if (this.open.has(event.pid)) this.finish(event.pid, undefined);
        this.line(event.pid, exitLine(event.status, event.signal));
    }
  }

  private finish(pid: number, result: number | undefined): void {
    const call = this.open.get(pid);
    if (call === undefined) return;
    this.open.delete(pid);
    const { name, args, text, isCut } = call;
    const shown = LEAVING.has(name) ? text : formatCall(name, args, result, this.text(pid));
    // The half that follows a cut has only what comes after the arguments.
    this.line(pid, joinResult(isCut ? `<... ${name} resumed>)` : shown, name, result));
  }

  private line(pid: number, text: string): void {
    for (const [other, call] of this.open) {
      if (other === pid || call.isCut || !this.sleeps(other)) continue;
      call.isCut = true;
      this.write(this.prefixed(other, `${call.text.slice(0, -1)} <unfinished ...>`));
    }
    this.write(this.prefixed(pid, text));
  }

  private prefixed(pid: number, text: string): string {
    return this.sawSeveral ? `[pid ${String(pid).padStart(5)}] ${text}` : text;
  }

  private sleeps(pid: number): boolean {
    return this.machine.kernel.core.processes.get(pid as Pid)?.state === "blocked";
  }

  /** What can be read of a process's memory without disturbing it: the pages that are present. */
  private text(pid: number): GuestText {
    const { core } = this.machine.kernel;
    const space = core.processes.get(pid as Pid)?.space;
    const present = (vaddr: number): number => {
      const pte = space === undefined || space.id === 0 ? 0 : readPte(core.ram, space.rootPfn, vaddr >>> 12);
      return isValid(pte) ? ptePfn(pte) * PAGE_BYTES + (vaddr & (PAGE_BYTES - 1)) : -1;
    };
    const bytes = (vaddr: number, most: number): Uint8Array | undefined => {
      const found = new Uint8Array(most);
      for (let done = 0; done < most; ) {
        const paddr = present((vaddr + done) >>> 0);
        if (paddr < 0) return done === 0 ? undefined : found.subarray(0, done);
        const part = Math.min(most - done, PAGE_BYTES - (paddr % PAGE_BYTES));
        found.set(core.ram.u8.subarray(paddr, paddr + part), done);
        done += part;
      }
      return found;
    };
    return {
      bytes,
      string(vaddr, most) {
        const found = bytes(vaddr, most + 1);
        if (found === undefined) return undefined;
        const end = found.indexOf(0);
        return end < 0
          ? { bytes: found.subarray(0, most), isWhole: false }
          : { bytes: found.subarray(0, end), isWhole: true };
      },
    };
  }
}

function signalLine(signal: number, from: number): string {
  const name = signalName(signal);
  const sender = from === 0 ? "si_code=SI_KERNEL" : `si_pid=${from}, si_uid=0`;
  return `--- ${name} {si_signo=${name}, ${sender}} ---`;
}

const exitLine = (status: number, signal: number): string =>
  signal === 0 ? `+++ exited with ${status} +++` : `+++ killed by ${signalName(signal)} +++`;
