/**
 * The hart's state: registers, counters, and the few supervisor registers that a trap and a translation need.
 *
 * Plain data with one owner. The engine runs user mode only; the supervisor is TypeScript behind the trap and reads and
 * writes these fields where a kernel of machine code would use csrr and csrw. Left out for that reason: machine mode,
 * mstatus, stvec, delegation. SUM and MXR behave as 0 because no supervisor access goes through user mappings.
 */

/** satp.MODE: no translation, physical address = virtual address. */
export const SATP_BARE = 0;
/** satp.MODE: Sv32. */
export const SATP_SV32 = 1;
/** `reservation` when LR has reserved nothing. */
export const NO_RESERVATION = -1;

/** One 10 MHz tick of the `time` CSR, in cycles: a cycle stands for 10 ns. */
export const CYCLES_PER_TICK = 10;

export interface HartSnapshot {
  readonly x: Int32Array;
  readonly pc: number;
  readonly instret: number;
  readonly cycles: number;
  readonly satpMode: number;
  readonly satpAsid: number;
  readonly satpPfn: number;
  readonly sepc: number;
  readonly scause: number;
  readonly stval: number;
  readonly reservation: number;
}

export class Hart {
  /** x0 … x31; x0 is 0 whenever an instruction begins. */
  readonly x: Int32Array = new Int32Array(32);
  /** Address of the next instruction, unsigned and even. */
  pc = 0;
  /** Instructions retired since power-on. */
  instret = 0;
  /** Virtual time since power-on: one for each retired instruction, more for page-table walks and for kernel work. */
  cycles = 0;

  /** satp as its three fields; Mmu.setSatp writes them. */
  satpMode: number = SATP_BARE;
  satpAsid = 0;
  satpPfn = 0;

  /** pc of the instruction that trapped. */
  sepc = 0;
  /** Why, as an unsigned number (trap.ts). */
  scause = 0;
  /** Faulting address, illegal instruction word, or 0. */
  stval = 0;

  /** Physical address of the word that LR has reserved, or NO_RESERVATION. */
  reservation: number = NO_RESERVATION;

  /** satp as the word that `csrr satp` would give. */
  get satp(): number {
    return ((this.satpMode << 31) | (this.satpAsid << 22) | this.satpPfn) >>> 0;
  }

  /** Drops LR's reservation: on the way back from a trap and on every context switch. */
  clearReservation(): void {
    this.reservation = NO_RESERVATION;
  }

  snapshot(): HartSnapshot {
    const { pc, instret, cycles, satpMode, satpAsid, satpPfn, sepc, scause, stval, reservation } = this;
    const x = this.x.slice();
    return { x, pc, instret, cycles, satpMode, satpAsid, satpPfn, sepc, scause, stval, reservation };
  }

  restore(snapshot: HartSnapshot): void {
    this.x.set(snapshot.x);
    this.pc = snapshot.pc;
    this.instret = snapshot.instret;
    this.cycles = snapshot.cycles;
    this.satpMode = snapshot.satpMode;
    this.satpAsid = snapshot.satpAsid;
    this.satpPfn = snapshot.satpPfn;
    this.sepc = snapshot.sepc;
    this.scause = snapshot.scause;
    this.stval = snapshot.stval;
    this.reservation = snapshot.reservation;
  }
}
