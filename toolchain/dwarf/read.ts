/**
 * Debug information for a debugger: lines, functions with their scopes and variables, types, and frames to unwind by. Accepts
 * DWARF 4 and 5 from this compiler and from GCC. Leaves out: split files, type units, macros, C++ beyond what C shares with it.
 */
import type { ElfFile } from "../elf/read.ts";
import { At, Encoding, Tag } from "./constants.ts";
import { DwarfError, type Sections } from "./cursor.ts";
import { type Entry, numberOf, readEntries, textOf, type Unit } from "./entries.ts";
import { evaluate, type FrameContext, type Location } from "./expression.ts";
import { type FrameEntry, readFrames, rulesAt } from "./frames.ts";
import { fileNames, type LineRow, readLines } from "./lines.ts";
import { type AddressRange, type PlaceRange, placesOf, rangesOf } from "./lists.ts";

export type { FrameContext, Location } from "./expression.ts";
export type { LineRow } from "./lines.ts";

export type DebugType =
  | {
      readonly kind: "base";
      readonly name: string;
      readonly bytes: number;
      readonly encoding: "signed" | "unsigned" | "char" | "bool" | "float";
    }
  | { readonly kind: "pointer"; readonly to: DebugType | null }
  | { readonly kind: "array"; readonly of: DebugType | null; readonly counts: readonly (number | null)[] }
  | {
      readonly kind: "struct" | "union";
      readonly name: string;
      readonly bytes: number;
      readonly members: readonly DebugMember[];
    }
  | {
      readonly kind: "enum";
      readonly name: string;
      readonly bytes: number;
      readonly values: readonly { readonly name: string; readonly value: number }[];
    }
  | { readonly kind: "typedef"; readonly name: string; readonly of: DebugType | null }
  | { readonly kind: "qualified"; readonly qualifier: "const" | "volatile" | "restrict"; readonly of: DebugType | null }
  | { readonly kind: "function"; readonly returns: DebugType | null; readonly params: readonly (DebugType | null)[] }
  | { readonly kind: "unknown"; readonly name: string };

export interface DebugMember {
  readonly name: string;
  readonly type: DebugType | null;
  readonly offset: number;
  /** Bits from the start of the struct, and width; null for ordinary members. */
  readonly bitField: { readonly bit: number; readonly width: number } | null;
}

export interface Variable {
  readonly name: string;
  readonly isParameter: boolean;
  /** null stands for void. */
  readonly type: DebugType | null;
  readonly file: string;
  readonly line: number;
  readonly places: readonly PlaceRange[];
  /** The value where it is a known constant and stored nowhere. */
  readonly constant: number | null;
}

export interface ScopeInfo {
  readonly ranges: readonly AddressRange[];
  readonly variables: readonly Variable[];
  readonly scopes: readonly ScopeInfo[];
}

export interface FunctionInfo extends ScopeInfo {
  readonly name: string;
  readonly start: number;
  readonly end: number;
  readonly file: string;
  readonly line: number;
  readonly returns: DebugType | null;
  readonly frameBase: Uint8Array | null;
}

/** A register file and memory to unwind from. */
export interface Registers {
  readonly pc: number;
  readonly registers: readonly (number | null)[];
}

export type DwarfResult =
  | { readonly ok: true; readonly value: DebugInfo }
  | { readonly ok: false; readonly message: string };

const TYPE_TAGS = {
  struct: [Tag.structureType],
  union: [Tag.unionType],
  enum: [Tag.enumerationType],
  name: [Tag.typedef, Tag.baseType],
} as const;

/** Reads the debug information of an executable; a file without any gives empty tables. */
export function readDebugInfo(file: ElfFile): DwarfResult {
  const byName = new Map(file.sections.map((section) => [section.name, section]));
  const sections: Sections = (name) => byName.get(name)?.bytes ?? null;
  try {
    return { ok: true, value: new DebugInfo(sections, (name) => byName.get(name)?.vaddr ?? 0) };
  } catch (error) {
    if (error instanceof DwarfError)
      return { ok: false, message: `debug information of ${file.name}: ${error.message}` };
    throw error;
  }
}

export class DebugInfo {
  /** Ascending by address. */
  readonly lines: readonly LineRow[];
  readonly functions: readonly FunctionInfo[];
  readonly globals: readonly Variable[];
  private readonly frames: readonly FrameEntry[];
  private readonly sections: Sections;
  private readonly byOffset: ReadonlyMap<number, Entry>;
  private readonly types = new Map<number, DebugType>();
  private readonly files = new Map<Unit, readonly string[]>();

