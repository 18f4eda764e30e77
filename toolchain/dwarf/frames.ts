/** Call-frame information (DWARF 5 section 6.4, and `.eh_frame` as GCC writes it): from a pc to the caller's registers. */
import { Cursor, DwarfError, type Sections, sectionOrEmpty } from "./cursor.ts";

/** How a register of the caller is found. */
export type Rule =
  | { readonly kind: "same" }
  | { readonly kind: "undefined" }
  /** Saved in memory at CFA + offset. */
  | { readonly kind: "offset"; readonly offset: number }
  | { readonly kind: "value-offset"; readonly offset: number }
  | { readonly kind: "register"; readonly register: number };

/** The rules in force at one pc. CFA = register + offset. */
export interface FrameRules {
  readonly cfaRegister: number;
  readonly cfaOffset: number;
  readonly rules: ReadonlyMap<number, Rule>;
  readonly returnRegister: number;
}

interface Common {
  readonly codeAlign: number;
  readonly dataAlign: number;
  readonly returnRegister: number;
  readonly initial: Uint8Array;
  readonly pointerEncoding: number;
  readonly isEh: boolean;
  readonly hasAugmentation: boolean;
}

export interface FrameEntry {
  readonly start: number;
  readonly end: number;
  readonly common: Common;
  readonly program: Uint8Array;
}

/** All procedures that either section describes, ascending. */
export function readFrames(sections: Sections, vaddrOf: (name: string) => number): FrameEntry[] {
  const entries = [
    ...readSection(sectionOrEmpty(sections, ".debug_frame"), false, 0),
    ...readSection(sectionOrEmpty(sections, ".eh_frame"), true, vaddrOf(".eh_frame")),
  ];
  return entries.filter((entry) => entry.end > entry.start && entry.start > 1).sort((a, b) => a.start - b.start);
}

function readSection(bytes: Uint8Array, isEh: boolean, vaddr: number): FrameEntry[] {
  const cursor = new Cursor(bytes);
  const commons = new Map<number, Common>();
  const entries: FrameEntry[] = [];
  while (!cursor.atEnd) {
    const offset = cursor.at;
    const body = cursor.unit();
    if (body.atEnd) continue;
    const idPlace = body.at;
    const id = body.u32();
    if (isEh ? id === 0 : id === 0xffffffff) {
      commons.set(offset, readCommon(body, isEh));
      continue;
    }
    const common = commons.get(isEh ? idPlace - id : id);
    if (common === undefined) throw new DwarfError("a frame description has no common entry");
    entries.push(readDescription(body, common, vaddr));
  }
  return entries;
}

function readCommon(body: Cursor, isEh: boolean): Common {
  const version = body.u8();
  const augmentation = body.string();
  if (version >= 4) {
    body.u8();
    body.u8();
  }
  const codeAlign = body.uleb();
  const dataAlign = body.sleb();
  const returnRegister = version === 1 ? body.u8() : body.uleb();
  let pointerEncoding = 0;
  const hasAugmentation = augmentation.startsWith("z");
  if (hasAugmentation) {
    const end = body.uleb() + body.at;
    for (const letter of augmentation.slice(1)) {
      if (letter === "R") pointerEncoding = body.u8();
      else if (letter === "L") body.u8();
      else break;
    }
    body.at = end;
  } else if (augmentation !== "") throw new DwarfError(`frame augmentation '${augmentation}' is not supported`);
  return {
    codeAlign,
    dataAlign,
    returnRegister,
    initial: body.block(body.end - body.at),
    pointerEncoding,
    isEh,
    hasAugmentation,
  };
}

function readDescription(body: Cursor, common: Common, vaddr: number): FrameEntry {
  const pcRelative = common.isEh && (common.pointerEncoding & 0x70) === 0x10;
  const place = vaddr + body.at;
  const start = (body.u32() + (pcRelative ? place : 0)) >>> 0;
  const end = start + body.u32();
  if (common.hasAugmentation) body.block(body.uleb());
  return { start, end, common, program: body.block(body.end - body.at) };
}

