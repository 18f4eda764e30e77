/**
 * A copy of a whole machine at one moment. RAM is kept by page: a checkpoint shares with the one before it every page
 * that has not changed, and all of them share the page of zeros, so that a checkpoint costs what was written since.
 *
 * What it does not hold: the input log and the configuration, which the timeline keeps, and the engine's caches, which
 * hold nothing that shows.
 */
import { PAGE_BYTES } from "../emulator/bits.ts";
import type { HartSnapshot } from "../emulator/cpu/state.ts";
import type { TlbSnapshot } from "../emulator/mmu/tlb.ts";
import type { KernelSnapshot } from "../kernel/kernel.ts";
import { Frame } from "../kernel/mm/frames.ts";
import type { Machine, MachineSnapshot, Moment } from "./machine.ts";

/** A page's bytes as words, with the number of checkpoints that hold it. */
interface SharedPage {
  readonly words: Int32Array;
  holders: number;
}

export interface Checkpoint extends Moment {
  /** Cycles in which something was done: virtual time without the sleep. Grows about as the host's own work does. */
  readonly work: number;
  /** Inputs delivered before this moment. */
  readonly inputs: number;
  readonly machine: MachineSnapshot;
  readonly hart: HartSnapshot;
  readonly tlb: TlbSnapshot;
  readonly kernel: KernelSnapshot;
  readonly pages: readonly SharedPage[];
}

const WORDS = PAGE_BYTES / 4;
/** Cost of a checkpoint besides its pages, for the budget: processes, inodes, hart, TLB, roughly, … */
const FIXED_BYTES = 96 * 1024;
/** … the books kept for each frame (database, reverse map, the list of pages), … */
const BYTES_PER_FRAME = 44;
/** … and for each swap slot. */
const BYTES_PER_SLOT = 13;

const isSame = (live: Int32Array, at: number, kept: Int32Array): boolean => {
  for (let i = 0; i < WORDS; i++) if (live[at + i] !== kept[i]) return false;
  return true;
};

/** Virtual time in which a machine did something. */
export const workOf = (machine: Machine): number => machine.hart.cycles - machine.kernel.core.variables.idleCycles;

/** Takes, restores and drops checkpoints of one machine, and knows how many bytes they hold. */
export class Checkpoints {
  /** Bytes held by all checkpoints together, as counted; a little above what they really take. */
  bytes = 0;
  private readonly machine: Machine;
  private readonly overheadBytes: number;
  private readonly zeros: SharedPage = { words: new Int32Array(WORDS), holders: 1 };

  constructor(machine: Machine) {
    this.machine = machine;
    this.overheadBytes =
      FIXED_BYTES + machine.config.frames * BYTES_PER_FRAME + machine.config.swapSlots * BYTES_PER_SLOT;
  }

  /**
   * Copies the machine as it stands, between two actions.
   * @param near a checkpoint whose pages are likely to be the same, or null
   * @param inputs how many inputs of the log have been delivered
   */
  take(near: Checkpoint | null, inputs: number): Checkpoint {
    const { machine } = this;
    const { i32, frames } = machine.ram;
    const isKnownZero = this.zeroedFrames();
    const pages: SharedPage[] = new Array(frames);
    for (let pfn = 0; pfn < frames; pfn++) {
      let page = this.zeros;
      if (!isKnownZero(pfn)) {
        const at = pfn * WORDS;
        const before = near === null ? this.zeros : near.pages[pfn];
        page = isSame(i32, at, before.words) ? before : isSame(i32, at, this.zeros.words) ? this.zeros : this.copy(at);
      }
      page.holders++;
      pages[pfn] = page;
    }
    this.bytes += this.overheadBytes;
    return {
      ...machine.moment,
      work: workOf(machine),
      inputs,
      machine: machine.snapshot(),
      hart: machine.hart.snapshot(),
      tlb: machine.mmu.tlb.snapshot(),
      kernel: machine.kernel.snapshot(),
      pages,
    };
  }

  /** Makes the machine what it was, bit for bit. The checkpoint stays usable. */
  restore(checkpoint: Checkpoint): void {
    const { machine, zeros } = this;
    const { i32 } = machine.ram;
    const isKnownZero = this.zeroedFrames();
    checkpoint.pages.forEach((page, pfn) => {
      if (page !== zeros || !isKnownZero(pfn)) i32.set(page.words, pfn * WORDS);
    });
    machine.restore(checkpoint.machine);
    machine.hart.restore(checkpoint.hart);
    machine.mmu.tlb.restore(checkpoint.tlb);
    machine.kernel.restore(checkpoint.kernel);
  }

  /** Forgets a checkpoint; its pages go when no other holds them. */
  drop(checkpoint: Checkpoint): void {
    this.bytes -= this.overheadBytes;
    for (const page of checkpoint.pages) {
      if (--page.holders === 0) this.bytes -= PAGE_BYTES;
    }
  }

  /**
   * Which frames need not be looked at: those on the zeroed list are zero, by the kernel's invariant. Most of a large RAM
   * is. With zeroing switched off the list promises nothing.
   */
  private zeroedFrames(): (pfn: number) => boolean {
    const { config, frames } = this.machine.kernel.core;
    if (config.zeroing !== "idle") return () => false;
    const { state } = frames;
    return (pfn) => state[pfn] === Frame.Zeroed;
  }

  private copy(at: number): SharedPage {
    this.bytes += PAGE_BYTES;
    return { words: this.machine.ram.i32.slice(at, at + WORDS), holders: 0 };
  }
}
