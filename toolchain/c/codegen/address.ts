/**
 * Where lvalues lie, and loads and stores of scalars there.
 *
 * Objects that may be misaligned (members of packed structs) are accessed byte by byte: the machine is allowed to
 * trap on a misaligned access.
 */
import type { Expr, LocalVar, LValue } from "../tree.ts";
import type { CType } from "../types.ts";
import {
  type Address,
  addressAt,
  type FunctionBuilder,
  registerAddress,
  slotAddress,
  symbolOf,
  type Wide,
} from "./builder.ts";
import { isImm12, type LoadOp, NONE, type StoreOp, ZERO } from "./ir.ts";
import { alignAt, alignOf, bytesOf, isSigned } from "./layout.ts";

/** The variable behind an lvalue that is held in registers, or null when the lvalue is in memory. */
export function registerHome(g: FunctionBuilder, lvalue: LValue): Wide | null {
  if (lvalue.kind !== "var" || lvalue.var.storage !== "local") return null;
  const home = g.homes.get(lvalue.var.id);
  if (home?.kind === "word") return [home.reg, NONE];
  if (home?.kind === "wide") return [home.low, home.high];
  return null;
}

/** The address of an lvalue that is in memory. Evaluates what it depends on. */
export function addressOf(g: FunctionBuilder, lvalue: LValue): Address {
  switch (lvalue.kind) {
    case "var": {
      const variable = lvalue.var;
      if (variable.storage === "local") return localAddress(g, variable);
      const align =
        variable.storage === "string" ? variable.elementBytes : symbolAlign(variable.type.type, variable.alignAs);
      if (variable.storage === "global" && variable.isThreadLocal)
        return registerAddress(g.threadLocalAddress(symbolOf(variable)), 0, align);
      return { base: NONE, slot: NONE, sym: symbolOf(variable), offset: 0, align };
    }
    case "deref":
      return pointerAddress(g, lvalue.pointer, alignOf(lvalue.type.type));
    case "member":
      return addressAt(addressOf(g, lvalue.object), lvalue.member.offset);
    case "temp":
      for (const stmt of lvalue.init) g.gen.statement(g, stmt);
      return localAddress(g, lvalue.local);
  }
}

/** Alignment that every definition of an object of this type and _Alignas has. */
const symbolAlign = (type: CType, alignAs: number): number => Math.max(alignOf(type), alignAs, 1);

function localAddress(g: FunctionBuilder, variable: LocalVar): Address {
  const home = g.homes.get(variable.id);
  const align = Math.max(alignOf(variable.type.type), variable.alignAs);
  if (home === undefined) throw new Error(`no home for local ${variable.name}`);
  switch (home.kind) {
    case "slot":
      return slotAddress(home.slot, 0, align);
    case "pointer":
      return registerAddress(home.reg, 0, align);
    case "pointer-slot":
      return registerAddress(g.load("lw", slotAddress(home.slot, 0, 4)), 0, align);
    default:
      throw new Error(`local ${variable.name} has no address`);
  }
}

/**
 * The place that a pointer expression points to; constant offsets and addresses of objects are folded in.
 *
 * @param align what the pointer's type promises; the address of a packed member is known to be worse
 */
export function pointerAddress(g: FunctionBuilder, pointer: Expr, align: number): Address {
  if (pointer.kind === "address" && registerHome(g, pointer.of) === null) return addressOf(g, pointer.of);
  if (pointer.kind === "convert" && pointer.operand.type.kind === "pointer" && pointer.type.kind === "pointer") {
    return { ...pointerAddress(g, pointer.operand, align), align };
  }
  if (pointer.kind === "pointer-add" && typeof pointer.scale === "number") {
    const { index, scale } = pointer;
    if (index.kind === "const-int") {
      const delta = Number(BigInt.asIntN(32, index.value)) * scale * (pointer.subtract ? -1 : 1);
      return addressAt(pointerAddress(g, pointer.pointer, align), delta | 0);
    }
    if (!pointer.subtract && g.unit.optimize) {
      const address = pointerAddress(g, pointer.pointer, align);
      const sum = indexed(g, address, scaledIndex(g, index, scale));
      return { ...sum, align: alignAt(address.align, scale) };
    }
  }
  return registerAddress(g.gen.word(g, pointer), 0, align);
}

/** address + register. Frame slots and symbols become registers first, so that the sum is one register plus offset. */
function indexed(g: FunctionBuilder, address: Address, index: number): Address {
  if (index === ZERO) return address;
  if (address.sym !== null || address.slot !== NONE) {
    const start = addressRegister(g, { ...address, offset: address.slot !== NONE ? 0 : address.offset });
    return registerAddress(g.alu("add", start, index), address.slot !== NONE ? address.offset : 0, address.align);
  }
  return registerAddress(g.alu("add", address.base, index), address.offset, address.align);
}

/** index × scale in bytes */
export function scaledIndex(g: FunctionBuilder, index: Expr, scale: number): number {
  const value = g.gen.word(g, index);
  return timesConstant(g, value, scale);
}

