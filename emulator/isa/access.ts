/** What each instruction does to memory, for those who have to know before it is executed. */
import type { Mnemonic } from "./table.ts";

/** An access to memory packed into one number: bits 0 to 2 its bytes (1, 2 or 4), ACCESS_LOAD, ACCESS_STORE. */
export const ACCESS_BYTES = 7;
export const ACCESS_LOAD = 8;
export const ACCESS_STORE = 16;

const BOTH = 4 | ACCESS_LOAD | ACCESS_STORE;

const ACCESSES: Partial<Record<Mnemonic, number>> = {
  lb: 1 | ACCESS_LOAD,
  lbu: 1 | ACCESS_LOAD,
  lh: 2 | ACCESS_LOAD,
  lhu: 2 | ACCESS_LOAD,
  lw: 4 | ACCESS_LOAD,
  sb: 1 | ACCESS_STORE,
  sh: 2 | ACCESS_STORE,
  sw: 4 | ACCESS_STORE,
  "lr.w": 4 | ACCESS_LOAD,
  // Whether it stores is known only when it has been executed.
  "sc.w": 4 | ACCESS_STORE,
  "amoswap.w": BOTH,
  "amoadd.w": BOTH,
  "amoxor.w": BOTH,
  "amoand.w": BOTH,
  "amoor.w": BOTH,
  "amomin.w": BOTH,
  "amomax.w": BOTH,
  "amominu.w": BOTH,
  "amomaxu.w": BOTH,
};

/** The access that an instruction makes at x[rs1] + imm, or 0 when it makes none. */
export const accessOf = (mnemonic: Mnemonic): number => ACCESSES[mnemonic] ?? 0;
