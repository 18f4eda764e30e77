/** Line-number programs of DWARF versions 2 to 5 (DWARF 5 section 6.2) as a table from addresses to lines. */

import { Form } from "./constants.ts";
import { Cursor, DwarfError, type Sections, sectionOrEmpty, stringAt } from "./cursor.ts";

/** The code from `vaddr` to the next row's comes from this line. */
export interface LineRow {
  readonly vaddr: number;
  /** First address after the row. */
  readonly end: number;
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly isStatement: boolean;
}

interface Header {
  readonly version: number;
  readonly minimumInstruction: number;
  readonly defaultIsStatement: boolean;
  readonly lineBase: number;
  readonly lineRange: number;
  readonly opcodeBase: number;
  readonly operandCounts: readonly number[];
  /** By the number that programs use. */
  readonly files: readonly string[];
  readonly program: Cursor;
}

/** The rows of all units, ascending by address. Units are given by their offsets and folder names. */
export function readLines(
  sections: Sections,
  units: readonly { readonly offset: number; readonly folder: string }[],
): LineRow[] {
  const bytes = sectionOrEmpty(sections, ".debug_line");
  const rows: LineRow[] = [];
  const seen = new Set<number>();
  for (const { offset, folder } of units) {
    if (seen.has(offset) || offset >= bytes.length) continue;
    seen.add(offset);
    runProgram(readHeader(new Cursor(bytes, offset).unit(), sections, folder), rows);
  }
  return rows.sort((a, b) => a.vaddr - b.vaddr || a.end - b.end);
}

/** The file table of one unit's line program, by number. */
export function fileNames(sections: Sections, offset: number, folder: string): readonly string[] {
  const bytes = sectionOrEmpty(sections, ".debug_line");
  if (offset >= bytes.length) return [];
  return readHeader(new Cursor(bytes, offset).unit(), sections, folder).files;
}

function readHeader(cursor: Cursor, sections: Sections, folder: string): Header {
  const version = cursor.u16();
  if (version < 2 || version > 5) throw new DwarfError(`line table version ${version} is not supported`);
  if (version >= 5) {
    cursor.u8();
    cursor.u8();
  }
  const headerLength = cursor.u32();
  const programStart = cursor.at + headerLength;
  const minimumInstruction = cursor.u8();
  if (version >= 4) cursor.u8();
  const defaultIsStatement = cursor.u8() !== 0;
  const lineBase = cursor.i8();
  const lineRange = cursor.u8();
  const opcodeBase = cursor.u8();
  const operandCounts = Array.from({ length: opcodeBase - 1 }, () => cursor.u8());
  const files = version >= 5 ? readTables(cursor, sections) : readOldTables(cursor, folder);
  const program = new Cursor(cursor.bytes, programStart, cursor.end);
  return {
    version,
    minimumInstruction,
    defaultIsStatement,
    lineBase,
    lineRange,
    opcodeBase,
    operandCounts,
    files,
    program,
  };
}

const join = (folder: string, name: string): string =>
  name.startsWith("/") || folder === "" || folder === "." ? name : `${folder}/${name}`;

/** Versions 2 to 4: folders, then files that name a folder by number; both count from 1. */
function readOldTables(cursor: Cursor, folder: string): string[] {
  const folders = [folder];
  for (let name = cursor.string(); name !== ""; name = cursor.string()) folders.push(name);
  const files: string[] = [""];
  for (let name = cursor.string(); name !== ""; name = cursor.string()) {
    const index = cursor.uleb();
    cursor.uleb();
    cursor.uleb();
    files.push(index === 0 ? name : join(folders[index] ?? "", name));
  }
  return files;
}

/** Version 5: self-describing tables that count from 0. */
function readTables(cursor: Cursor, sections: Sections): string[] {
  const folders = readEntries(cursor, sections).map((entry) => entry.path);
  return readEntries(cursor, sections).map(({ path, folder }) =>
    folder === 0 ? path : join(folders[folder] ?? "", path),
  );
}

