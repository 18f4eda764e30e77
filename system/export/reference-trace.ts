/**
 * The reference trace of a run: which pages user code touched, in order, each with who touched it and how. It is what
 * page-replacement policies are judged on offline, so it is exact: every fetch, load, store and atomic of every process
 * stands in it once, TLB hits included.
 *
 * How: before each instruction begins (Machine.probe) the instruction is read by the inspector's walk and decoded, and its
 * addresses follow from the registers. Nothing in the machine is touched, so the run is the same as without; it runs
 * instruction by instruction and is some ten times slower. An instruction that faults is executed again later, and what it
 * had in the trace by then is not written twice.
 *
 * Left out: what the kernel reads and writes on behalf of a system call.
 *
 * The file is text. Lines that begin with # say what it is; every other line is `PID VPN ACCESS COUNT`: process, virtual page
 * number in hexadecimal, x, r or w (execute, read, write; an atomic is a w), and how many such references follow each other.
 */
import { PAGE_BYTES, PAGE_MASK, type Pid } from "../../emulator/bits.ts";
import { decode } from "../../emulator/isa/decode.ts";
import type { Mnemonic } from "../../emulator/isa/table.ts";
import type { Machine } from "../machine.ts";

export type ReferenceAccess = "x" | "r" | "w";

/** One touch of one page. */
export interface Reference {
  readonly pid: number;
  readonly vpn: number;
  readonly access: ReferenceAccess;
}

/** Bytes that an instruction reads or writes at rs1 + imm; a negative number stands for a write. */
const DATA_BYTES: Partial<Record<Mnemonic, number>> = {
  lb: 1,
  lbu: 1,
  lh: 2,
  lhu: 2,
  lw: 4,
  sb: -1,
  sh: -2,
  sw: -4,
  "lr.w": 4,
  "sc.w": -4,
  "amoswap.w": -4,
  "amoadd.w": -4,
  "amoxor.w": -4,
  "amoand.w": -4,
  "amoor.w": -4,
  "amomin.w": -4,
  "amomax.w": -4,
  "amominu.w": -4,
  "amomaxu.w": -4,
}; // prettier-ignore

/** The pages that the instruction at pc would touch, in order; cut short where its bits are not in memory yet. */
export function referencesOf(machine: Machine, pc: number): (readonly [vpn: number, access: ReferenceAccess])[] {
  const references: [number, ReferenceAccess][] = [[pc >>> 12, "x"]];
  const { mmu, ram, hart } = machine;
  const first = mmu.peek(pc, "execute");
  if (first.fault !== null) return references;
  let word = ram.u16[first.paddr >>> 1];
  if ((word & 3) === 3) {
    const second = (pc & PAGE_MASK) === PAGE_BYTES - 2 ? mmu.peek((pc + 2) >>> 0, "execute") : null;
    if (second !== null) references.push([(pc + 2) >>> 12, "x"]);
    if (second !== null && second.fault !== null) return references;
    word |= ram.u16[(second === null ? first.paddr + 2 : second.paddr) >>> 1] << 16;
  }
  const decoded = decode(word);
  const bytes = decoded === null ? undefined : DATA_BYTES[decoded.row.mnemonic];
  if (decoded === null || bytes === undefined) return references;
  const vaddr = (hart.x[decoded.rs1] + decoded.imm) >>> 0;
  const isAtomic = decoded.row.extension === "A";
  if (isAtomic && (vaddr & 3) !== 0) return references;
  const access = bytes < 0 ? "w" : "r";
  references.push([vaddr >>> 12, access]);
  const last = (vaddr + Math.abs(bytes) - 1) >>> 0;
  if (last >>> 12 !== vaddr >>> 12) references.push([last >>> 12, access]);
  return references;
}

/** Watches a machine, and hands over every reference once. */
export class ReferenceRecorder {
  private readonly machine: Machine;
  private readonly take: (reference: Reference) => void;
  /** Instructions begun and not retired yet: pc, and references already handed over, by process. */
  private readonly pending = new Map<number, { pc: number; taken: number }>();
  private lastPid = 0;
  private lastInstret: number;

  /** Takes the machine's probe for itself until `stop`. */
  constructor(machine: Machine, take: (reference: Reference) => void) {
    this.machine = machine;
    this.take = take;
    this.lastInstret = machine.hart.instret;
    machine.probe = () => {
      this.observe();
      return false;
    };
  }

  stop(): void {
    this.machine.probe = null;
  }

  private observe(): void {
    const { machine, pending } = this;
    const { hart } = machine;
    if (hart.instret > this.lastInstret) pending.delete(this.lastPid);
    const pid = machine.kernel.core.variables.currentPid as Pid;
    const { pc } = hart;
    const references = referencesOf(machine, pc);
    const begun = pending.get(pid);
    const taken = begun?.pc === pc ? begun.taken : 0;
    for (const [vpn, access] of references.slice(taken)) this.take({ pid, vpn, access });
    pending.set(pid, { pc, taken: references.length });
    this.lastPid = pid;
    this.lastInstret = hart.instret;
  }
}

/** Writes references as text, equal ones that follow each other on one line. */
export class ReferenceTraceWriter {
  private readonly write: (text: string) => void;
  private line = "";
  private count = 0;

  constructor(write: (text: string) => void) {
    this.write = write;
    write(`# faultline reference trace, version 1\n# pid vpn(hex) access(x r w) count; pages of ${PAGE_BYTES} bytes\n`);
  }

  take({ pid, vpn, access }: Reference): void {
    const line = `${pid} ${vpn.toString(16)} ${access}`;
    if (line !== this.line) {
      this.flush();
      this.line = line;
    }
    this.count++;
  }

  finish(): void {
    this.flush();
  }

  private flush(): void {
    if (this.count > 0) this.write(`${this.line} ${this.count}\n`);
    this.count = 0;
  }
}

/** Reads such a file back. Throws SyntaxError naming the line that is none. */
export function parseReferenceTrace(text: string): Reference[] {
  const references: Reference[] = [];
  text.split("\n").forEach((line, index) => {
    if (line === "" || line.startsWith("#")) return;
    const match = /^(\d+) ([0-9a-f]{1,5}) ([xrw]) (\d+)$/.exec(line);
    if (match === null)
      throw new SyntaxError(`line ${index + 1} of the reference trace is not "pid vpn access count": ${line}`);
    const reference = {
      pid: Number(match[1]),
      vpn: Number.parseInt(match[2], 16),
      access: match[3] as ReferenceAccess,
    };
    for (let n = Number(match[4]); n > 0; n--) references.push(reference);
  });
  return references;
}
