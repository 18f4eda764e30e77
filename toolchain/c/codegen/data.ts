/** Objects with static storage as assembler items: sections, symbols, bytes and addresses. */
import { align, bytes, data, type Item, imm, section, sym, type Value, zero } from "../../asm/items.ts";
import type { GlobalSymbol, ObjectDefinition, StaticPart, StringObject } from "../tree.ts";
import { labelSymbol } from "./expression.ts";

export interface DataOptions {
  /** One section per object, so that the linker can drop what is not used. */
  readonly separateSections: boolean;
  /** `int x;` becomes a common symbol, as before GCC 10. */
  readonly common: boolean;
}

/** The binding, visibility, type and size of a symbol. */
export function symbolItems(symbol: GlobalSymbol, kind: "function" | "object", size: Item | null): Item[] {
  const items: Item[] = [];
  const name = symbol.symbol;
  if (symbol.isWeak) items.push({ kind: "attribute", attribute: "weak", name });
  else if (symbol.linkage === "external") items.push({ kind: "attribute", attribute: "globl", name });
  if (symbol.isHidden) items.push({ kind: "attribute", attribute: "hidden", name });
  items.push({ kind: "type", name, type: kind === "object" && symbol.isThreadLocal ? "tls_object" : kind });
  if (size !== null) items.push(size);
  return items;
}

export function objectItems(object: ObjectDefinition, options: DataOptions): Item[] {
  const { symbol } = object;
  const size = Math.max(object.bytes, 0);
  if (
    object.isTentative &&
    options.common &&
    symbol.linkage === "external" &&
    symbol.section === null &&
    !symbol.isWeak
  ) {
    return [{ kind: "comm", name: symbol.symbol, bytes: size, alignBytes: object.align, local: false }];
  }
  const items: Item[] = [sectionOf(object, options), align(Math.log2(Math.max(1, object.align)))];
  items.push(...symbolItems(symbol, "object", { kind: "size", name: symbol.symbol, value: imm(size) }));
  items.push({ kind: "label", name: symbol.symbol });
  return [...items, ...imageItems(object.image, size)];
}

function sectionOf(object: ObjectDefinition, options: DataOptions): Item {
  const { symbol } = object;
  const isZero = object.image.length === 0;
  if (symbol.section !== null) {
    return { kind: "section", name: symbol.section, flags: object.isReadOnly ? "a" : "aw", type: "progbits" };
  }
  const suffix = options.separateSections ? `.${symbol.symbol}` : "";
  if (symbol.isThreadLocal) {
    return isZero
      ? { kind: "section", name: `.tbss${suffix}`, flags: "awT", type: "nobits" }
      : { kind: "section", name: `.tdata${suffix}`, flags: "awT", type: "progbits" };
  }
  if (object.isReadOnly) return { kind: "section", name: `.rodata${suffix}`, flags: "a", type: "progbits" };
  return isZero
    ? { kind: "section", name: `.bss${suffix}`, flags: "aw", type: "nobits" }
    : { kind: "section", name: `.data${suffix}`, flags: "aw", type: "progbits" };
}

/** Parts in order of offset, the gaps filled with zeros. */
function imageItems(image: readonly StaticPart[], size: number): Item[] {
  const items: Item[] = [];
  let at = 0;
  for (const part of [...image].sort((a, b) => a.offset - b.offset)) {
    if (part.offset > at) items.push(zero(part.offset - at));
    if (part.kind === "bytes") {
      items.push(bytes(part.bytes));
      at = part.offset + part.bytes.length;
    } else {
      items.push(data(4, addressValue(part)));
      at = part.offset + 4;
    }
  }
  if (size > at) items.push(zero(size - at));
  return items;
}

function addressValue({ target, addend, minus }: Extract<StaticPart, { kind: "address" }>): Value {
  const plus = targetSymbol(target);
  if (minus === null) return sym(plus, addend);
  return { kind: "expr", expr: { kind: "diff", plus, minus: targetSymbol(minus), addend }, modifier: null };
}

function targetSymbol(target: Extract<StaticPart, { kind: "address" }>["target"]): string {
  if (target.storage === "label") return labelSymbol(target.fn.symbol, target.label);
  return target.storage === "string" ? target.label : target.symbol;
}

/** String literals, one label each, aligned to their elements. */
export function stringItems(strings: readonly StringObject[]): Item[] {
  const items: Item[] = [];
  for (const literal of strings) {
    items.push(section(".rodata"), align(Math.log2(literal.elementBytes)));
    items.push({ kind: "label", name: literal.label }, bytes(literal.bytes));
  }
  return items;
}
