/**
 * Debug information of one compilation in DWARF 4: `.debug_info`, `.debug_abbrev`, `.debug_loc`, `.debug_ranges` and `.debug_aranges` as
 * assembler items. Lines and call frames come from the assembler itself (`.loc`, `.cfi_*`).
 *
 * Entries are encoded into bytes with their offsets known, so that references need no relocation; addresses stay symbols. Strings are
 * inline. Leaves out: macros, inlined functions, type units.
 */
import { bytes, data, diff, type Item, imm, label, section, sym } from "../asm/items.ts";
import type { CType, EnumType, QualType, RecordType } from "../c/types.ts";
import { At, Encoding, Form, LANGUAGE_C11, Op, Tag } from "./constants.ts";

/** Where a variable is, over part of its life or all of it. */
export type DebugPlace =
  | { readonly kind: "register"; readonly register: number }
  /** Low and high word. */
  | { readonly kind: "pair"; readonly low: number; readonly high: number }
  /** At the canonical frame address + offset. */
  | { readonly kind: "frame"; readonly offset: number }
  /** Its address is stored at the canonical frame address + offset. */
  | { readonly kind: "frame-pointer"; readonly offset: number }
  /** Its address is in a register. */
  | { readonly kind: "pointer"; readonly register: number }
  | { readonly kind: "symbol"; readonly symbol: string };

/** Half-open, between two labels. */
export interface DebugRange {
  readonly start: string;
  readonly end: string;
  readonly place: DebugPlace;
}

export interface DebugVariable {
  readonly name: string;
  readonly type: QualType;
  readonly file: number;
  readonly line: number;
  readonly isParameter: boolean;
  readonly isExternal: boolean;
  /** One place for good, or a list; an empty list: optimised away. */
  readonly places: DebugPlace | readonly DebugRange[];
}

export interface DebugScope {
  readonly start: string;
  readonly end: string;
  readonly variables: readonly DebugVariable[];
  readonly scopes: readonly DebugScope[];
}

export interface DebugFunction {
  readonly name: string;
  readonly symbol: string;
  readonly endLabel: string;
  readonly returns: QualType;
  readonly isExternal: boolean;
  readonly isVariadic: boolean;
  readonly file: number;
  readonly line: number;
  readonly scope: DebugScope;
}

export interface DebugUnit {
  readonly fileName: string;
  readonly workingDirectory: string;
  readonly functions: readonly DebugFunction[];
  readonly globals: readonly DebugVariable[];
  readonly typedefs: readonly { readonly name: string; readonly type: QualType }[];
}

type Abbreviation = readonly (readonly [attribute: number, form: number])[];

const NAMED: Abbreviation = [[At.name, Form.string]];
const PLACED: Abbreviation = [...NAMED, [At.declFile, Form.udata], [At.declLine, Form.udata], [At.type, Form.ref4]];