function readEntries(cursor: Cursor, sections: Sections): { path: string; folder: number }[] {
  const formats = Array.from({ length: cursor.u8() }, () => [cursor.uleb(), cursor.uleb()] as const);
  const count = cursor.uleb();
  if (count > cursor.end) throw new DwarfError("a line table claims more files than it has bytes");
  return Array.from({ length: count }, () => {
    let path = "";
    let folder = 0;
    for (const [content, form] of formats) {
      const value = readTableForm(cursor, form, sections);
      if (content === 1) path = String(value);
      else if (content === 2) folder = Number(value);
    }
    return { path, folder };
  });
}

function readTableForm(cursor: Cursor, form: number, sections: Sections): string | number {
  switch (form) {
    case Form.string:
      return cursor.string();
    case Form.lineStrp:
      return stringAt(sectionOrEmpty(sections, ".debug_line_str"), cursor.u32());
    case Form.strp:
      return stringAt(sectionOrEmpty(sections, ".debug_str"), cursor.u32());
    case Form.udata:
      return cursor.uleb();
    case Form.data1:
      return cursor.u8();
    case Form.data2:
      return cursor.u16();
    case Form.data4:
      return cursor.u32();
    case Form.data16:
      cursor.block(16);
      return 0;
    case Form.block:
      cursor.block(cursor.uleb());
      return 0;
    default:
      throw new DwarfError(`form 0x${form.toString(16)} in a line table is not supported`);
  }
}

/** The registers of the line machine. */
interface State {
  vaddr: number;
  file: number;
  line: number;
  column: number;
  isStatement: boolean;
}

function runProgram(header: Header, rows: LineRow[]): void {
  const { program } = header;
  const fresh = (): State => ({ vaddr: 0, file: 1, line: 1, column: 0, isStatement: header.defaultIsStatement });
  let state = fresh();
  let last: State | null = null;
  let isDiscarded = false;
  const close = (end: number): void => {
    if (last === null || isDiscarded || end <= last.vaddr) return;
    const { vaddr, line, column, isStatement } = last;
    rows.push({ vaddr, end, file: header.files[last.file] ?? "?", line, column, isStatement });
  };
  const append = (): void => {
    close(state.vaddr);
    last = { ...state };
  };
  while (!program.atEnd) {
    const opcode = program.u8();
    if (opcode >= header.opcodeBase) {
      const adjusted = opcode - header.opcodeBase;
      state.vaddr += Math.floor(adjusted / header.lineRange) * header.minimumInstruction;
      state.line += header.lineBase + (adjusted % header.lineRange);
      append();
    } else if (opcode === 0) {
      const length = program.uleb();
      const next = program.at + length;
      const extended = program.u8();
      if (extended === 1) {
        close(state.vaddr);
        last = null;
        state = fresh();
        isDiscarded = false;
      } else if (extended === 2) {
        state.vaddr = program.u32();
        // Linkers leave 0 or 1 where a function was discarded.
        isDiscarded = state.vaddr <= 1;
      }
      program.at = next;
    } else standardOpcode(opcode, state, header, append);
  }
}

function standardOpcode(opcode: number, state: State, header: Header, append: () => void): void {
  const { program } = header;
  switch (opcode) {
    case 1:
      append();
      return;
    case 2:
      state.vaddr += program.uleb() * header.minimumInstruction;
      return;
    case 3:
      state.line += program.sleb();
      return;
    case 4:
      state.file = program.uleb();
      return;
    case 5:
      state.column = program.uleb();
      return;
    case 6:
      state.isStatement = !state.isStatement;
      return;
    case 8:
      state.vaddr += Math.floor((255 - header.opcodeBase) / header.lineRange) * header.minimumInstruction;
      return;
    case 9:
      state.vaddr += program.u16();
      return;
    default:
      for (let count = header.operandCounts[opcode - 1] ?? 0; count > 0; count--) program.uleb();
  }
}
