/**
 * Atomic access to scalars: instructions of the A extension (unprivileged ISA, chapter "A"), ordered as the psABI's mapping of C11's memory
 * orders has it (RISC-V ISA manual, "RVWMO explanatory material", table A.6).
 *
 * What is smaller than a word is changed in a loop of lr.w and sc.w on the word around it; 8 bytes are left to the C library.
 */
import type { Expr } from "../tree.ts";
import type { CType } from "../types.ts";
import { addressRegister, loadWide, storeWide } from "./address.ts";
import { extendWord } from "./bit-field.ts";
import { type FunctionBuilder, slotAddress, type Wide } from "./builder.ts";
import { type AsmPiece, NONE, ZERO } from "./ir.ts";
import { bytesOf, classOf, isSigned } from "./layout.ts";

type Builtin = Extract<Expr, { kind: "builtin" }>;

const RELAXED = 0;
const RELEASE = 3;
const ORDERED = 4;
const SEQUENTIAL = 5;

/** The parts of a call: what it is done to, with which values, in which order. */
interface Access {
  readonly op: string;
  readonly type: CType;
  readonly order: number;
  /** The object's address, and the values as words or pairs. */
  readonly pointer: number;
  readonly values: readonly Wide[];
}

export const isAtomic = (expr: Builtin): boolean => expr.name.startsWith("atomic_");

function accessOf(g: FunctionBuilder, expr: Builtin): Access {
  const [pointer, ...rest] = expr.args;
  const order = rest.pop()!;
  const at = g.gen.word(g, pointer!);
  const values = rest.map(
    (value): Wide => (classOf(value.type) === "wide" ? g.gen.wide(g, value) : [g.gen.word(g, value), NONE]),
  );
  return {
    op: expr.name.slice("atomic_".length),
    type: expr.argType!.type,
    order: order.kind === "const-int" ? Number(order.value) : SEQUENTIAL,
    pointer: at,
    values,
  };
}

/** Of an object of 1, 2 or 4 bytes; ZERO for a store. Also a store of 8 bytes. */
export function atomicWord(g: FunctionBuilder, expr: Builtin): number {
  const access = accessOf(g, expr);
  if (bytesOf(access.type) === 8) return wideAccess(g, access)[0];
  if (access.op === "load") return load(g, access);
  if (access.op === "store") return store(g, access);
  return bytesOf(access.type) === 4 ? changeWord(g, access) : changePart(g, access);
}

/** Of an object of 8 bytes. */
export const atomicWide = (g: FunctionBuilder, expr: Builtin): Wide => wideAccess(g, accessOf(g, expr));

// ---- loads and stores -----------------------------------------------------------------------------------------------

function load(g: FunctionBuilder, { type, order, pointer }: Access): number {
  const bytes = bytesOf(type);
  const op = bytes === 4 ? "lw" : `${bytes === 1 ? "lb" : "lh"}${isSigned(type) ? "" : "u"}`;
  const d = g.newRegister();
  const before = order === SEQUENTIAL ? "fence rw, rw\n" : "";
  const after = order === RELAXED || order === RELEASE ? "" : "\nfence r, rw";
  code(g, [`${before}${op} `, { register: d }, ", 0(", { register: pointer }, `)${after}`], [pointer], [d], []);
  return d;
}

function store(g: FunctionBuilder, { type, order, pointer, values }: Access): number {
  const op = { 1: "sb", 2: "sh", 4: "sw" }[bytesOf(type)]!;
  const value = values[0]![0];
  const before = order === RELAXED ? "" : "fence rw, w\n";
  code(g, [`${before}${op} `, { register: value }, ", 0(", { register: pointer }, ")"], [pointer, value], [], []);
  return ZERO;
}

// ---- changes of a word ----------------------------------------------------------------------------------------------

const AMO: Readonly<Record<string, string>> = {
  add: "amoadd.w",
  and: "amoand.w",
  or: "amoor.w",
  xor: "amoxor.w",
  exchange: "amoswap.w",
};

/** Suffixes of one instruction, and of a pair of lr and sc. */
const orderSuffix = (order: number): string =>
  order === RELAXED ? "" : order === RELEASE ? ".rl" : order < RELEASE ? ".aq" : ".aqrl";
const loadSuffix = (order: number): string =>
  order === RELAXED || order === RELEASE ? "" : order === SEQUENTIAL ? ".aqrl" : ".aq";
const storeSuffix = (order: number): string => (order === RELEASE || order >= ORDERED ? ".rl" : "");

function changeWord(g: FunctionBuilder, access: Access): number {
  const { op, order, pointer, values } = access;
  const amo = AMO[op];
  if (amo !== undefined) return oneInstruction(g, `${amo}${orderSuffix(order)}`, pointer, values[0]![0]);
  const first = { register: values[0]![0] };
  if (op === "swap") {
    const desired = { register: values[1]![0] };
    return reserved(g, access, pointer, [first.register, desired.register], ({ old, next, done }) => [
      ["bne ", old, ", ", first, `, ${done}`],
      ["mv ", next, ", ", desired],
    ]);
  }
  return reserved(g, access, pointer, [first.register], ({ old, next }) => [
    ["and ", next, ", ", old, ", ", first],
    ["not ", next, ", ", next],
  ]);
}

function oneInstruction(g: FunctionBuilder, name: string, pointer: number, value: number): number {
  const d = g.newRegister();
  const pieces = [`${name} `, { register: d }, ", ", { register: value }, ", (", { register: pointer }, ")"];
  code(g, pieces, [pointer, value], [d], []);
  return d;
}

