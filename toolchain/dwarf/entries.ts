/** Debugging entries: `.debug_info` and `.debug_abbrev` of DWARF 4 and 5 as trees of attributes, every form decoded. */
import { At, Form } from "./constants.ts";
import { Cursor, DwarfError, type Sections, sectionOrEmpty, stringAt } from "./cursor.ts";

/** An attribute's value by kind of form. References are offsets in `.debug_info`. */
export type AttributeValue =
  | { readonly kind: "number"; readonly value: number }
  | { readonly kind: "address"; readonly value: number }
  | { readonly kind: "string"; readonly value: string }
  | { readonly kind: "reference"; readonly value: number }
  | { readonly kind: "block"; readonly value: Uint8Array }
  | { readonly kind: "offset"; readonly value: number }
  /** Index into the unit's location or range lists. */
  | { readonly kind: "list-index"; readonly value: number };

export interface Entry {
  /** Offset in `.debug_info`. */
  readonly offset: number;
  readonly tag: number;
  readonly attributes: ReadonlyMap<number, AttributeValue>;
  readonly children: Entry[];
  readonly unit: Unit;
}

export interface Unit {
  readonly offset: number;
  readonly version: number;
  root: Entry | null;
  /** Bases of DWARF 5's indexed forms. */
  strOffsetsBase: number;
  addrBase: number;
  loclistsBase: number;
  rnglistsBase: number;
}

interface Abbreviation {
  readonly tag: number;
  readonly hasChildren: boolean;
  readonly attributes: readonly { readonly attribute: number; readonly form: number; readonly constant: number }[];
}

const DEPTH_LIMIT = 200;

/** All units, with an index of their entries by offset. */
export function readEntries(sections: Sections): { units: Unit[]; byOffset: Map<number, Entry> } {
  const info = sectionOrEmpty(sections, ".debug_info");
  const cursor = new Cursor(info);
  const units: Unit[] = [];
  const byOffset = new Map<number, Entry>();
  while (!cursor.atEnd) {
    const offset = cursor.at;
    const body = cursor.unit();
    const unit = new UnitReader(sections, offset, body, byOffset).read();
    if (unit !== null) units.push(unit);
  }
  return { units, byOffset };
}

function readAbbreviations(bytes: Uint8Array, offset: number): Map<number, Abbreviation> {
  const cursor = new Cursor(bytes, offset);
  const table = new Map<number, Abbreviation>();
  for (let code = cursor.uleb(); code !== 0; code = cursor.uleb()) {
    const tag = cursor.uleb();
    const hasChildren = cursor.u8() !== 0;
    const attributes = [];
    for (;;) {
      const attribute = cursor.uleb();
      const form = cursor.uleb();
      const constant = form === Form.implicitConst ? cursor.sleb() : 0;
      if (attribute === 0 && form === 0) break;
      attributes.push({ attribute, form, constant });
    }
    table.set(code, { tag, hasChildren, attributes });
  }
  return table;
}

class UnitReader {
  private readonly sections: Sections;
  private readonly cursor: Cursor;
  private readonly byOffset: Map<number, Entry>;
  private readonly unit: Unit;
  private abbreviations = new Map<number, Abbreviation>();

  constructor(sections: Sections, offset: number, cursor: Cursor, byOffset: Map<number, Entry>) {
    this.sections = sections;
    this.cursor = cursor;
    this.byOffset = byOffset;
    const version = cursor.u16();
    this.unit = { offset, version, root: null, strOffsetsBase: 8, addrBase: 8, loclistsBase: 12, rnglistsBase: 12 };
  }

  read(): Unit | null {
    const { cursor, unit } = this;
    if (unit.version < 2 || unit.version > 5) throw new DwarfError(`DWARF version ${unit.version} is not supported`);
    let abbreviationOffset: number;
    if (unit.version >= 5) {
      const type = cursor.u8();
      cursor.u8();
      abbreviationOffset = cursor.u32();
      // 1: compile unit, 3: partial unit; type units and split units say nothing that is needed here.
      if (type !== 1 && type !== 3) return null;
    } else {
      abbreviationOffset = cursor.u32();
      cursor.u8();
    }
    this.abbreviations = readAbbreviations(sectionOrEmpty(this.sections, ".debug_abbrev"), abbreviationOffset);
    unit.root = this.entry(0);
    return unit;
  }

  private entry(depth: number): Entry | null {
    if (depth > DEPTH_LIMIT) throw new DwarfError("debugging entries are nested too deeply");
    const { cursor } = this;
    const offset = cursor.at;
    if (cursor.atEnd) return null;
    const code = cursor.uleb();
    if (code === 0) return null;
    const abbreviation = this.abbreviations.get(code);
    if (abbreviation === undefined) throw new DwarfError(`abbreviation ${code} is not defined`);
    const attributes = new Map<number, AttributeValue>();
    // The bases stand in the unit's own entry, possibly after strings that need them: those are read again.
    const start = cursor.at;
    for (const pass of depth === 0 && this.unit.version >= 5 ? [0, 1] : [0]) {
      if (pass === 1) cursor.at = start;
      for (const { attribute, form, constant } of abbreviation.attributes) {
        const value = this.form(form, constant);
        attributes.set(attribute, value);
        this.noteBase(attribute, value);
      }
    }
    const entry: Entry = { offset, tag: abbreviation.tag, attributes, children: [], unit: this.unit };
    this.byOffset.set(offset, entry);
    if (abbreviation.hasChildren) {
      for (let child = this.entry(depth + 1); child !== null; child = this.entry(depth + 1)) entry.children.push(child);
    }
    return entry;
  }