/** Every shape of entry that is written: tag, has children, attributes. The code is the position + 1. */
const ABBREVIATIONS = {
  unit: [Tag.compileUnit, true, [[At.producer, Form.string], [At.language, Form.data1], ...NAMED, [At.compDir, Form.string], [At.lowPc, Form.addr], [At.ranges, Form.secOffset], [At.stmtList, Form.secOffset]]],
  base: [Tag.baseType, false, [...NAMED, [At.byteSize, Form.udata], [At.encoding, Form.data1]]],
  pointer: [Tag.pointerType, false, [[At.byteSize, Form.udata], [At.type, Form.ref4]]],
  voidPointer: [Tag.pointerType, false, [[At.byteSize, Form.udata]]],
  constant: [Tag.constType, false, [[At.type, Form.ref4]]],
  constantVoid: [Tag.constType, false, []],
  volatile: [Tag.volatileType, false, [[At.type, Form.ref4]]],
  volatileVoid: [Tag.volatileType, false, []],
  typedef: [Tag.typedef, false, [...NAMED, [At.type, Form.ref4]]],
  typedefVoid: [Tag.typedef, false, NAMED],
  struct: [Tag.structureType, true, [...NAMED, [At.byteSize, Form.udata]]],
  structAnonymous: [Tag.structureType, true, [[At.byteSize, Form.udata]]],
  structDeclaration: [Tag.structureType, false, [...NAMED, [At.declaration, Form.flagPresent]]],
  union: [Tag.unionType, true, [...NAMED, [At.byteSize, Form.udata]]],
  unionAnonymous: [Tag.unionType, true, [[At.byteSize, Form.udata]]],
  unionDeclaration: [Tag.unionType, false, [...NAMED, [At.declaration, Form.flagPresent]]],
  member: [Tag.member, false, [...NAMED, [At.type, Form.ref4], [At.dataMemberLocation, Form.udata]]],
  memberAnonymous: [Tag.member, false, [[At.type, Form.ref4], [At.dataMemberLocation, Form.udata]]],
  bitField: [Tag.member, false, [...NAMED, [At.type, Form.ref4], [At.bitSize, Form.udata], [At.dataBitOffset, Form.udata]]],
  enumeration: [Tag.enumerationType, true, [...NAMED, [At.byteSize, Form.udata], [At.type, Form.ref4]]],
  enumerationAnonymous: [Tag.enumerationType, true, [[At.byteSize, Form.udata], [At.type, Form.ref4]]],
  enumerator: [Tag.enumerator, false, [...NAMED, [At.constValue, Form.sdata]]],
  array: [Tag.arrayType, true, [[At.type, Form.ref4]]],
  subrange: [Tag.subrangeType, false, [[At.type, Form.ref4], [At.count, Form.udata]]],
  subrangeOpen: [Tag.subrangeType, false, [[At.type, Form.ref4]]],
  functionType: [Tag.subroutineType, true, [[At.prototyped, Form.flag], [At.type, Form.ref4]]],
  functionTypeVoid: [Tag.subroutineType, true, [[At.prototyped, Form.flag]]],
  parameterType: [Tag.formalParameter, false, [[At.type, Form.ref4]]],
  unspecified: [Tag.unspecifiedParameters, false, []],
  function: [Tag.subprogram, true, [[At.external, Form.flag], ...PLACED, [At.prototyped, Form.flagPresent], [At.lowPc, Form.addr], [At.highPc, Form.data4], [At.frameBase, Form.exprloc]]],
  functionVoid: [Tag.subprogram, true, [[At.external, Form.flag], ...PLACED.slice(0, -1), [At.prototyped, Form.flagPresent], [At.lowPc, Form.addr], [At.highPc, Form.data4], [At.frameBase, Form.exprloc]]],
  block: [Tag.lexicalBlock, true, [[At.lowPc, Form.addr], [At.highPc, Form.data4]]],
  parameter: [Tag.formalParameter, false, [...PLACED, [At.location, Form.exprloc]]],
  parameterList: [Tag.formalParameter, false, [...PLACED, [At.location, Form.secOffset]]],
  variable: [Tag.variable, false, [...PLACED, [At.external, Form.flag], [At.location, Form.exprloc]]],
  variableList: [Tag.variable, false, [...PLACED, [At.external, Form.flag], [At.location, Form.secOffset]]],
} as const satisfies Record<string, readonly [tag: number, hasChildren: boolean, attributes: Abbreviation]>; // biome-ignore format: a table

type Shape = keyof typeof ABBREVIATIONS;
const CODES = new Map(Object.keys(ABBREVIATIONS).map((name, index) => [name as Shape, index + 1]));

const INFO_START = ".Ldebug_info";
const ABBREV_START = ".Ldebug_abbrev";
const LOC_START = ".Ldebug_loc";
const RANGES_START = ".Ldebug_ranges";
const LINE_START = ".Ldebug_line";

/** The items that describe a unit; they go behind all code and data. */
export function debugItems(unit: DebugUnit): Item[] {
  return new DebugWriter().run(unit);
}

class DebugWriter {
  private readonly items: Item[] = [];
  private chunk: number[] = [];
  /** Offset of the next byte from the start of the unit. */
  private offset = 0;
  private readonly locations: Item[] = [];
  private nextList = 0;
  /** Positions of references that wait for their type's entry. */
  private readonly patches: { readonly chunk: number[]; readonly at: number; readonly key: unknown }[] = [];
  private readonly places = new Map<unknown, number>();
  private readonly queue: { readonly key: unknown; readonly write: () => void }[] = [];
  private readonly keys = new Map<string, object>();
  private readonly identities = new Map<object, number>();
  private readonly chunks: number[][] = [];

