/** Items as GNU assembly text: what `cc -S` shows. The text assembles to the same object, with GNU's assembler too. */

import { registerName } from "../../emulator/isa/registers.ts";
import type { CfiItem, Expr, Item, Operand, Value } from "./items.ts";

/** The whole text, one item a line. */
export function printItems(items: readonly Item[]): string {
  return items.map(printItem).join("\n") + "\n";
}

const indent = (text: string): string => `\t${text}`;
const list = (values: readonly Value[]): string => values.map(printValue).join(", ");
const DATA_NAMES = { 1: ".byte", 2: ".half", 4: ".word", 8: ".dword" } as const;
const WELL_KNOWN: ReadonlySet<string> = new Set([".text", ".data", ".bss"]);

function printItem(item: Item): string {
  switch (item.kind) {
    case "section":
      return indent(sectionText(item));
    case "pushsection":
      // In text the section that follows is named by its own directive.
      return indent(".pushsection .text");
    case "popsection":
    case "previous":
      return indent(`.${item.kind}`);
    case "label":
      return `${printName(item.name)}:`;
    case "insn":
      return indent(
        `${item.mnemonic}${item.operands.length > 0 ? "\t" : ""}${item.operands.map(printOperand).join(", ")}`,
      );
    case "attribute":
      return indent(`.${item.attribute} ${printName(item.name)}`);
    case "type":
      return indent(`.type ${printName(item.name)}, @${item.type}`);
    case "size":
      return indent(`.size ${printName(item.name)}, ${printValue(item.value)}`);
    case "comm":
      return item.local
        ? indent(`.local ${printName(item.name)}\n\t.comm ${printName(item.name)}, ${item.bytes}, ${item.alignBytes}`)
        : indent(`.comm ${printName(item.name)}, ${item.bytes}, ${item.alignBytes}`);
    case "data":
      return indent(`${DATA_NAMES[item.widthBytes]} ${list(item.values)}`);
    case "leb":
      return indent(`${item.signed ? ".sleb128" : ".uleb128"} ${list(item.values)}`);
    case "bytes":
      return bytesText(item.bytes);
    case "fill":
      return indent(
        item.widthBytes === 1 && item.value === 0
          ? `.zero ${printValue(item.repeat)}`
          : `.fill ${printValue(item.repeat)}, ${item.widthBytes}, ${item.value}`,
      );
    case "align":
      return indent(
        `.p2align ${item.power}${item.fill !== undefined || item.maxBytes !== undefined ? `,${item.fill ?? ""}` : ""}${item.maxBytes !== undefined ? `,${item.maxBytes}` : ""}`,
      );
    case "org":
      return indent(`.org ${printValue(item.value)}, ${item.fill}`);
    case "set":
      return indent(`.set ${printName(item.name)}, ${printValue(item.value)}`);
    case "option":
      return indent(`.option ${item.option}`);
    case "file":
      return indent(item.index === 0 ? `.file ${quoted(item.name)}` : `.file ${item.index} ${quoted(item.name)}`);
    case "loc":
      return indent(
        `.loc ${item.file} ${item.line} ${item.column}${item.isStatement === undefined ? "" : ` is_stmt ${item.isStatement ? 1 : 0}`}${item.prologueEnd === true ? " prologue_end" : ""}`,
      );
    case "cfi":
      return indent(`.cfi_${item.op}${cfiOperands(item)}`);
    case "comment":
      return indent(`# ${item.text.replace(/\n/g, " ")}`);
  }
}

function sectionText(item: Extract<Item, { kind: "section" }>): string {
  if (item.flags === undefined && item.type === undefined && item.group === undefined)
    return WELL_KNOWN.has(item.name) ? item.name : `.section ${item.name}`;
  let text = `.section ${item.name},"${item.flags ?? ""}",@${item.type ?? "progbits"}`;
  if (item.flags?.includes("M")) text += `,${item.entryBytes ?? 1}`;
  if (item.group !== undefined) text += `,${printName(item.group)},comdat`;
  return text;
}

function cfiOperands(item: CfiItem): string {
  const operands: string[] = [];
  if ("register" in item) operands.push(registerName(item.register));
  if ("offset" in item) operands.push(String(item.offset));
  return operands.length > 0 ? ` ${operands.join(", ")}` : "";
}

/** Numeric labels have unwritable names once they are resolved: they become ordinary local ones. */
function printName(name: string): string {
  const numeric = /^(\d+)\u0002(\d+)$/.exec(name);
  if (numeric !== null) return `.Lnumeric${numeric[1]}_${numeric[2]}`;
  return /^[A-Za-z_.$][\w.$]*$/.test(name) ? name : quoted(name);
}

function printOperand(operand: Operand): string {
  if (operand.kind === "reg") return operand.name ?? registerName(operand.register);
  if (operand.kind === "mem") return `${printValue(operand.offset)}(${registerName(operand.base)})`;
  return printValue(operand);
}

function printValue(value: Value): string {
  if (value.kind === "imm") return String(value.value);
  const inner = value.kind === "sym" ? symbolText(value.symbol, value.addend) : printExpr(value.expr);
  if (value.modifier === null) return inner;
  return value.modifier === "plt" ? `${inner}@plt` : `%${value.modifier}(${inner})`;
}

const symbolText = (name: string, addend: number): string =>
  `${printName(name)}${addend === 0 ? "" : addend > 0 ? `+${addend}` : addend}`;

function printExpr(expr: Expr): string {
  switch (expr.kind) {
    case "num":
      return String(expr.value);
    case "sym":
      return symbolText(expr.symbol, expr.addend);
    case "diff":
      return `${printName(expr.plus)}-${symbolText(expr.minus, 0)}${expr.addend === 0 ? "" : expr.addend > 0 ? `+${expr.addend}` : expr.addend}`;
    case "unary":
      return `${expr.op}${wrapped(expr.arg)}`;
    case "binary":
      return `${wrapped(expr.left)}${expr.op}${wrapped(expr.right)}`;
  }
}

const wrapped = (expr: Expr): string =>
  expr.kind === "num" || (expr.kind === "sym" && expr.addend === 0) ? printExpr(expr) : `(${printExpr(expr)})`;

const quoted = (text: string): string => `"${text.replace(/[\\"]/g, "\\$&")}"`;

/** Printable bytes as strings, in pieces that fit a line; `.asciz` when the last byte is the only zero. */
function bytesText(bytes: Uint8Array): string {
  const lines: string[] = [];
  for (let at = 0; at < bytes.length; at += 64) {
    const piece = bytes.subarray(at, at + 64);
    const isEnd = at + 64 >= bytes.length && piece.at(-1) === 0;
    const text = [...(isEnd ? piece.subarray(0, -1) : piece)].map(byteText).join("");
    lines.push(indent(`${isEnd ? ".asciz" : ".ascii"} "${text}"`));
  }
  return lines.join("\n");
}

function byteText(byte: number): string {
  if (byte === 0x22 || byte === 0x5c) return `\\${String.fromCharCode(byte)}`;
  if (byte >= 0x20 && byte < 0x7f) return String.fromCharCode(byte);
  return `\\${byte.toString(8).padStart(3, "0")}`;
}
