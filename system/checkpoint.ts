/**
 * A copy of a whole machine at one moment. RAM is kept by page: a checkpoint shares with the one before it every page
 * that has not changed, and all of them share the page of zeros, so that a checkpoint costs what was written since.
 */
import { PAGE_BYTES } from "../emulator/bits.ts";
import type { HartSnapshot } from "../emulator/cpu/state.ts";
import type { TlbSnapshot } from "../emulator/mmu/tlb.ts";
import type { KernelSnapshot } from "../kernel/kernel.ts";
import type { Machine } from "./machine.ts";

/** A page's bytes as words, with the number of checkpoints that hold it. */
interface SharedPage {
  readonly words: BigUint64Array;
  holders: number;
}

export interface Checkpoint {
  readonly instret: number;
  readonly cycles: number;
  /** Inputs delivered before this moment. */
  readonly inputs: number;
  readonly hart: HartSnapshot;
  readonly tlb: TlbSnapshot;
  readonly kernel: KernelSnapshot;
  readonly pages: readonly SharedPage[];
}

const WORDS = PAGE_BYTES / 8;
/** Cost of a checkpoint besides its pages: kernel, hart and TLB, roughly. Used for the budget only. */
const OVERHEAD_BYTES = 64 * 1024;

const isSame = (live: BigUint64Array, at: number, kept: BigUint64Array): boolean => {
  for (let i = 0; i < WORDS; i++) if (live[at + i] !== kept[i]) return false;
  return true;
};

/** Takes, restores and drops checkpoints of one machine, and knows how many bytes they hold. */
export class Checkpoints {
  /** Bytes held by all checkpoints together. */
  bytes = 0;
  private readonly machine: Machine;
  private readonly live: BigUint64Array;
  private readonly zeros: SharedPage = { words: new BigUint64Array(WORDS), holders: 1 };

  constructor(machine: Machine) {
    this.machine = machine;
    const { u8 } = machine.ram;
    this.live = new BigUint64Array(u8.buffer, u8.byteOffset, u8.byteLength / 8);
  }

  /** @param near a checkpoint whose pages are likely to be the same, or null */
  take(near: Checkpoint | null, inputs: number): Checkpoint {
    const { machine, live } = this;
    const pages: SharedPage[] = new Array(machine.ram.frames);
    for (let pfn = 0; pfn < pages.length; pfn++) {
      const at = pfn * WORDS;
      const before = near === null ? this.zeros : near.pages[pfn];
      const page = isSame(live, at, before.words) ? before : isSame(live, at, this.zeros.words) ? this.zeros : this.copy(at);
      page.holders++;
      pages[pfn] = page;
    }
    this.bytes += OVERHEAD_BYTES;
    return {
      instret: machine.hart.instret,
      cycles: machine.hart.cycles,
      inputs,
      hart: machine.hart.snapshot(),
      tlb: machine.mmu.tlb.snapshot(),
      kernel: machine.kernel.snapshot(),
      pages,
    };
  }

  /** Makes the machine what it was, bit for bit. The checkpoint stays usable. */
  restore(checkpoint: Checkpoint): void {
    const { machine, live } = this;
    machine.hart.restore(checkpoint.hart);
    machine.mmu.tlb.restore(checkpoint.tlb);
    machine.kernel.restore(checkpoint.kernel);
    for (let pfn = 0; pfn < checkpoint.pages.length; pfn++) live.set(checkpoint.pages[pfn].words, pfn * WORDS);
  }

  /** Forgets a checkpoint; its pages go when no other holds them. */
  drop(checkpoint: Checkpoint): void {
    this.bytes -= OVERHEAD_BYTES;
    for (const page of checkpoint.pages) {
      if (--page.holders === 0) this.bytes -= PAGE_BYTES;
    }
  }

  private copy(at: number): SharedPage {
    this.bytes += PAGE_BYTES;
    return { words: this.live.slice(at, at + WORDS), holders: 0 };
  }
}
