/** Directives: from a name and its arguments to items. Unknown ones are reported with the nearest known name. */

import { registerNumber } from "../../emulator/isa/registers.ts";
import { type Diagnostics, nearestName, type Span } from "../diagnostics.ts";
import type { ParseNode } from "../ohm/parse-tree.ts";
import { constantOf, ExpressionError, resolveValue, type SymbolSource } from "./expressions.ts";
import type { CodeOption, Item, SymbolAttribute, SymbolType, Value } from "./items.ts";
import { stringBytes, type TreeReader } from "./tree.ts";

/** What a directive needs of the parser. */
export interface DirectiveContext {
  readonly tree: TreeReader;
  readonly args: readonly ParseNode[];
  readonly span: Span;
  readonly problems: Diagnostics;
  /** Constants that are known while parsing. */
  readonly constants: SymbolSource;
  push(item: Item): void;
}

type Handler = (context: DirectiveContext, name: string) => void;

/** Handles one directive, named without its dot. */
export function handleDirective(name: string, context: DirectiveContext): void {
  const handler = HANDLERS[name] ?? HANDLERS[name.toLowerCase()];
  if (handler !== undefined) return handler(context, name);
  if (name.startsWith("cfi_")) return cfi(context, name.slice(4));
  const nearest = nearestName(name, Object.keys(HANDLERS));
  context.problems.error(`unknown directive ".${name}"`, context.span, {
    hint: nearest !== null ? `did you mean ".${nearest}"?` : "see docs/assembler.md for the directives",
  });
}

// ---- arguments -------------------------------------------------------------------------------------------------------

const required = (context: DirectiveContext, index: number, what: string): ParseNode => {
  const node = context.args[index];
  if (node === undefined) throw new ExpressionError(`${what} is missing`);
  return node;
};

const value = (context: DirectiveContext, index: number, what: string): Value =>
  context.tree.value(required(context, index, what));

/** A number that is known now. */
function number(context: DirectiveContext, index: number, what: string, byDefault?: number): number {
  if (context.args[index] === undefined && byDefault !== undefined) return byDefault;
  const result = constantOf(resolveValue(value(context, index, what), context.constants));
  if (result === null) throw new ExpressionError(`${what} must be a number`);
  return result;
}

const name = (context: DirectiveContext, index: number, what: string): string =>
  context.tree.name(required(context, index, what));

const text = (context: DirectiveContext, node: ParseNode): string =>
  new TextDecoder().decode(Uint8Array.from(stringBytes(context.tree.text(node))));

// ---- groups of directives ----------------------------------------------------------------------------------------------

const dataOf =
  (widthBytes: 1 | 2 | 4 | 8): Handler =>
  (context) =>
    context.push({
      kind: "data",
      widthBytes,
      values: context.args.map((node) => context.tree.value(node)),
      span: context.span,
    });

const stringOf =
  (terminator: boolean): Handler =>
  (context) => {
    for (const node of context.args) {
      if (node.rule !== "string") throw new ExpressionError("a string in double quotes is needed");
      const bytes = stringBytes(context.tree.text(node));
      if (terminator) bytes.push(0);
      context.push({ kind: "bytes", bytes: Uint8Array.from(bytes), span: context.span });
    }
  };

const attributeOf =
  (attribute: SymbolAttribute): Handler =>
  (context) => {
    if (context.args.length === 0) throw new ExpressionError("a symbol is missing");
    for (const node of context.args)
      context.push({ kind: "attribute", attribute, name: context.tree.name(node), span: context.span });
  };

const alignOf =
  (inBytes: boolean): Handler =>
  (context) => {
    const amount = number(context, 0, "the alignment", inBytes ? 1 : 0);
    const power = inBytes ? Math.log2(amount === 0 ? 1 : amount) : amount;
    if (!Number.isInteger(power)) throw new ExpressionError(`an alignment of ${amount} bytes is no power of two`);
    // `.align 4,,15` leaves the fill empty: the second argument is then the limit, told apart by the two commas.
    const hasEmptyFill = /,\s*,/.test(context.tree.statement.text);
    const fill = context.args.length > 1 && !hasEmptyFill ? { fill: number(context, 1, "the fill") & 0xff } : {};
    const limitAt = hasEmptyFill ? 1 : 2;
    const maxBytes = context.args[limitAt] === undefined ? {} : { maxBytes: number(context, limitAt, "the limit") };
    context.push({ kind: "align", power, ...fill, ...maxBytes, span: context.span });
  };

const spaceOf: Handler = (context) =>
  context.push({
    kind: "fill",
    repeat: value(context, 0, "the count"),
    widthBytes: 1,
    value: number(context, 1, "the fill", 0) & 0xff,
    span: context.span,
  });

