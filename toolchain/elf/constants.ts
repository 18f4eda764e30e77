/**
 * Numbers of the ELF format that static RISC-V programs use. Sources: System V ABI, chapter 4 and 5 (sections, symbols,
 * segments); RISC-V psABI, "RISC-V ELF" (flags and relocations). Enumerations, because a bundler puts their numbers where they are
 * used: linking is a matter of many comparisons with them.
 */

export enum FileType {
  REL = 1,
  EXEC = 2,
  DYN = 3,
  CORE = 4,
}

export const EM_RISCV = 243;
/** e_flags: compressed instructions may occur. */
export const EF_RISCV_RVC = 1;
/** e_flags: the floating-point calling convention. */
export const EF_RISCV_FLOAT_ABI = 6;

/** Names for the machines that people most often hand us by mistake. */
export const MACHINE_NAMES: Readonly<Record<number, string>> = {
  2: "SPARC",
  3: "x86 (i386)",
  8: "MIPS",
  20: "PowerPC",
  21: "PowerPC 64",
  22: "IBM S/390",
  40: "ARM (32-bit)",
  43: "SPARC V9",
  50: "Itanium",
  62: "x86-64",
  83: "AVR",
  94: "Xtensa",
  183: "AArch64 (ARM 64-bit)",
  243: "RISC-V",
  247: "BPF",
  258: "LoongArch",
};

export enum SectionType {
  NULL = 0,
  PROGBITS = 1,
  SYMTAB = 2,
  STRTAB = 3,
  RELA = 4,
  HASH = 5,
  DYNAMIC = 6,
  NOTE = 7,
  NOBITS = 8,
  REL = 9,
  DYNSYM = 11,
  INIT_ARRAY = 14,
  FINI_ARRAY = 15,
  PREINIT_ARRAY = 16,
  GROUP = 17,
  SYMTAB_SHNDX = 18,
  RISCV_ATTRIBUTES = 0x70000003,
}

export enum SectionFlag {
  WRITE = 0x1,
  ALLOC = 0x2,
  EXECINSTR = 0x4,
  MERGE = 0x10,
  STRINGS = 0x20,
  INFO_LINK = 0x40,
  LINK_ORDER = 0x80,
  GROUP = 0x200,
  TLS = 0x400,
  COMPRESSED = 0x800,
  GNU_RETAIN = 0x200000,
  EXCLUDE = 0x80000000,
}

/** Section indices with a meaning of their own in st_shndx. */
export enum SectionIndex {
  UNDEF = 0,
  ABS = 0xfff1,
  COMMON = 0xfff2,
  XINDEX = 0xffff,
  LORESERVE = 0xff00,
}

export const GRP_COMDAT = 1;

export enum Binding {
  LOCAL = 0,
  GLOBAL = 1,
  WEAK = 2,
}
export enum SymType {
  NOTYPE = 0,
  OBJECT = 1,
  FUNC = 2,
  SECTION = 3,
  FILE = 4,
  COMMON = 5,
  TLS = 6,
  GNU_IFUNC = 10,
}
export enum Visibility {
  DEFAULT = 0,
  INTERNAL = 1,
  HIDDEN = 2,
  PROTECTED = 3,
}

export enum SegmentType {
  NULL = 0,
  LOAD = 1,
  DYNAMIC = 2,
  INTERP = 3,
  NOTE = 4,
  PHDR = 6,
  TLS = 7,
  GNU_STACK = 0x6474e551,
  RISCV_ATTRIBUTES = 0x70000003,
}

export enum SegmentFlag {
  X = 1,
  W = 2,
  R = 4,
}

export const EHDR_BYTES = 52;
export const PHDR_BYTES = 32;
export const SHDR_BYTES = 40;
export const SYM_BYTES = 16;
export const RELA_BYTES = 12;

/** Relocation types, by their psABI names without the R_RISCV_ prefix; but R_RISCV_32, _64 and _32_PCREL would be no names here. */
export enum Reloc {
  NONE = 0,
  ABS32 = 1,
  ABS64 = 2,
  RELATIVE = 3,
  COPY = 4,
  JUMP_SLOT = 5,
  TLS_DTPMOD32 = 6,
  TLS_DTPREL32 = 8,
  TLS_TPREL32 = 10,
  BRANCH = 16,
  JAL = 17,
  CALL = 18,
  CALL_PLT = 19,
  GOT_HI20 = 20,
  TLS_GOT_HI20 = 21,
  TLS_GD_HI20 = 22,
  PCREL_HI20 = 23,
  PCREL_LO12_I = 24,
  PCREL_LO12_S = 25,
  HI20 = 26,
  LO12_I = 27,
  LO12_S = 28,
  TPREL_HI20 = 29,
  TPREL_LO12_I = 30,
  TPREL_LO12_S = 31,
  TPREL_ADD = 32,
  ADD8 = 33,
  ADD16 = 34,
  ADD32 = 35,
  ADD64 = 36,
  SUB8 = 37,
  SUB16 = 38,
  SUB32 = 39,
  SUB64 = 40,
  ALIGN = 43,
  RVC_BRANCH = 44,
  RVC_JUMP = 45,
  RELAX = 51,
  SUB6 = 52,
  SET6 = 53,
  SET8 = 54,
  SET16 = 55,
  SET32 = 56,
  PCREL32 = 57,
  PLT32 = 59,
  SET_ULEB128 = 60,
  SUB_ULEB128 = 61,
}

const NUMERIC_NAMES: Readonly<Record<string, string>> = { ABS32: "32", ABS64: "64", PCREL32: "32_PCREL" };

/** `R_RISCV_HI20`, or the number when the type is unknown. */
export function relocName(type: number): string {
  const name = Reloc[type];
  return name === undefined ? `relocation type ${type}` : `R_RISCV_${NUMERIC_NAMES[name] ?? name}`;
}
