/**
 * The assembler's input as data: what a line of assembly says, without its spelling.
 *
 * The text parser (parse.ts) and the C compiler both produce `Item[]`; assemble.ts turns them into an object file and
 * print-items.ts into GNU assembly text. Items are plain objects so that a compiler can build them quickly; the functions at the
 * end are the short way to do so.
 */

import type { Span } from "../diagnostics.ts";

/** Register number, 0 … 31. */
export type RegisterNumber = number;

/** The relocation function written around a symbol: `%hi(x)` is "hi". "plt" is the suffix of `call f@plt`. */
export type Modifier =
  | "hi"
  | "lo"
  | "pcrel_hi"
  | "pcrel_lo"
  | "got_pcrel_hi"
  | "tprel_hi"
  | "tprel_lo"
  | "tprel_add"
  | "tls_ie_pcrel_hi"
  | "tls_gd_pcrel_hi"
  | "plt";

export type UnaryOperator = "-" | "~" | "!" | "+";
export type BinaryOperator =
  | "+" | "-" | "*" | "/" | "%" | "<<" | ">>" | "&" | "|" | "^" | "==" | "!=" | "<" | "<=" | ">" | ">=" | "&&" | "||"; // biome-ignore format: a list of operators

/** An expression over numbers and symbols. The symbol `.` is the present address. */
export type Expr =
  | { readonly kind: "num"; readonly value: number | bigint }
  | { readonly kind: "sym"; readonly symbol: string; readonly addend: number; readonly span?: Span }
  | { readonly kind: "diff"; readonly plus: string; readonly minus: string; readonly addend: number }
  | { readonly kind: "unary"; readonly op: UnaryOperator; readonly arg: Expr }
  | { readonly kind: "binary"; readonly op: BinaryOperator; readonly left: Expr; readonly right: Expr };

/** A value in an operand or a data directive. `sym` with a modifier asks for that relocation. */
export type Value =
  | { readonly kind: "imm"; readonly value: number; readonly span?: Span }
  | {
      readonly kind: "sym";
      readonly symbol: string;
      readonly addend: number;
      readonly modifier: Modifier | null;
      readonly span?: Span;
    }
  | { readonly kind: "expr"; readonly expr: Expr; readonly modifier: Modifier | null; readonly span?: Span };

/** `name` is the spelling, kept by the text parser because `la a0, s1` may mean a symbol that is called s1. */
export interface RegisterOperand {
  readonly kind: "reg";
  readonly register: RegisterNumber;
  readonly name?: string;
  readonly span?: Span;
}
export interface MemoryOperand {
  readonly kind: "mem";
  readonly offset: Value;
  readonly base: RegisterNumber;
  readonly span?: Span;
}
export type Operand = RegisterOperand | Value | MemoryOperand;

export type SymbolAttribute = "globl" | "weak" | "local" | "hidden" | "protected" | "internal";
export type SymbolType = "function" | "object" | "tls_object" | "notype" | "common" | "gnu_indirect_function";
export type CodeOption = "push" | "pop" | "rvc" | "norvc" | "relax" | "norelax" | "pic" | "nopic";

/** Call-frame directives, after the GNU assembler's `.cfi_*`. Offsets are bytes; registers are numbers. */
export type CfiItem =
  | {
      readonly kind: "cfi";
      readonly op: "startproc" | "endproc" | "remember_state" | "restore_state";
      readonly span?: Span;
    }
  | {
      readonly kind: "cfi";
      readonly op: "def_cfa";
      readonly register: RegisterNumber;
      readonly offset: number;
      readonly span?: Span;
    }
  | { readonly kind: "cfi"; readonly op: "def_cfa_register"; readonly register: RegisterNumber; readonly span?: Span }
  | {
      readonly kind: "cfi";
      readonly op: "def_cfa_offset" | "adjust_cfa_offset";
      readonly offset: number;
      readonly span?: Span;
    }
  | {
      readonly kind: "cfi";
      readonly op: "offset" | "rel_offset";
      readonly register: RegisterNumber;
      readonly offset: number;
      readonly span?: Span;
    }
  | {
      readonly kind: "cfi";
      readonly op: "restore" | "same_value" | "undefined";
      readonly register: RegisterNumber;
      readonly span?: Span;
    };