interface Loop {
  readonly old: AsmPiece;
  readonly next: AsmPiece;
  /** Leaves the loop without storing. */
  readonly done: string;
}

/** lr.w, what makes the next value of the old one, and sc.w, until that succeeds. Gives the old word. */
function reserved(
  g: FunctionBuilder,
  { order }: Access,
  pointer: number,
  uses: readonly number[],
  make: (loop: Loop) => readonly (readonly AsmPiece[])[],
): number {
  const [old, next] = [g.newRegister(), g.newRegister()];
  const label = `.Latomic${g.newLabel()}`;
  const done = `${label}end`;
  const steps = make({ old: { register: old }, next: { register: next }, done });
  const pieces: AsmPiece[] = [
    `${label}:\nlr.w${loadSuffix(order)} `,
    { register: old },
    ", (",
    { register: pointer },
    ")\n",
    ...steps.flatMap((step) => [...step, "\n"]),
    `sc.w${storeSuffix(order)} `,
    { register: next },
    ", ",
    { register: next },
    ", (",
    { register: pointer },
    ")\nbnez ",
    { register: next },
    `, ${label}\n${done}:`,
  ];
  code(g, pieces, [pointer, ...uses], [old, next], [old, next]);
  return old;
}

// ---- changes of a part of a word ------------------------------------------------------------------------------------

function changePart(g: FunctionBuilder, access: Access): number {
  const { op, type, order, pointer, values } = access;
  const bits = bytesOf(type) * 8;
  const aligned = g.aluImmediate("andi", pointer, -4);
  // A shift takes its amount modulo 32: 8 × the address is 8 × the byte's place in its word.
  const shift = g.aluImmediate("slli", pointer, 3);
  const inPlace = (value: number): number => g.alu("sll", extendWord(g, value, bits, false), shift);
  const value = inPlace(values[0]![0]);
  const taken = (word: number): number => extendWord(g, g.alu("srl", word, shift), bits, isSigned(type));
  if (op === "or" || op === "xor") return taken(oneInstruction(g, `${AMO[op]!}${orderSuffix(order)}`, aligned, value));
  const mask = g.alu("sll", g.constant(2 ** bits - 1), shift);
  if (op === "and") {
    const others = g.aluImmediate("xori", mask, -1);
    return taken(oneInstruction(g, `${AMO["and"]!}${orderSuffix(order)}`, aligned, g.alu("or", value, others)));
  }
  const desired = op === "swap" ? inPlace(values[1]![0]) : NONE;
  const uses = [mask, value, ...(desired === NONE ? [] : [desired])];
  const old = reserved(g, access, aligned, uses, ({ old: word, next, done }) => {
    const part = { register: value };
    const within = { register: mask };
    const make: (readonly AsmPiece[])[] =
      op === "swap"
        ? [
            ["and ", next, ", ", word, ", ", within],
            ["bne ", next, ", ", part, `, ${done}`],
            ["mv ", next, ", ", { register: desired }],
          ]
        : op === "exchange"
          ? [["mv ", next, ", ", part]]
          : op === "add"
            ? [["add ", next, ", ", word, ", ", part]]
            : [
                ["and ", next, ", ", word, ", ", part],
                ["not ", next, ", ", next],
              ];
    // The bits outside the part stay those of the old word.
    return [
      ...make,
      ["xor ", next, ", ", next, ", ", word],
      ["and ", next, ", ", next, ", ", within],
      ["xor ", next, ", ", next, ", ", word],
    ];
  });
  return taken(old);
}

// ---- 8 bytes --------------------------------------------------------------------------------------------------------

const LIBRARY: Readonly<Record<string, string>> = {
  load: "__atomic_load_8",
  store: "__atomic_store_8",
  exchange: "__atomic_exchange_8",
  add: "__atomic_fetch_add_8",
  and: "__atomic_fetch_and_8",
  or: "__atomic_fetch_or_8",
  xor: "__atomic_fetch_xor_8",
  nand: "__atomic_fetch_nand_8",
};

function wideAccess(g: FunctionBuilder, { op, order, pointer, values }: Access): Wide {
  if (op === "swap") return wideSwap(g, pointer, values[0]!, values[1]!, order);
  // A pair stands in two argument registers that need not be even (psABI, integer calling convention).
  const args = [pointer, ...(values[0] ?? []), g.constant(order)];
  const words = g.supportCall(LIBRARY[op]!, args, op === "store" ? 0 : 2);
  return op === "store" ? [ZERO, ZERO] : [words[0]!, words[1]!];
}

function wideSwap(g: FunctionBuilder, pointer: number, expected: Wide, desired: Wide, order: number): Wide {
  const at = slotAddress(g.newSlot(8, 8), 0, 8);
  storeWide(g, at, expected);
  const args = [pointer, addressRegister(g, at), ...desired, g.constant(order), g.constant(order)];
  g.supportCall("__atomic_compare_exchange_8", args, 1);
  return loadWide(g, at, false);
}

// ---- emission -------------------------------------------------------------------------------------------------------

function code(
  g: FunctionBuilder,
  pieces: readonly AsmPiece[],
  uses: readonly number[],
  defs: readonly number[],
  earlyDefs: readonly number[],
): void {
  g.emit("asm", NONE, NONE, NONE, 0).info = { uses, defs, earlyDefs, clobbers: [], asm: { pieces } };
}