  run(unit: DebugUnit): Item[] {
    // The header: length, version, offset of the abbreviations, bytes of an address.
    this.half(4);
    this.value(sym(ABBREV_START));
    this.byte(4);
    this.offset = 11;
    this.unit(unit);
    for (const definition of unit.functions) this.function(definition);
    for (const variable of unit.globals) this.variable(variable);
    for (const { name, type } of unit.typedefs) this.typedef(name, type);
    // Writing a type may queue more.
    for (let next = this.queue.shift(); next !== undefined; next = this.queue.shift()) {
      this.places.set(next.key, this.offset);
      next.write();
    }
    this.uleb(0);
    this.flush();
    for (const { chunk, at, key } of this.patches) setWord(chunk, at, this.places.get(key)!);
    return [
      section(".debug_line"), label(LINE_START),
      section(".debug_abbrev"), label(ABBREV_START), bytes(abbreviationBytes()),
      section(".debug_loc"), label(LOC_START), ...this.locations,
      section(".debug_ranges"), label(RANGES_START), ...rangeItems(unit.functions),
      section(".debug_info"), label(INFO_START), data(4, imm(this.offset - 4)), ...this.finished(),
      section(".debug_aranges"), ...arangeItems(unit.functions),
    ]; // biome-ignore format: one section a line
  }

  // ---- bytes -----------------------------------------------------------------------------------------------------------

  private byte(value: number): void {
    this.chunk.push(value & 0xff);
    this.offset++;
  }

  private half(value: number): void {
    this.byte(value);
    this.byte(value >> 8);
  }

  private word(value: number): void {
    this.half(value);
    this.half(value >> 16);
  }

  private uleb(value: number): void {
    for (const byte of ulebBytes(value)) this.byte(byte);
  }

  private sleb(value: number | bigint): void {
    for (const byte of slebBytes(value)) this.byte(byte);
  }

  private string(text: string): void {
    for (const byte of new TextEncoder().encode(text)) this.byte(byte);
    this.byte(0);
  }

  /** Four bytes that the assembler or linker fills in. */
  private value(value: ReturnType<typeof sym>): void {
    this.flush();
    this.items.push(data(4, value));
    this.offset += 4;
  }

  private flush(): void {
    if (this.chunk.length === 0) return;
    // The bytes are copied at the end, when references have been patched in.
    this.items.push({ kind: "comment", text: String(this.chunks.length) });
    this.chunks.push(this.chunk);
    this.chunk = [];
  }

  private finished(): Item[] {
    return this.items.map((item) =>
      item.kind === "comment" ? bytes(Uint8Array.from(this.chunks[Number(item.text)]!)) : item,
    );
  }

  private begin(shape: Shape): void {
    this.uleb(CODES.get(shape)!);
  }

  private end(): void {
    this.uleb(0);
  }

  private block(content: readonly number[]): void {
    this.uleb(content.length);
    for (const byte of content) this.byte(byte);
  }

  // ---- types -----------------------------------------------------------------------------------------------------------

  /** A reference to a type that is not void. */
  private reference(type: QualType): void {
    const key = this.typeKey(type);
    this.patches.push({ chunk: this.chunk, at: this.chunk.length, key });
    this.word(0);
  }

  /** One key for each type; its entry is queued when it is met first. */
  private typeKey(type: QualType): object {
    const text = this.textOf(type);
    let key = this.keys.get(text);
    if (key === undefined) {
      key = { text };
      this.keys.set(text, key);
      this.queue.push({ key, write: () => this.type(type) });
    }
    return key;
  }

  /** Equal for types that are the same; records and enums are told apart by identity. */
  private textOf(type: QualType): string {
    const qualifiers = `${type.isConst ? "k" : ""}${type.isVolatile ? "v" : ""}`;
    return qualifiers + this.bareText(type.type);
  }

  private bareText(type: CType): string {
    switch (type.kind) {
      case "int":
      case "float":
        return type.name;
      case "void":
        return "void";
      case "pointer":
        return `*(${this.textOf(type.to)})`;
      case "array":
        return `[${type.length ?? ""}](${this.textOf(type.of)})`;
      case "function":
        return `f(${this.textOf(type.returns)};${type.params.map((param) => this.textOf(param)).join(",")}${type.variadic ? "..." : ""})`;
      default: {
        const known = this.identities.get(type) ?? this.identities.size;
        this.identities.set(type, known);
        return `#${known}`;
      }
    }
  }

  private type(qualified: QualType): void {
    const { type, isConst, isVolatile } = qualified;
    if (isConst) this.qualifier("constant", { ...qualified, isConst: false });
    else if (isVolatile) this.qualifier("volatile", { ...qualified, isVolatile: false });
    else this.plainType(type);
  }

  private qualifier(shape: "constant" | "volatile", inner: QualType): void {
    if (inner.type.kind === "void" && !inner.isConst && !inner.isVolatile) this.begin(`${shape}Void`);
    else {
      this.begin(shape);
      this.reference(inner);
    }
  }

