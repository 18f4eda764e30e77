/** Location lists and range lists: `.debug_loc` and `.debug_ranges` of DWARF 4, `.debug_loclists` and `.debug_rnglists` of DWARF 5. */
import { At } from "./constants.ts";
import { Cursor, DwarfError, type Sections, sectionOrEmpty } from "./cursor.ts";
import { type AttributeValue, addressAt, numberOf, type Unit } from "./entries.ts";

/** Valid from `start` up to `end`. */
export interface PlaceRange {
  readonly start: number;
  readonly end: number;
  readonly expression: Uint8Array;
}

export interface AddressRange {
  readonly start: number;
  readonly end: number;
}

const baseOf = (unit: Unit): number => (unit.root === null ? 0 : (numberOf(unit.root, At.lowPc) ?? 0));
const EVERYWHERE: AddressRange = { start: 0, end: 0x1_0000_0000 };

/** Where a variable is: one expression for good, or several with ranges. */
export function placesOf(sections: Sections, unit: Unit, value: AttributeValue): PlaceRange[] {
  if (value.kind === "block") return value.value.length === 0 ? [] : [{ ...EVERYWHERE, expression: value.value }];
  if (unit.version < 5) return oldPlaces(sections, unit, Number(value.value));
  const section = sectionOrEmpty(sections, ".debug_loclists");
  const offset =
    value.kind === "list-index" ? listOffset(section, unit.loclistsBase, value.value) : Number(value.value);
  return newPlaces(section, sections, unit, offset);
}

function listOffset(section: Uint8Array, base: number, index: number): number {
  return base + new Cursor(section, base + index * 4).u32();
}

function oldPlaces(sections: Sections, unit: Unit, offset: number): PlaceRange[] {
  const cursor = new Cursor(sectionOrEmpty(sections, ".debug_loc"), offset);
  const places: PlaceRange[] = [];
  let base = baseOf(unit);
  for (;;) {
    const start = cursor.u32();
    const end = cursor.u32();
    if (start === 0 && end === 0) return places;
    if (start === 0xffffffff) base = end;
    else {
      const expression = cursor.block(cursor.u16());
      if (end > start) places.push({ start: base + start, end: base + end, expression });
    }
  }
}

function newPlaces(section: Uint8Array, sections: Sections, unit: Unit, offset: number): PlaceRange[] {
  const cursor = new Cursor(section, offset);
  const places: PlaceRange[] = [];
  walkList(cursor, sections, unit, (range) => {
    places.push({ ...range, expression: cursor.block(cursor.uleb()) });
  }, true); // biome-ignore format: the flag belongs to the walk
  return places;
}

/** Address ranges of an entry: low and high pc, or a list. */
export function rangesOf(
  sections: Sections,
  unit: Unit,
  attributes: ReadonlyMap<number, AttributeValue>,
): AddressRange[] {
  const low = attributes.get(At.lowPc);
  const high = attributes.get(At.highPc);
  if (low !== undefined && high !== undefined) {
    const start = Number(low.value);
    const end = high.kind === "address" ? high.value : start + Number(high.value);
    return end > start && start > 1 ? [{ start, end }] : [];
  }
  const list = attributes.get(At.ranges);
  if (list === undefined) return [];
  if (unit.version < 5) return oldRanges(sections, unit, Number(list.value));
  const section = sectionOrEmpty(sections, ".debug_rnglists");
  const offset = list.kind === "list-index" ? listOffset(section, unit.rnglistsBase, list.value) : Number(list.value);
  const ranges: AddressRange[] = [];
  walkList(new Cursor(section, offset), sections, unit, (range) => ranges.push(range), false);
  return ranges.filter((range) => range.end > range.start && range.start > 1);
}

function oldRanges(sections: Sections, unit: Unit, offset: number): AddressRange[] {
  const cursor = new Cursor(sectionOrEmpty(sections, ".debug_ranges"), offset);
  const ranges: AddressRange[] = [];
  let base = baseOf(unit);
  for (;;) {
    const start = cursor.u32();
    const end = cursor.u32();
    if (start === 0 && end === 0) return ranges;
    if (start === 0xffffffff) base = end;
    else if (end > start && base + start > 1) ranges.push({ start: base + start, end: base + end });
  }
}

/** The entry kinds of DWARF 5 sections 2.6.2 and 2.17.3, which share their numbers but for the default location. */
function walkList(
  cursor: Cursor,
  sections: Sections,
  unit: Unit,
  visit: (range: AddressRange) => void,
  isLocations: boolean,
): void {
  let base = baseOf(unit);
  const address = (index: number): number => addressAt(sections, unit, index);
  for (;;) {
    const kind = cursor.u8();
    // From 5 on, range lists lack the default location and so are one behind.
    const normal = !isLocations && kind >= 5 ? kind + 1 : kind;
    switch (normal) {
      case 0:
        return;
      case 1:
        base = address(cursor.uleb());
        break;
      case 2: {
        const start = address(cursor.uleb());
        visit({ start, end: address(cursor.uleb()) });
        break;
      }
      case 3: {
        const start = address(cursor.uleb());
        visit({ start, end: start + cursor.uleb() });
        break;
      }
      case 4: {
        const start = base + cursor.uleb();
        visit({ start, end: base + cursor.uleb() });
        break;
      }
      case 5:
        visit(EVERYWHERE);
        break;
      case 6:
        base = cursor.u32();
        break;
      case 7: {
        const start = cursor.u32();
        visit({ start, end: cursor.u32() });
        break;
      }
      case 8: {
        const start = cursor.u32();
        visit({ start, end: start + cursor.uleb() });
        break;
      }
      default:
        throw new DwarfError(`list entry of kind ${kind} is not supported`);
    }
  }
}
