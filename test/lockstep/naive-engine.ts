/**
 * An engine without a single shortcut: every fetch, load and store goes through Mmu.translate, every instruction is
 * decoded when it is met, every counter is written at once. Slow, and the measure of what a faster engine must do to
 * the hart, RAM, the TLB and the events.
 */
import { type Cpu, type Fields, illegal, SEMANTICS, TRAPPED } from "../../emulator/cpu/execute.ts";
import { type Engine, Stop, type StopPoints } from "../../emulator/engine.ts";
import { decode } from "../../emulator/isa/decode.ts";
import type { Access, Cause } from "../../emulator/trap.ts";
import { memoryAccess } from "../../system/debugger/describe.ts";
import type { BareMetal } from "../emulator/bare-metal.ts";

export class NaiveEngine implements Engine, Cpu {
  readonly name = "naive";
  readonly x: Int32Array;
  trapped = false;
  private readonly machine: BareMetal;

  constructor(machine: BareMetal) {
    this.machine = machine;
    this.x = machine.hart.x;
  }

  run(untilCycles: number, untilInstret: number): Stop {
    const { hart } = this.machine;
    for (let isFirst = true; ; isFirst = false) {
      if (hart.cycles >= untilCycles) return Stop.Cycles;
      if (hart.instret >= untilInstret) return Stop.Instructions;
      if (!isFirst && this.isAtStopPoint()) return Stop.Point;
      this.trapped = false;
      const next = this.step();
      if (this.trapped) {
        hart.sepc = hart.pc;
        const { scause: cause, stval, sepc } = hart;
        if (this.machine.sink.enabled) this.machine.sink.emit({ kind: "trap", cause, stval, sepc });
        return Stop.Trap;
      }
      this.x[0] = 0;
      hart.instret++;
      hart.cycles++;
      hart.pc = next >>> 0;
    }
  }

  private points: StopPoints | null = null;
  setStopPoints(points: StopPoints | null): void {
    this.points = points;
  }

  /** From the tables alone: byte by byte, watched range by watched range. */
  isAtStopPoint(): boolean {
    const { points, x } = this;
    const { hart, mmu, ram } = this.machine;
    if (points?.code.has(hart.pc) === true) return true;
    const halves = [hart.pc, hart.pc + 2].map((vaddr) => mmu.peek(vaddr, "execute").paddr);
    if (points === null || halves[0] < 0) return false;
    const word = ram.u16[halves[0] / 2] | (halves[1] < 0 ? 0 : ram.u16[halves[1] / 2] << 16);
    const access = memoryAccess(word, x);
    if (access === null) return false;
    const bytes = Array.from({ length: access.bytes }, (_, n) => (access.vaddr + n) >>> 0);
    return points.data.some(({ space, start, bytes: length, loads, stores }) => {
      if (!(loads && access.isLoad) && !(stores && access.isStore)) return false;
      const places = space === "virtual" ? bytes : bytes.map((vaddr) => mmu.peek(vaddr).paddr);
      return places.some((place) => place >= start && place < start + length);
    });
  }

  private step(): number {
    const { hart, ram } = this.machine;
    const first = this.translate(hart.pc, "execute");
    if (this.trapped) return 0;
    let bits = ram.u16[first >>> 1];
    if ((bits & 3) === 3) {
      const second = hart.pc % 4096 === 4094 ? this.translate(hart.pc + 2, "execute") : first + 2;
      if (this.trapped) return 0;
      bits |= ram.u16[second >>> 1] << 16;
    }
    const decoded = decode(bits);
    const fields: Fields = decoded ?? { rd: 0, rs1: 0, rs2: 0, imm: 0, bytes: 4, word: bits >>> 0 };
    const execute = decoded === null ? illegal : SEMANTICS[decoded.row.mnemonic];
    return execute(this, fields, hart.pc | 0) ?? hart.pc + fields.bytes;
  }

  private translate(vaddr: number, access: Access): number {
    const paddr = this.machine.mmu.translate(vaddr >>> 0, access);
    if (paddr < 0) this.trap(~paddr as Cause, vaddr);
    return paddr;
  }

  /** Physical address of each byte of an access; empty after a trap. One translation for each page touched. */
  private places(vaddr: number, bytes: number, access: Access): number[] {
    const places: number[] = [];
    for (let n = 0; n < bytes; n++) {
      const byte = (vaddr + n) >>> 0;
      places.push(n === 0 || byte % 4096 === 0 ? this.translate(byte, access) : places[n - 1] + 1);
      if (this.trapped) return [];
    }
    return places;
  }
  private load(vaddr: number, bytes: number): number {
    const places = this.places(vaddr, bytes, "load");
    return places.reduce((value, paddr, n) => value | (this.machine.ram.u8[paddr] << (8 * n)), 0);
  }
  private store(vaddr: number, bytes: number, value: number): number | undefined {
    for (const [n, paddr] of this.places(vaddr, bytes, "store").entries())
      this.machine.ram.u8[paddr] = value >> (8 * n);
    return this.trapped ? TRAPPED : undefined;
  }

  loadByte = (vaddr: number): number => (this.load(vaddr, 1) << 24) >> 24;
  loadByteUnsigned = (vaddr: number): number => this.load(vaddr, 1);
  loadHalf = (vaddr: number): number => (this.load(vaddr, 2) << 16) >> 16;
  loadHalfUnsigned = (vaddr: number): number => this.load(vaddr, 2);
  loadWord = (vaddr: number): number => this.load(vaddr, 4);
  storeByte = (vaddr: number, value: number) => this.store(vaddr, 1, value);
  storeHalf = (vaddr: number, value: number) => this.store(vaddr, 2, value);
  storeWord = (vaddr: number, value: number) => this.store(vaddr, 4, value);

  atomicAddress(vaddr: number, access: "load" | "store"): number {
    if (vaddr % 4 !== 0) {
      this.trap(access === "load" ? 4 : 6, vaddr);
      return -1;
    }
    return this.translate(vaddr, access);
  }
  readPhysical = (paddr: number): number => this.machine.ram.i32[paddr / 4];
  writePhysical(paddr: number, value: number): void {
    this.machine.ram.i32[paddr / 4] = value;
  }
  get reservation(): number {
    return this.machine.hart.reservation;
  }
  set reservation(paddr: number) {
    this.machine.hart.reservation = paddr;
  }

  readCounter(csr: number): number | undefined {
    const { cycles, instret } = this.machine.hart;
    const counters = [cycles, Math.floor(cycles / 10), instret];
    const value = counters[csr & 0x7f];
    if (value === undefined || (csr & ~0x83) !== 0xc00) return undefined;
    return (csr & 0x80) !== 0 ? Math.floor(value / 2 ** 32) | 0 : value | 0;
  }

  trap(cause: Cause, stval: number): number {
    this.trapped = true;
    this.machine.hart.scause = cause;
    this.machine.hart.stval = stval >>> 0;
    return TRAPPED;
  }
}