  private plainType(type: CType): void {
    switch (type.kind) {
      case "int":
        this.baseType(type.name, type.bytes, integerEncoding(type.name, type.signed));
        return;
      case "float":
        this.baseType(type.name, type.bytes, Encoding.float);
        return;
      case "pointer":
        this.begin(isBareVoid(type.to) ? "voidPointer" : "pointer");
        this.uleb(4);
        if (!isBareVoid(type.to)) this.reference(type.to);
        return;
      case "array":
        this.begin("array");
        this.reference(type.of);
        this.begin(type.length === null ? "subrangeOpen" : "subrange");
        this.reference(plain({ kind: "int", name: "unsigned int", bytes: 4, signed: false, rank: 0 }));
        if (type.length !== null) this.uleb(type.length);
        this.end();
        return;
      case "function":
        this.functionType(type);
        return;
      case "enum":
        this.enumeration(type);
        return;
      case "struct":
      case "union":
        this.record(type);
        return;
      case "void":
        this.baseType("void", 0, Encoding.unsigned);
        return;
    }
  }

  private baseType(name: string, byteSize: number, encoding: number): void {
    this.begin("base");
    this.string(name);
    this.uleb(byteSize);
    this.byte(encoding);
  }

  private functionType(type: Extract<CType, { kind: "function" }>): void {
    const isVoid = isBareVoid(type.returns);
    this.begin(isVoid ? "functionTypeVoid" : "functionType");
    this.byte(type.prototyped ? 1 : 0);
    if (!isVoid) this.reference(type.returns);
    for (const param of type.params) {
      this.begin("parameterType");
      this.reference(param);
    }
    if (type.variadic) this.begin("unspecified");
    this.end();
  }

  private enumeration(type: EnumType): void {
    this.begin(type.tag === "" ? "enumerationAnonymous" : "enumeration");
    if (type.tag !== "") this.string(type.tag);
    this.uleb(type.underlying.bytes);
    this.reference(plain(type.underlying));
    for (const { name, value } of type.enumerators) {
      this.begin("enumerator");
      this.string(name);
      this.sleb(value);
    }
    this.end();
  }

  private record(type: RecordType): void {
    const kind = type.kind;
    if (!type.isComplete) {
      this.begin(`${kind}Declaration`);
      this.string(type.tag);
      return;
    }
    this.begin(type.tag === "" ? `${kind}Anonymous` : kind);
    if (type.tag !== "") this.string(type.tag);
    this.uleb(type.bytes);
    for (const member of type.members) {
      const field = member.bitField;
      if (field !== null && (field.width === 0 || member.name === "")) continue;
      this.begin(field !== null ? "bitField" : member.name === "" ? "memberAnonymous" : "member");
      if (member.name !== "") this.string(member.name);
      this.reference(member.type);
      if (field === null) this.uleb(member.offset);
      else {
        this.uleb(field.width);
        this.uleb(member.offset * 8 + field.bit);
      }
    }
    this.end();
  }

  private typedef(name: string, type: QualType): void {
    const isVoid = isBareVoid(type);
    this.begin(isVoid ? "typedefVoid" : "typedef");
    this.string(name);
    if (!isVoid) this.reference(type);
  }

  // ---- what the program consists of ---------------------------------------------------------------------------------

  private unit(unit: DebugUnit): void {
    this.begin("unit");
    this.string("Faultline C 0.1");
    this.byte(LANGUAGE_C11);
    this.string(unit.fileName);
    this.string(unit.workingDirectory);
    // Base address 0: the lists of ranges and places hold whole addresses.
    this.word(0);
    this.value(sym(RANGES_START));
    this.value(sym(LINE_START));
  }

  private function(definition: DebugFunction): void {
    const isVoid = isBareVoid(definition.returns);
    this.begin(isVoid ? "functionVoid" : "function");
    this.byte(definition.isExternal ? 1 : 0);
    this.string(definition.name);
    this.uleb(definition.file);
    this.uleb(definition.line);
    if (!isVoid) this.reference(definition.returns);
    this.value(sym(definition.symbol));
    this.value(diff(definition.endLabel, definition.symbol));
    this.block([Op.callFrameCfa]);
    this.scope(definition.scope);
    if (definition.isVariadic) this.begin("unspecified");
    this.end();
  }

  private scope(scope: DebugScope): void {
    for (const variable of scope.variables) this.variable(variable);
    for (const inner of scope.scopes) {
      this.begin("block");
      this.value(sym(inner.start));
      this.value(diff(inner.end, inner.start));
      this.scope(inner);
      this.end();
    }
  }