  constructor(sections: Sections, vaddrOf: (name: string) => number) {
    this.sections = sections;
    const { units, byOffset } = readEntries(sections);
    this.byOffset = byOffset;
    this.lines = readLines(
      sections,
      units.flatMap((unit) => this.lineProgram(unit)),
    );
    const functions: FunctionInfo[] = [];
    const globals: Variable[] = [];
    for (const unit of units) {
      for (const entry of unit.root?.children ?? []) {
        if (entry.tag === Tag.subprogram) functions.push(...this.functionsOf(entry));
        else if (entry.tag === Tag.variable && entry.attributes.has(At.location)) globals.push(this.variable(entry));
      }
    }
    this.functions = functions.sort((a, b) => a.start - b.start);
    this.globals = globals;
    this.frames = readFrames(sections, vaddrOf);
  }

  // ---- lines ---------------------------------------------------------------------------------------------------------

  /** The row that covers an address, or null. */
  lineAt(vaddr: number): LineRow | null {
    let low = 0;
    let high = this.lines.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.lines[middle]!.vaddr <= vaddr) low = middle + 1;
      else high = middle;
    }
    for (let at = low - 1; at >= 0 && at > low - 8; at--) {
      const row = this.lines[at]!;
      if (vaddr < row.end) return row;
    }
    return null;
  }

  /**
   * Addresses at which to stop for a line: where its statements begin, one for each function that it lies in. When the line has no
   * code, the next line of the file that has. A file matches by its whole path or by its last parts.
   */
  addressesOf(file: string, line: number): number[] {
    const rows = this.lines.filter((row) => row.isStatement && matchesFile(row.file, file) && row.line >= line);
    const wanted = rows.reduce((least, row) => Math.min(least, row.line), Number.POSITIVE_INFINITY);
    const found: number[] = [];
    let previousEnd = -1;
    for (const row of rows) {
      if (row.line !== wanted) continue;
      const owner = this.functionAt(row.vaddr);
      const isKnown = found.some((vaddr) => this.functionAt(vaddr) === owner && owner !== null);
      if (row.vaddr !== previousEnd && !isKnown) found.push(row.vaddr);
      previousEnd = row.end;
    }
    return found;
  }

  /** The address behind a function's prologue: the start of its second line row. */
  bodyStart(fn: FunctionInfo): number {
    const rows = this.lines.filter((row) => row.vaddr >= fn.start && row.vaddr < fn.end);
    return rows[1]?.vaddr ?? fn.start;
  }

  // ---- functions and variables ------------------------------------------------------------------------------------

  functionAt(vaddr: number): FunctionInfo | null {
    return this.functions.find((fn) => vaddr >= fn.start && vaddr < fn.end) ?? null;
  }

  functionNamed(name: string): FunctionInfo | null {
    return this.functions.find((fn) => fn.name === name) ?? null;
  }

  /** Variables in scope at an address, innermost first. */
  variablesAt(vaddr: number): Variable[] {
    const fn = this.functionAt(vaddr);
    const collect = (scope: ScopeInfo): Variable[] => [
      ...scope.scopes
        .filter((inner) => inner.ranges.some((range) => vaddr >= range.start && vaddr < range.end))
        .flatMap(collect),
      ...scope.variables,
    ];
    return fn === null ? [] : collect(fn);
  }

  /** Where a variable is at a pc; null: not available there. */
  locate(variable: Variable, pc: number, context: Omit<FrameContext, "frameBase">): Location | null {
    if (variable.constant !== null) return { kind: "value", value: variable.constant };
    const place = variable.places.find((range) => pc >= range.start && pc < range.end);
    if (place === undefined) return null;
    const frameBase = this.functionAt(pc)?.frameBase ?? null;
    return evaluate(place.expression, {
      register: (number) => context.register(number),
      readWord: (vaddr) => context.readWord(vaddr),
      cfa: context.cfa,
      frameBase,
    });
  }

  // ---- frames ------------------------------------------------------------------------------------------------------------

  /** The canonical frame address, or null when the pc is not described. */
  cfaOf(state: Registers): number | null {
    const rules = rulesAt(this.frames, state.pc);
    const base = rules === null ? null : (state.registers[rules.cfaRegister] ?? null);
    return rules === null || base === null ? null : (base + rules.cfaOffset) >>> 0;
  }

  /**
   * The caller's registers, or null at the outermost frame or where nothing describes the pc. The caller's pc is the return address;
   * to look it up in tables subtract 1, because the call stands before it.
   */
  unwind(state: Registers, readWord: (vaddr: number) => number | null, lookupPc = state.pc): Registers | null {
    const rules = rulesAt(this.frames, lookupPc);
    if (rules === null) return null;
    const base = state.registers[rules.cfaRegister] ?? null;
    if (base === null) return null;
    const cfa = (base + rules.cfaOffset) >>> 0;
    const registers = state.registers.map((value, number) => {
      const rule = rules.rules.get(number);
      switch (rule?.kind) {
        case "offset":
          return readWord((cfa + rule.offset) >>> 0);
        case "value-offset":
          return (cfa + rule.offset) | 0;
        case "register":
          return state.registers[rule.register] ?? null;
        case "undefined":
          return null;
        default:
          return value;
      }
    });
    registers[2] = cfa | 0;
    const pc = registers[rules.returnRegister] ?? null;
    return pc === null || pc === 0 ? null : { pc: pc >>> 0, registers };
  }

  // ---- entries -----------------------------------------------------------------------------------------------------------

  private lineProgram(unit: Unit): { offset: number; folder: string }[] {
    if (unit.root === null) return [];
    const offset = numberOf(unit.root, At.stmtList);
    return offset === null ? [] : [{ offset, folder: textOf(unit.root, At.compDir) ?? "" }];
  }

  private fileOf(entry: Entry): string {
    const { unit } = entry;
    let names = this.files.get(unit);
    if (names === undefined) {
      const program = this.lineProgram(unit)[0];
      names = program === undefined ? [] : fileNames(this.sections, program.offset, program.folder);
      this.files.set(unit, names);
    }
    return names[numberOf(this.origin(entry), At.declFile) ?? -1] ?? "";
  }

  /** The entry that an inlined or out-of-line copy stands for. */
  private origin(entry: Entry): Entry {
    const value = entry.attributes.get(At.abstractOrigin) ?? entry.attributes.get(At.specification);
    const target = value?.kind === "reference" ? this.byOffset.get(value.value) : undefined;
    return target === undefined || target === entry ? entry : this.origin(target);
  }

  private functionsOf(entry: Entry): FunctionInfo[] {
    const ranges = rangesOf(this.sections, entry.unit, entry.attributes);
    if (ranges.length === 0) return [];
    const origin = this.origin(entry);
    const base = entry.attributes.get(At.frameBase);
    const scope = this.scope(entry, ranges);
    return ranges.map((range) => ({
      ...scope,
      name: textOf(origin, At.name) ?? "?",
      start: range.start,
      end: range.end,
      file: this.fileOf(entry),
      line: numberOf(origin, At.declLine) ?? 0,
      returns: this.typeOf(origin),
      frameBase: base?.kind === "block" ? base.value : null,
    }));
  }

  private scope(entry: Entry, ranges: readonly AddressRange[]): ScopeInfo {
    const variables: Variable[] = [];
    const scopes: ScopeInfo[] = [];
    for (const child of entry.children) {
      if (child.tag === Tag.formalParameter || child.tag === Tag.variable) {
        if (textOf(this.origin(child), At.name) !== null) variables.push(this.variable(child));
      } else if (child.tag === Tag.lexicalBlock || child.tag === Tag.inlinedSubroutine) {
        scopes.push(this.scope(child, rangesOf(this.sections, child.unit, child.attributes)));
      }
    }
    return { ranges, variables, scopes };
  }

  private variable(entry: Entry): Variable {
    const origin = this.origin(entry);
    const location = entry.attributes.get(At.location) ?? origin.attributes.get(At.location);
    const constant = entry.attributes.get(At.constValue);
    return {
      name: textOf(origin, At.name) ?? "",
      isParameter: entry.tag === Tag.formalParameter,
      type: this.typeOf(origin),
      file: this.fileOf(entry),
      line: numberOf(origin, At.declLine) ?? 0,
      places: location === undefined ? [] : placesOf(this.sections, entry.unit, location),
      constant: constant !== undefined && constant.kind === "number" ? constant.value : null,
    };
  }

  // ---- types --------------------------------------------------------------------------------------------------------------

  /** A type of the program by its tag ("struct node") or its name ("size_t", "unsigned int"); null when there is none. */
  typeNamed(kind: "struct" | "union" | "enum" | "name", name: string): DebugType | null {
    const tags: readonly number[] = TYPE_TAGS[kind];
    for (const [offset, entry] of this.byOffset) {
      const isWhole = !entry.attributes.has(At.declaration);
      if (tags.includes(entry.tag) && isWhole && textOf(entry, At.name) === name) return this.typeAt(offset);
    }
    return null;
  }

  private typeOf(entry: Entry): DebugType | null {
    const value = entry.attributes.get(At.type);
    if (value?.kind !== "reference") return null;
    return this.typeAt(value.value);
  }

  /** Types may contain themselves through pointers: an entry is registered before its parts are read. */
  private typeAt(offset: number): DebugType {
    const known = this.types.get(offset);
    if (known !== undefined) return known;
    const entry = this.byOffset.get(offset);
    if (entry === undefined) return { kind: "unknown", name: "?" };
    const type = { kind: "unknown", name: textOf(entry, At.name) ?? "?" } as DebugType;
    this.types.set(offset, type);
    return Object.assign(type, this.typeOfEntry(entry));
  }

  private typeOfEntry(entry: Entry): DebugType {
    const name = textOf(entry, At.name) ?? "";
    const bytes = numberOf(entry, At.byteSize) ?? 0;
    switch (entry.tag) {
      case Tag.baseType:
        return { kind: "base", name, bytes, encoding: encodingOf(numberOf(entry, At.encoding) ?? 0) };
      case Tag.pointerType:
        return { kind: "pointer", to: this.typeOf(entry) };
      case Tag.structureType:
      case Tag.unionType:
        return { kind: entry.tag === Tag.unionType ? "union" : "struct", name, bytes, members: this.members(entry) };
      case Tag.arrayType:
        return { kind: "array", of: this.typeOf(entry), counts: entry.children.map(countOf) };
      case Tag.enumerationType:
        return {
          kind: "enum",
          name,
          bytes,
          values: entry.children.map((child) => ({
            name: textOf(child, At.name) ?? "",
            value: numberOf(child, At.constValue) ?? 0,
          })),
        };
      case Tag.typedef:
        return { kind: "typedef", name, of: this.typeOf(entry) };
      case Tag.constType:
        return { kind: "qualified", qualifier: "const", of: this.typeOf(entry) };
      case Tag.volatileType:
        return { kind: "qualified", qualifier: "volatile", of: this.typeOf(entry) };
      case Tag.restrictType:
        return { kind: "qualified", qualifier: "restrict", of: this.typeOf(entry) };
      case Tag.subroutineType:
        return {
          kind: "function",
          returns: this.typeOf(entry),
          params: entry.children
            .filter((child) => child.tag === Tag.formalParameter)
            .map((child) => this.typeOf(child)),
        };
      default:
        return { kind: "unknown", name };
    }
  }

  private members(entry: Entry): DebugMember[] {
    return entry.children
      .filter((child) => child.tag === Tag.member)
      .map((child) => {
        const width = numberOf(child, At.bitSize);
        const offset = numberOf(child, At.dataMemberLocation) ?? 0;
        const bit = numberOf(child, At.dataBitOffset) ?? bitFromTop(child, offset, width ?? 0);
        return {
          name: textOf(child, At.name) ?? "",
          type: this.typeOf(child),
          offset: width === null ? offset : Math.floor(bit / 8),
          bitField: width === null ? null : { bit, width },
        };
      });
  }
}

/** The old form counts from the most significant bit of the storage unit (DWARF 3 section 5.6.6); here from the least. */
function bitFromTop(member: Entry, offset: number, width: number): number {
  const fromTop = numberOf(member, At.bitOffset);
  const unitBytes = numberOf(member, At.byteSize);
  return fromTop === null || unitBytes === null ? offset * 8 : offset * 8 + unitBytes * 8 - fromTop - width;
}

function countOf(subrange: Entry): number | null {
  const count = numberOf(subrange, At.count);
  if (count !== null) return count;
  const upper = numberOf(subrange, At.upperBound);
  const isReference = subrange.attributes.get(At.upperBound)?.kind === "reference";
  return upper === null || isReference ? null : (upper | 0) + 1;
}

function encodingOf(code: number): Extract<DebugType, { kind: "base" }>["encoding"] {
  switch (code) {
    case Encoding.boolean:
      return "bool";
    case Encoding.float:
      return "float";
    case Encoding.signedChar:
    case Encoding.unsignedChar:
      return "char";
    case Encoding.signed:
      return "signed";
    default:
      return "unsigned";
  }
}

const matchesFile = (path: string, wanted: string): boolean => path === wanted || path.endsWith(`/${wanted}`);