/** Width in bytes 4 or 8: IEEE 754 numbers. */
const floatOf =
  (widthBytes: 4 | 8): Handler =>
  (context) => {
    for (const node of context.args) {
      const parsed = Number(context.tree.text(node));
      if (Number.isNaN(parsed)) throw new ExpressionError(`"${context.tree.text(node)}" is not a number`);
      const bytes = new Uint8Array(widthBytes);
      if (widthBytes === 4) new DataView(bytes.buffer).setFloat32(0, parsed, true);
      else new DataView(bytes.buffer).setFloat64(0, parsed, true);
      context.push({ kind: "bytes", bytes, span: context.span });
    }
  };

const sectionNamed =
  (section: string): Handler =>
  (context) =>
    context.push({ kind: "section", name: section, span: context.span });

const TYPES = ["progbits", "nobits", "note", "init_array", "fini_array", "preinit_array"] as const;

const section: Handler = (context) => {
  // The name may hold characters that are operators elsewhere (.note.GNU-stack): take the text up to the first comma.
  const whole = context.tree.statement.text;
  const after = whole.slice(whole.search(/\.(push)?section/) + 1).replace(/^(push)?section/, "");
  const sectionName = /^\s*("[^"]*"|[^,\s]+)/.exec(after)?.[1]?.replace(/"/g, "");
  if (sectionName === undefined) throw new ExpressionError("the section's name is missing");
  const item: { -readonly [K in keyof Extract<Item, { kind: "section" }>]: Extract<Item, { kind: "section" }>[K] } = {
    kind: "section",
    name: sectionName,
    span: context.span,
  };
  const rest = context.args.slice(1);
  const flagsAt = rest.findIndex((node) => node.rule === "string");
  if (flagsAt >= 0) item.flags = text(context, rest[flagsAt]!);
  const typeNode = rest.find((node) => node.rule === "attribute");
  const type = typeNode === undefined ? undefined : context.tree.text(typeNode).slice(1);
  if (type !== undefined) {
    const known = TYPES.find((each) => each === type);
    if (known !== undefined) item.type = known;
    else if (type !== "unwind")
      context.problems.warning(`unknown section type "${type}"`, context.span, {
        hint: `known types are ${TYPES.map((each) => `@${each}`).join(" ")}`,
      });
  }
  const extras = typeNode === undefined ? [] : rest.slice(rest.indexOf(typeNode) + 1);
  const flags = item.flags ?? "";
  if (flags.includes("M") && extras[0] !== undefined)
    item.entryBytes = constantOf(resolveValue(context.tree.value(extras.shift()!), context.constants)) ?? 0;
  if (flags.includes("G") && extras[0] !== undefined) item.group = context.tree.name(extras[0]);
  context.push(item);
};

const common =
  (isLocal: boolean): Handler =>
  (context) =>
    context.push({
      kind: "comm",
      name: name(context, 0, "the symbol"),
      bytes: number(context, 1, "the size"),
      alignBytes: number(context, 2, "the alignment", 1),
      local: isLocal,
      span: context.span,
    });