/** The rules at a pc, or null when nothing describes it. */
export function rulesAt(entries: readonly FrameEntry[], pc: number): FrameRules | null {
  const entry = entries.find((candidate) => candidate.start <= pc && pc < candidate.end);
  if (entry === undefined) return null;
  const machine = new FrameMachine(entry.common, entry.start);
  machine.run(entry.common.initial, Number.POSITIVE_INFINITY);
  machine.rememberInitial();
  machine.run(entry.program, pc);
  return machine.rules();
}

class FrameMachine {
  private readonly common: Common;
  private location: number;
  private cfaRegister = 2;
  private cfaOffset = 0;
  private current = new Map<number, Rule>();
  private initial = new Map<number, Rule>();
  private readonly stack: { cfaRegister: number; cfaOffset: number; rules: Map<number, Rule> }[] = [];

  constructor(common: Common, start: number) {
    this.common = common;
    this.location = start;
  }

  rememberInitial(): void {
    this.initial = new Map(this.current);
  }

  rules(): FrameRules {
    const { cfaRegister, cfaOffset, current } = this;
    return { cfaRegister, cfaOffset, rules: current, returnRegister: this.common.returnRegister };
  }

  run(program: Uint8Array, pc: number): void {
    const cursor = new Cursor(program);
    while (!cursor.atEnd) {
      const opcode = cursor.u8();
      const low = opcode & 0x3f;
      const advance = this.advanceOf(opcode, low, cursor);
      if (advance !== null) {
        this.location += advance * this.common.codeAlign;
        if (this.location > pc) return;
      } else if (opcode >> 6 === 2) this.offsetRule(low, cursor.uleb() * this.common.dataAlign);
      else if (opcode >> 6 === 3) this.restore(low);
      else this.other(opcode, cursor);
    }
  }

  private advanceOf(opcode: number, low: number, cursor: Cursor): number | null {
    if (opcode >> 6 === 1) return low;
    if (opcode === 2) return cursor.u8();
    if (opcode === 3) return cursor.u16();
    return opcode === 4 ? cursor.u32() : null;
  }

  private offsetRule(register: number, offset: number): void {
    this.current.set(register, { kind: "offset", offset });
  }

  private restore(register: number): void {
    const rule = this.initial.get(register);
    if (rule === undefined) this.current.delete(register);
    else this.current.set(register, rule);
  }

  private other(opcode: number, cursor: Cursor): void {
    const { dataAlign } = this.common;
    switch (opcode) {
      case 0x00:
        return;
      case 0x01:
        this.location = cursor.u32();
        return;
      case 0x05:
        this.offsetRule(cursor.uleb(), cursor.uleb() * dataAlign);
        return;
      case 0x06:
        this.restore(cursor.uleb());
        return;
      case 0x07:
        this.current.set(cursor.uleb(), { kind: "undefined" });
        return;
      case 0x08:
        this.current.set(cursor.uleb(), { kind: "same" });
        return;
      case 0x09:
        this.current.set(cursor.uleb(), { kind: "register", register: cursor.uleb() });
        return;
      case 0x0a:
        this.stack.push({ cfaRegister: this.cfaRegister, cfaOffset: this.cfaOffset, rules: new Map(this.current) });
        return;
      case 0x0b: {
        const saved = this.stack.pop();
        if (saved === undefined) throw new DwarfError("frame state restored without being remembered");
        [this.cfaRegister, this.cfaOffset, this.current] = [saved.cfaRegister, saved.cfaOffset, saved.rules];
        return;
      }
      case 0x0c:
        this.cfaRegister = cursor.uleb();
        this.cfaOffset = cursor.uleb();
        return;
      case 0x0d:
        this.cfaRegister = cursor.uleb();
        return;
      case 0x0e:
        this.cfaOffset = cursor.uleb();
        return;
      case 0x11:
        this.offsetRule(cursor.uleb(), cursor.sleb() * dataAlign);
        return;
      case 0x12:
        this.cfaRegister = cursor.uleb();
        this.cfaOffset = cursor.sleb() * dataAlign;
        return;
      case 0x13:
        this.cfaOffset = cursor.sleb() * dataAlign;
        return;
      case 0x14:
        this.current.set(cursor.uleb(), { kind: "value-offset", offset: cursor.uleb() * dataAlign });
        return;
      case 0x2e:
        cursor.uleb();
        return;
      default:
        throw new DwarfError(`call-frame instruction 0x${opcode.toString(16)} is not supported`);
    }
  }
}