  private variable(variable: DebugVariable): void {
    const { places } = variable;
    const isList = Array.isArray(places);
    const shape = variable.isParameter ? "parameter" : "variable";
    this.begin(isList && places.length > 0 ? `${shape}List` : shape);
    this.string(variable.name);
    this.uleb(variable.file);
    this.uleb(variable.line);
    this.reference(variable.type);
    if (!variable.isParameter) this.byte(variable.isExternal ? 1 : 0);
    if (!isList) this.place(places as DebugPlace);
    else if (places.length === 0) this.block([]);
    else this.value(sym(this.locationList(places)));
  }

  private place(place: DebugPlace): void {
    if (place.kind !== "symbol") {
      this.block(placeBytes(place));
      return;
    }
    this.uleb(5);
    this.byte(Op.addr);
    this.value(sym(place.symbol));
  }

  private locationList(ranges: readonly DebugRange[]): string {
    const name = `${LOC_START}${this.nextList++}`;
    this.locations.push(label(name));
    for (const { start, end, place } of ranges) {
      const content = placeBytes(place);
      this.locations.push(data(4, sym(start), sym(end)), data(2, imm(content.length)), bytes(Uint8Array.from(content)));
    }
    this.locations.push(data(4, imm(0), imm(0)));
    return name;
  }
}

/** The location expression of a place without symbols. */
function placeBytes(place: DebugPlace): number[] {
  switch (place.kind) {
    case "register":
      return [Op.reg0 + place.register];
    case "pair":
      return [Op.reg0 + place.low, Op.piece, 4, Op.reg0 + place.high, Op.piece, 4];
    case "frame":
      return [Op.fbreg, ...slebBytes(place.offset)];
    case "frame-pointer":
      return [Op.fbreg, ...slebBytes(place.offset), Op.deref];
    case "pointer":
      return [Op.breg0 + place.register, 0];
    case "symbol":
      throw new Error("a symbol's place needs a relocation");
  }
}

const plain = (type: CType): QualType => ({ type, isConst: false, isVolatile: false, isRestrict: false });
const isBareVoid = (type: QualType): boolean => type.type.kind === "void" && !type.isConst && !type.isVolatile;

function integerEncoding(name: string, signed: boolean): number {
  if (name === "_Bool") return Encoding.boolean;
  if (name.includes("char")) return signed ? Encoding.signedChar : Encoding.unsignedChar;
  return signed ? Encoding.signed : Encoding.unsigned;
}

function abbreviationBytes(): Uint8Array {
  const out: number[] = [];
  for (const [name, [tag, hasChildren, attributes]] of Object.entries(ABBREVIATIONS)) {
    out.push(...ulebBytes(CODES.get(name as Shape)!), ...ulebBytes(tag), hasChildren ? 1 : 0);
    for (const [attribute, form] of attributes) out.push(...ulebBytes(attribute), ...ulebBytes(form));
    out.push(0, 0);
  }
  out.push(0);
  return Uint8Array.from(out);
}

const rangeItems = (functions: readonly DebugFunction[]): Item[] => [
  ...functions.map(({ symbol, endLabel }) => data(4, sym(symbol), sym(endLabel))),
  data(4, imm(0), imm(0)),
];

/** One table of address ranges: header, padding to 8 bytes, pairs of address and length. */
const arangeItems = (functions: readonly DebugFunction[]): Item[] => [
  data(4, imm(8 + 4 + (functions.length + 1) * 8)),
  data(2, imm(2)),
  data(4, sym(INFO_START)),
  data(1, imm(4), imm(0)),
  data(4, imm(0)),
  ...functions.map(({ symbol, endLabel }) => data(4, sym(symbol), diff(endLabel, symbol))),
  data(4, imm(0), imm(0)),
];

export function ulebBytes(value: number): number[] {
  const out: number[] = [];
  let rest = value;
  do {
    const low = rest % 128;
    rest = Math.floor(rest / 128);
    out.push(rest > 0 ? low | 0x80 : low);
  } while (rest > 0);
  return out;
}

export function slebBytes(value: number | bigint): number[] {
  const out: number[] = [];
  let rest = BigInt(value);
  for (;;) {
    const low = Number(rest & 0x7fn);
    rest >>= 7n;
    const isLast = (rest === 0n && (low & 0x40) === 0) || (rest === -1n && (low & 0x40) !== 0);
    out.push(isLast ? low : low | 0x80);
    if (isLast) return out;
  }
}

function setWord(out: number[], at: number, value: number): void {
  for (let index = 0; index < 4; index++) out[at + index] = (value >>> (8 * index)) & 0xff;
}