/** value × factor by shifts and adds where that takes at most three instructions, else by mul. */
export function timesConstant(g: FunctionBuilder, value: number, factor: number): number {
  factor |= 0;
  if (factor === 0 || value === ZERO) return ZERO;
  if (factor === 1) return value;
  if (factor === -1) return g.alu("sub", ZERO, value);
  const low = factor & -factor;
  const shift = 31 - Math.clz32(low);
  const shifted = (register: number, by: number): number =>
    by === 0 ? register : g.aluImmediate("slli", register, by);
  const odd = factor / (low === -2147483648 ? 2147483648 : low);
  if (factor === -2147483648) return shifted(value, 31);
  if (odd === 1) return shifted(value, shift);
  const above = odd - 1;
  if (odd > 0 && (above & (above - 1)) === 0) {
    return shifted(g.alu("add", shifted(value, 31 - Math.clz32(above)), value), shift);
  }
  const below = odd + 1;
  if (odd > 0 && (below & (below - 1)) === 0) {
    return shifted(g.alu("sub", shifted(value, 31 - Math.clz32(below)), value), shift);
  }
  return g.alu("mul", value, g.constant(factor));
}

/** The address as one register. */
export function addressRegister(g: FunctionBuilder, address: Address): number {
  if (address.slot !== NONE) {
    const d = g.newRegister();
    const ins = g.emit("slot", d, NONE, NONE, address.offset);
    ins.slot = address.slot;
    return d;
  }
  if (address.sym !== null) {
    const start = g.symbolAddress(address.sym, address.offset);
    return address.base === NONE ? start : g.alu("add", start, address.base);
  }
  return g.addImmediate(address.base, address.offset);
}

/** An address that can be used for several words: symbols that the low part of which might overflow are made registers. */
export function stableAddress(g: FunctionBuilder, address: Address, bytes: number): Address {
  if (address.slot !== NONE) return address;
  if (address.sym === null && isImm12(address.offset) && isImm12(address.offset + bytes)) return address;
  return registerAddress(addressRegister(g, address), 0, address.align);
}

// ---- scalars in memory --------------------------------------------------------------------------------------------

const LOAD_OPS: Readonly<Record<string, LoadOp>> = {
  "1s": "lb",
  "1u": "lbu",
  "2s": "lh",
  "2u": "lhu",
  "4s": "lw",
  "4u": "lw",
};
const STORE_OPS: Readonly<Record<number, StoreOp>> = { 1: "sb", 2: "sh", 4: "sw" };

/** Loads 1, 2 or 4 bytes, widened to a register. */
export function loadWord(
  g: FunctionBuilder,
  address: Address,
  bytes: number,
  signed: boolean,
  pinned: boolean,
): number {
  if (address.align < bytes) return loadBytes(g, address, bytes, signed);
  const d = g.load(LOAD_OPS[`${bytes}${signed ? "s" : "u"}`]!, address);
  if (pinned) g.code[g.code.length - 1]!.pinned = true;
  return d;
}

/** Composes a value from aligned pieces; `bytes` may also be 3. */
export function loadBytes(g: FunctionBuilder, address: Address, bytes: number, signed: boolean): number {
  const at = stableAddress(g, address, bytes);
  let result = ZERO;
  for (let offset = 0; offset < bytes; ) {
    const piece = at.align >= 2 && bytes - offset >= 2 && offset % 2 === 0 ? 2 : 1;
    const isLast = offset + piece === bytes;
    const part = g.load(LOAD_OPS[`${piece}${isLast && signed ? "s" : "u"}`]!, { ...at, offset: at.offset + offset });
    const moved = offset === 0 ? part : g.aluImmediate("slli", part, offset * 8);
    result = offset === 0 ? moved : g.alu("or", result, moved);
    offset += piece;
  }
  return result;
}

export function storeWord(g: FunctionBuilder, address: Address, bytes: number, value: number): void {
  if (address.align < bytes) storeBytes(g, address, bytes, value);
  else g.store(STORE_OPS[bytes]!, value, address);
}

/** Stores 1 … 4 bytes in pieces that the alignment allows. */
export function storeBytes(g: FunctionBuilder, address: Address, bytes: number, value: number): void {
  const at = stableAddress(g, address, bytes);
  for (let offset = 0; offset < bytes; ) {
    const piece = at.align >= 2 && bytes - offset >= 2 && offset % 2 === 0 ? 2 : 1;
    const part = offset === 0 || value === ZERO ? value : g.aluImmediate("srli", value, offset * 8);
    g.store(STORE_OPS[piece]!, part, { ...at, offset: at.offset + offset });
    offset += piece;
  }
}

/** Loads a scalar of class word. */
export const loadScalar = (g: FunctionBuilder, address: Address, type: CType, pinned: boolean): number =>
  loadWord(g, address, bytesOf(type), isSigned(type), pinned);

export function loadWide(g: FunctionBuilder, address: Address, pinned: boolean): Wide {
  const at = wideAddress(g, address);
  return [loadWord(g, at, 4, false, pinned), loadWord(g, addressAtWord(at), 4, false, pinned)];
}

export function storeWide(g: FunctionBuilder, address: Address, value: Wide): void {
  const at = wideAddress(g, address);
  storeWord(g, at, 4, value[0]);
  storeWord(g, addressAtWord(at), 4, value[1]);
}

const addressAtWord = (address: Address): Address => ({ ...address, offset: address.offset + 4 });

/** %lo(symbol + 4) may differ in its carry from %lo(symbol) unless the object is known to be 8-aligned: use a register. */
const wideAddress = (g: FunctionBuilder, address: Address): Address => stableAddress(g, address, 4);