export type Item =
  /** `.section name,"flags",@type,entsize,group,comdat`; well-known names need no flags. `.text`, `.data`, `.bss` are the same item. */
  | {
      readonly kind: "section";
      readonly name: string;
      /** Letters of GNU's flag string: a w x M S G T o; undefined: what the name implies. */
      readonly flags?: string;
      readonly type?: "progbits" | "nobits" | "note" | "init_array" | "fini_array" | "preinit_array";
      readonly entryBytes?: number;
      /** Signature symbol of the COMDAT group that the section belongs to. */
      readonly group?: string;
      readonly span?: Span;
    }
  | { readonly kind: "pushsection" | "popsection" | "previous"; readonly span?: Span }
  | { readonly kind: "label"; readonly name: string; readonly span?: Span }
  | { readonly kind: "insn"; readonly mnemonic: string; readonly operands: readonly Operand[]; readonly span?: Span }
  | { readonly kind: "attribute"; readonly attribute: SymbolAttribute; readonly name: string; readonly span?: Span }
  | { readonly kind: "type"; readonly name: string; readonly type: SymbolType; readonly span?: Span }
  | { readonly kind: "size"; readonly name: string; readonly value: Value; readonly span?: Span }
  /** `.comm name,bytes,alignBytes`, or `.local` + `.comm` when local. */
  | {
      readonly kind: "comm";
      readonly name: string;
      readonly bytes: number;
      readonly alignBytes: number;
      readonly local: boolean;
      readonly span?: Span;
    }
  | {
      readonly kind: "data";
      readonly widthBytes: 1 | 2 | 4 | 8;
      readonly values: readonly Value[];
      readonly span?: Span;
    }
  | { readonly kind: "leb"; readonly signed: boolean; readonly values: readonly Value[]; readonly span?: Span }
  | { readonly kind: "bytes"; readonly bytes: Uint8Array; readonly span?: Span }
  /** `repeat` times a `widthBytes`-wide little-endian value: .zero .space .skip .fill. */
  | {
      readonly kind: "fill";
      readonly repeat: Value;
      readonly widthBytes: number;
      readonly value: number;
      readonly span?: Span;
    }
  /** Pads to a multiple of 2^power: code is padded with nops unless `fill` is given. */
  | {
      readonly kind: "align";
      readonly power: number;
      readonly fill?: number;
      /** Give up when more padding than this would be needed. */
      readonly maxBytes?: number;
      readonly span?: Span;
    }
  | { readonly kind: "org"; readonly value: Value; readonly fill: number; readonly span?: Span }
  | { readonly kind: "set"; readonly name: string; readonly value: Value; readonly span?: Span }
  | { readonly kind: "option"; readonly option: CodeOption; readonly span?: Span }
  /** `.file "name"` (index 0, names the translation unit) or `.file index "name"` for line marks. */
  | { readonly kind: "file"; readonly index: number; readonly name: string; readonly span?: Span }
  /** The instructions that follow come from this line. */
  | {
      readonly kind: "loc";
      readonly file: number;
      readonly line: number;
      readonly column: number;
      readonly isStatement?: boolean;
      readonly prologueEnd?: boolean;
      readonly span?: Span;
    }
  | CfiItem
  /** Only for the reader of -S output. */
  | { readonly kind: "comment"; readonly text: string };

// ---- short constructors for a compiler -------------------------------------------------------------------------------

const REGISTERS: readonly RegisterOperand[] = Array.from({ length: 32 }, (_, register) => ({ kind: "reg", register }));

export const reg = (register: RegisterNumber): RegisterOperand => REGISTERS[register]!;
export const imm = (value: number): Value => ({ kind: "imm", value });
export const sym = (symbol: string, addend = 0, modifier: Modifier | null = null): Value => ({
  kind: "sym",
  symbol,
  addend,
  modifier,
});
/** `plus - minus + addend`, for `.word .Lend-.Lstart`. */
export const diff = (plus: string, minus: string, addend = 0): Value => ({
  kind: "expr",
  expr: { kind: "diff", plus, minus, addend },
  modifier: null,
});
/** `offset(base)`. */
export const mem = (offset: number | Value, base: RegisterNumber): MemoryOperand => ({
  kind: "mem",
  offset: typeof offset === "number" ? { kind: "imm", value: offset } : offset,
  base,
});
export const insn = (mnemonic: string, ...operands: Operand[]): Item => ({ kind: "insn", mnemonic, operands });
export const label = (name: string): Item => ({ kind: "label", name });
export const section = (name: string): Item => ({ kind: "section", name });
export const globl = (name: string): Item => ({ kind: "attribute", attribute: "globl", name });
export const align = (power: number): Item => ({ kind: "align", power });
export const data = (widthBytes: 1 | 2 | 4 | 8, ...values: Value[]): Item => ({ kind: "data", widthBytes, values });
export const bytes = (content: Uint8Array): Item => ({ kind: "bytes", bytes: content });
export const zero = (count: number): Item => ({ kind: "fill", repeat: imm(count), widthBytes: 1, value: 0 });