  private noteBase(attribute: number, value: AttributeValue): void {
    if (typeof value.value !== "number") return;
    if (attribute === At.strOffsetsBase) this.unit.strOffsetsBase = value.value;
    else if (attribute === At.addrBase) this.unit.addrBase = value.value;
    else if (attribute === At.loclistsBase) this.unit.loclistsBase = value.value;
    else if (attribute === At.rnglistsBase) this.unit.rnglistsBase = value.value;
  }

  private form(form: number, constant: number): AttributeValue {
    const { cursor, unit } = this;
    const number = (value: number): AttributeValue => ({ kind: "number", value });
    const reference = (value: number): AttributeValue => ({ kind: "reference", value: unit.offset + value });
    const block = (count: number): AttributeValue => ({ kind: "block", value: cursor.block(count) });
    switch (form) {
      case Form.addr:
        return { kind: "address", value: cursor.u32() };
      case Form.data1:
      case Form.flag:
        return number(cursor.u8());
      case Form.data2:
        return number(cursor.u16());
      case Form.data4:
        return unit.version < 4 ? { kind: "offset", value: cursor.u32() } : number(cursor.u32());
      case Form.data8:
        return number(Number(BigInt.asIntN(64, cursor.u64())));
      case Form.data16:
        return block(16);
      case Form.sdata:
        return number(cursor.sleb());
      case Form.udata:
        return number(cursor.uleb());
      case Form.implicitConst:
        return number(constant);
      case Form.flagPresent:
        return number(1);
      case Form.string:
        return { kind: "string", value: cursor.string() };
      case Form.strp:
        return { kind: "string", value: stringAt(sectionOrEmpty(this.sections, ".debug_str"), cursor.u32()) };
      case Form.lineStrp:
        return { kind: "string", value: stringAt(sectionOrEmpty(this.sections, ".debug_line_str"), cursor.u32()) };
      case Form.ref1:
        return reference(cursor.u8());
      case Form.ref2:
        return reference(cursor.u16());
      case Form.ref4:
        return reference(cursor.u32());
      case Form.ref8:
        return reference(Number(cursor.u64()));
      case Form.refUdata:
        return reference(cursor.uleb());
      case Form.refAddr:
        return { kind: "reference", value: cursor.u32() };
      case Form.refSig8:
        cursor.u64();
        return number(0);
      case Form.secOffset:
        return { kind: "offset", value: cursor.u32() };
      case Form.block1:
        return block(cursor.u8());
      case Form.block2:
        return block(cursor.u16());
      case Form.block4:
        return block(cursor.u32());
      case Form.block:
      case Form.exprloc:
        return block(cursor.uleb());
      case Form.loclistx:
      case Form.rnglistx:
        return { kind: "list-index", value: cursor.uleb() };
      case Form.indirect:
        return this.form(cursor.uleb(), 0);
      default:
        return this.indexed(form);
    }
  }

  /** Strings and addresses by number (DWARF 5). */
  private indexed(form: number): AttributeValue {
    const index = this.index(form);
    if (form === Form.strx || (form >= Form.strx1 && form <= Form.strx4)) {
      const offsets = sectionOrEmpty(this.sections, ".debug_str_offsets");
      const at = new Cursor(offsets, this.unit.strOffsetsBase + index * 4);
      // Before the base is known this may be a wrong place; the second pass mends it.
      const offset = at.atEnd ? 0 : at.u32();
      const strings = sectionOrEmpty(this.sections, ".debug_str");
      return { kind: "string", value: offset < strings.length ? stringAt(strings, offset) : "" };
    }
    return { kind: "address", value: addressAt(this.sections, this.unit, index) };
  }

  private index(form: number): number {
    const { cursor } = this;
    switch (form) {
      case Form.strx:
      case Form.addrx:
        return cursor.uleb();
      case Form.strx1:
      case Form.addrx1:
        return cursor.u8();
      case Form.strx2:
      case Form.addrx2:
        return cursor.u16();
      case Form.strx3:
      case Form.addrx3:
        return cursor.u16() + cursor.u8() * 65536;
      case Form.strx4:
      case Form.addrx4:
        return cursor.u32();
      default:
        throw new DwarfError(`form 0x${form.toString(16)} is not supported`);
    }
  }
}

/** An entry of `.debug_addr`. */
export function addressAt(sections: Sections, unit: Unit, index: number): number {
  const cursor = new Cursor(sectionOrEmpty(sections, ".debug_addr"), unit.addrBase + index * 4);
  return cursor.atEnd ? 0 : cursor.u32();
}

export const textOf = (entry: Entry, attribute: number): string | null => {
  const value = entry.attributes.get(attribute);
  return value?.kind === "string" ? value.value : null;
};

export const numberOf = (entry: Entry, attribute: number): number | null => {
  const value = entry.attributes.get(attribute);
  return value !== undefined && typeof value.value === "number" ? value.value : null;
};
