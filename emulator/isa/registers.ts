/**
 * Names of the integer registers and of the control and status registers.
 *
 * Source: RISC-V psABI 1.0, "Register Convention"; RISC-V privileged specification 20240411, table 2 and section 10.1.
 */

/** ABI names in the order of x0 … x31. */
export const ABI_NAMES = [
  ..."zero ra sp gp tp t0 t1 t2 s0 s1 a0 a1 a2 a3 a4 a5 a6 a7 s2 s3 s4 s5 s6 s7 s8 s9 s10 s11 t3 t4 t5 t6".split(" "),
] as readonly string[];

/** Numbers of the registers that code here refers to by name. */
export const Reg = {
  zero: 0,
  ra: 1,
  sp: 2,
  gp: 3,
  tp: 4,
  t0: 5,
  t1: 6,
  t2: 7,
  s0: 8,
  s1: 9,
  a0: 10,
  a1: 11,
  a2: 12,
  a3: 13,
  a4: 14,
  a5: 15,
  a6: 16,
  a7: 17,
} as const;

const NUMBERS = new Map<string, number>([
  ...ABI_NAMES.map((name, number): [string, number] => [name, number]),
  ...ABI_NAMES.map((_, number): [string, number] => [`x${number}`, number]),
  ["fp", Reg.s0],
]);

/** ABI name of register 0 … 31. */
export const registerName = (number: number): string => ABI_NAMES[number];

/** Number of a register given as `a0`, `x10` or `fp`; undefined when there is no such register. */
export const registerNumber = (name: string): number | undefined => NUMBERS.get(name);

/** CSR numbers. User mode can read the counters; the others are known to the assembler and the disassembler only. */
export const Csr = {
  fflags: 0x001,
  frm: 0x002,
  fcsr: 0x003,
  sstatus: 0x100,
  sie: 0x104,
  stvec: 0x105,
  scounteren: 0x106,
  sscratch: 0x140,
  sepc: 0x141,
  scause: 0x142,
  stval: 0x143,
  sip: 0x144,
  satp: 0x180,
  cycle: 0xc00,
  time: 0xc01,
  instret: 0xc02,
  cycleh: 0xc80,
  timeh: 0xc81,
  instreth: 0xc82,
} as const;
export type CsrName = keyof typeof Csr;

/** Further CSRs of the specification, for the assembler and the disassembler: `name:number`, in hexadecimal. */
const OTHER_CSRS =
  "vstart:8 vxsat:9 vxrm:a vcsr:f seed:15 senvcfg:10a stimecmp:14d stimecmph:15d " +
  "mstatus:300 misa:301 medeleg:302 mideleg:303 mie:304 mtvec:305 mcounteren:306 menvcfg:30a mstatush:310 " +
  "menvcfgh:31a mcountinhibit:320 mscratch:340 mepc:341 mcause:342 mtval:343 mip:344 mtinst:34a mtval2:34b " +
  "mseccfg:747 mseccfgh:757 tselect:7a0 tdata1:7a1 tdata2:7a2 tdata3:7a3 mcontext:7a8 dcsr:7b0 dpc:7b1 " +
  "dscratch0:7b2 dscratch1:7b3 mcycle:b00 minstret:b02 mcycleh:b80 minstreth:b82 vl:c20 vtype:c21 vlenb:c22 " +
  "scountovf:da0 mvendorid:f11 marchid:f12 mimpid:f13 mhartid:f14 mconfigptr:f15";

/** Families of numbered CSRs: name, first index, last index, number of the first, suffix. */
const CSR_FAMILIES: [string, number, number, number, string][] = [
  ["hpmcounter", 3, 31, 0xc03, ""],
  ["hpmcounter", 3, 31, 0xc83, "h"],
  ["mhpmcounter", 3, 31, 0xb03, ""],
  ["mhpmcounter", 3, 31, 0xb83, "h"],
  ["mhpmevent", 3, 31, 0x323, ""],
  ["pmpcfg", 0, 15, 0x3a0, ""],
  ["pmpaddr", 0, 63, 0x3b0, ""],
];

const CSR_NUMBERS = new Map<string, number>([
  ...Object.entries(Csr),
  ...OTHER_CSRS.split(" ").map((each): [string, number] => {
    const [name, number] = each.split(":");
    return [name, Number.parseInt(number, 16)];
  }),
  ...CSR_FAMILIES.flatMap(([name, first, last, number, suffix]) =>
    Array.from({ length: last - first + 1 }, (_, n): [string, number] => [`${name}${first + n}${suffix}`, number + n]),
  ),
]);
const CSR_NAMES = new Map<number, string>(Array.from(CSR_NUMBERS, ([name, number]) => [number, name]));

/** Name of a CSR, or its number in hexadecimal when it has no name here. */
export const csrName = (number: number): string => CSR_NAMES.get(number) ?? `0x${number.toString(16)}`;

/** Number of a CSR by name; undefined when the name is unknown. */
export const csrNumber = (name: string): number | undefined => CSR_NUMBERS.get(name);