const type: Handler = (context) => {
  const symbol = name(context, 0, "the symbol");
  const written = context.tree.text(required(context, 1, "the type")).replace(/^[@%"]|"$/g, "");
  const known: Record<string, SymbolType> = {
    STT_FUNC: "function",
    STT_OBJECT: "object",
    STT_TLS: "tls_object",
    STT_NOTYPE: "notype",
    function: "function",
    object: "object",
    tls_object: "tls_object",
    notype: "notype",
    common: "common",
    gnu_unique_object: "object",
    gnu_indirect_function: "gnu_indirect_function",
  };
  const symbolType = known[written];
  if (symbolType === undefined) throw new ExpressionError(`unknown symbol type "${written}": use @function or @object`);
  context.push({ kind: "type", name: symbol, type: symbolType, span: context.span });
};

const option: Handler = (context) => {
  const written = name(context, 0, "the option");
  if (written === "arch") {
    const rest = context.tree.statement.text;
    if (/\+c\b|[_g]c\b/.test(rest)) context.push({ kind: "option", option: "rvc", span: context.span });
    return;
  }
  const known: readonly CodeOption[] = ["push", "pop", "rvc", "norvc", "relax", "norelax", "pic", "nopic"];
  const found = known.find((each) => each === written);
  if (found !== undefined) context.push({ kind: "option", option: found, span: context.span });
  else if (written !== "csr-check" && written !== "no-csr-check")
    throw new ExpressionError(`unknown option "${written}": use ${known.join(", ")}`);
};

const file: Handler = (context) => {
  const first = required(context, 0, "the file's name");
  if (first.rule === "string")
    return context.push({ kind: "file", index: 0, name: text(context, first), span: context.span });
  const strings = context.args.slice(1).filter((node) => node.rule === "string");
  context.push({
    kind: "file",
    index: number(context, 0, "the file's number"),
    name: strings
      .slice(0, 2)
      .map((node) => text(context, node))
      .join("/"),
    span: context.span,
  });
};

const loc: Handler = (context) => {
  const words = context.args.slice(3).map((node) => context.tree.text(node));
  const statementAt = words.indexOf("is_stmt");
  context.push({
    kind: "loc",
    file: number(context, 0, "the file's number"),
    line: number(context, 1, "the line"),
    column:
      context.args[2] !== undefined && /^\d/.test(context.tree.text(context.args[2]))
        ? number(context, 2, "the column")
        : 0,
    ...(statementAt >= 0 ? { isStatement: words[statementAt + 1] !== "0" } : {}),
    ...(words.includes("prologue_end") ? { prologueEnd: true } : {}),
    span: context.span,
  });
};

function cfi(context: DirectiveContext, op: string): void {
  const register = (index: number): number => {
    const written = context.tree.text(required(context, index, "the register"));
    const found = registerNumber(written) ?? (/^\d+$/.test(written) ? Number(written) : undefined);
    if (found === undefined || found > 31) throw new ExpressionError(`"${written}" is not a register`);
    return found;
  };
  const offset = (index: number): number => number(context, index, "the offset");
  const { span } = context;
  switch (op) {
    case "startproc":
    case "endproc":
    case "remember_state":
    case "restore_state":
      return context.push({ kind: "cfi", op, span });
    case "def_cfa":
      return context.push({ kind: "cfi", op, register: register(0), offset: offset(1), span });
    case "def_cfa_register":
    case "restore":
    case "same_value":
    case "undefined":
      for (let i = 0; i < Math.max(1, context.args.length); i++)
        context.push({ kind: "cfi", op, register: register(i), span } as Item);
      return;
    case "def_cfa_offset":
    case "adjust_cfa_offset":
      return context.push({ kind: "cfi", op, offset: offset(0), span });
    case "offset":
    case "rel_offset":
      return context.push({ kind: "cfi", op, register: register(0), offset: offset(1), span });
    default:
      // .cfi_sections, .cfi_personality, .cfi_lsda … concern exception tables, which nothing here makes.
      return;
  }
}

const ignored: Handler = () => {};

const HANDLERS: Record<string, Handler> = {
  byte: dataOf(1), "2byte": dataOf(2), half: dataOf(2), short: dataOf(2), hword: dataOf(2), "4byte": dataOf(4),
  word: dataOf(4), long: dataOf(4), int: dataOf(4), "8byte": dataOf(8), dword: dataOf(8), quad: dataOf(8),
  ascii: stringOf(false), asciz: stringOf(true), string: stringOf(true),
  float: floatOf(4), single: floatOf(4), double: floatOf(8),
  zero: spaceOf, space: spaceOf, skip: spaceOf,
  fill: (context) => context.push({ kind: "fill", repeat: value(context, 0, "the count"), widthBytes: Math.min(8, Math.max(0, number(context, 1, "the width", 1))), value: number(context, 2, "the value", 0), span: context.span }),
  align: alignOf(false), p2align: alignOf(false), balign: alignOf(true),
  org: (context) => context.push({ kind: "org", value: value(context, 0, "the position"), fill: number(context, 1, "the fill", 0), span: context.span }),
  uleb128: (context) => context.push({ kind: "leb", signed: false, values: context.args.map((node) => context.tree.value(node)), span: context.span }),
  sleb128: (context) => context.push({ kind: "leb", signed: true, values: context.args.map((node) => context.tree.value(node)), span: context.span }),
  globl: attributeOf("globl"), global: attributeOf("globl"), weak: attributeOf("weak"), local: attributeOf("local"),
  hidden: attributeOf("hidden"), protected: attributeOf("protected"), internal: attributeOf("internal"),
  type, section, option, file, loc,
  size: (context) => context.push({ kind: "size", name: name(context, 0, "the symbol"), value: value(context, 1, "the size"), span: context.span }),
  comm: common(false), common: common(false), lcomm: common(true),
  text: sectionNamed(".text"), data: sectionNamed(".data"), bss: sectionNamed(".bss"), rodata: sectionNamed(".rodata"),
  pushsection: (context, written) => {
    context.push({ kind: "pushsection", span: context.span });
    section(context, written);
  },
  popsection: (context) => context.push({ kind: "popsection", span: context.span }),
  previous: (context) => context.push({ kind: "previous", span: context.span }),
  set: (context) => context.push({ kind: "set", name: name(context, 0, "the symbol"), value: value(context, 1, "the value"), span: context.span }),
  equ: (context) => context.push({ kind: "set", name: name(context, 0, "the symbol"), value: value(context, 1, "the value"), span: context.span }),
  incbin: () => {
    throw new ExpressionError(".incbin is not supported: the assembler reads no other files; write the bytes with .byte or .ascii");
  },
  error: (context) => context.problems.error(context.args[0] === undefined ? ".error" : text(context, context.args[0]), context.span),
  err: (context) => context.problems.error(".err", context.span),
  warning: (context) => context.problems.warning(context.args[0] === undefined ? ".warning" : text(context, context.args[0]), context.span),
  ident: ignored, attribute: ignored, extern: ignored, addrsig: ignored, addrsig_sym: ignored, variant_cc: ignored, altmacro: ignored,
}; // biome-ignore format: one line for each family
HANDLERS["equiv"] = HANDLERS["set"]!;
