/**
 * The state of one assembly: one pass over the items fills sections, symbols and fixups. It has one owner, and every kind of item changes
 * it in a few lines.
 */
import { type Diagnostics, nearestName, type Span } from "../diagnostics.ts";
import { SectionType, SymType, Visibility } from "../elf/constants.ts";
import { impliedSection, type ObjectFile } from "../elf/object.ts";
import type { Assembly } from "./assembly.ts";
import { constant, constantOf, ExpressionError, resolveValue, wideConstant } from "./expressions.ts";
import { finishObject } from "./finish.ts";
import { FrameTable } from "./frame-table.ts";
import { assembleInstruction, type InstructionSink, type LateWrite } from "./instructions.ts";
import type { CodeOption, Item, SymbolAttribute, SymbolType, Value } from "./items.ts";
import { LineTable } from "./line-table.ts";
import { relax } from "./relax.ts";
import {
  type AsmSymbol,
  blankSymbol,
  type Resolved,
  SECTION_LIMIT_BYTES,
  SectionBuilder,
  writeFill,
  writeNumber,
} from "./section-builder.ts";
import { FLAG_HELP, SECTION_TYPES, sectionFlags } from "./section-flags.ts";

const SYMBOL_TYPES: Record<SymbolType, number> = {
  function: SymType.FUNC,
  object: SymType.OBJECT,
  tls_object: SymType.TLS,
  notype: SymType.NOTYPE,
  common: SymType.COMMON,
  gnu_indirect_function: SymType.GNU_IFUNC,
};

/** State of one assembly. */
export class Assembler implements InstructionSink, Assembly {
  readonly problems: Diagnostics;
  readonly name: string;
  readonly sections: SectionBuilder[] = [];
  readonly symbols = new Map<string, AsmSymbol>();
  /** Labels without a name that relocations refer to. */
  readonly anonymous: AsmSymbol[] = [];
  readonly lines = new LineTable();
  readonly frames = new FrameTable();
  fileName = "";
  canCompress: boolean;
  isPic = false;
  /** Whether any 16-bit instruction was written (e_flags). */
  usesCompressed = false;
  private readonly sectionByKey = new Map<string, SectionBuilder>();
  private currentSection: SectionBuilder | null = null;
  private previousSection: SectionBuilder | null = null;
  private readonly sectionStack: [SectionBuilder, SectionBuilder | null][] = [];
  private readonly optionStack: { canCompress: boolean; isPic: boolean }[] = [];
  private isOverflowing = false;

  constructor(options: { readonly name?: string; readonly rvc?: boolean }, problems: Diagnostics) {
    this.problems = problems;
    this.name = options.name ?? "input.o";
    this.canCompress = options.rvc === true;
  }

  /** The section that is being filled; `.text` when none was chosen. */
  private get current(): SectionBuilder {
    if (this.currentSection === null) this.currentSection = this.openSection(".text", undefined, undefined, 0, null);
    return this.currentSection;
  }

  add(item: Item): void {
    try {
      this.dispatch(item);
    } catch (error) {
      if (!(error instanceof ExpressionError)) throw error;
      this.error(error.message, "span" in item ? item.span : undefined);
    }
  }

  /** Decides lengths, resolves fixups; null when there were errors. */
  finish(): ObjectFile | null {
    this.checkLocals();
    if (this.problems.failed) return null;
    for (const section of this.sections) relax(section, this);
    if (this.problems.failed) return null;
    const object = finishObject(this);
    return this.problems.failed ? null : object;
  }

  private dispatch(item: Item): void {
    switch (item.kind) {
      case "insn":
        return this.instruction(item);
      case "label":
        return this.defineLabel(item.name, item.span);
      case "data":
        return this.data(item);
      case "bytes":
        return this.write(item.bytes, item.span);
      case "section":
        return this.switchTo(
          this.openSection(item.name, item.flags, item.type, item.entryBytes ?? 0, item.group ?? null, item.span),
        );
      case "pushsection":
        this.sectionStack.push([this.current, this.previousSection]);
        return;
      case "popsection":
        return this.popSection(item.span);
      case "previous":
        if (this.previousSection === null) return this.error("`.previous` without an earlier section", item.span);
        return this.switchTo(this.previousSection);
      case "attribute":
        return this.setAttribute(this.use(item.name, item.span), item.attribute);
      case "type":
        this.use(item.name, item.span).type = SYMBOL_TYPES[item.type];
        return;
      case "size":
        this.use(item.name, item.span).size = resolveValue(item.value, this);
        return;
      case "comm":
        return this.common(item);
      case "fill":
        return this.fill(item);
      case "align":
        return this.align(item);
      case "org":
        this.point({
          kind: "org",
          raw: 0,
          size: 0,
          repeat: resolveValue(item.value, this),
          widthBytes: 1,
          value: item.fill,
          span: item.span,
        });
        return;
      case "leb":
        return this.leb(item);
      case "set":
        return this.setSymbol(item.name, resolveValue(item.value, this), item.span);
      case "option":
        return this.option(item.option, item.span);
      case "file":
        if (item.index === 0) this.fileName = item.name;
        else this.lines.file(item.index, item.name);
        return;
      case "loc":
        return this.lines.mark(item);
      case "cfi": {
        const problem = this.frames.add(item, this.here());
        if (problem !== null) this.error(problem, item.span);
        return;
      }
      case "comment":
        return;
    }
  }

  // ---- what instructions.ts asks for -----------------------------------------------------------------------------------

  private instruction(item: Extract<Item, { kind: "insn" }>): void {
    const section = this.current;
    if (section.type === SectionType.NOBITS)
      return this.error(
        `instructions cannot be placed in ${section.name}, which has no contents`,
        item.span,
        "write `.text` first",
      );
    this.lines.place(section);
    assembleInstruction(item, this);
  }

  use(name: string, span?: Span): AsmSymbol {
    let symbol = this.symbols.get(name);
    if (symbol === undefined) {
      symbol = blankSymbol(name);
      symbol.firstUse = span ?? null;
      this.symbols.set(name, symbol);
    }
    return symbol;
  }

  here(): AsmSymbol {
    const section = this.current;
    const symbol = blankSymbol(".L0 ");
    symbol.section = section;
    symbol.raw = section.length;
    symbol.points = section.points.length;
    this.anonymous.push(symbol);
    return symbol;
  }

  emit(word: number, bytes: 2 | 4): void {
    const section = this.current;
    const at = section.grow(bytes);
    if (section.alignBytes < bytes)
      section.alignBytes = this.canCompress || this.usesCompressed ? Math.max(section.alignBytes, 2) : 4;
    if (bytes === 4) section.view.setUint32(at, word, true);
    else {
      section.view.setUint16(at, word, true);
      this.usesCompressed = true;
    }
  }

  fixup(
    kind: number | "late" | "data",
    value: Resolved,
    span: Span | undefined,
    write?: LateWrite,
    widthBytes = 4,
  ): void {
    const section = this.current;
    section.fixups.push({
      raw: section.length,
      points: section.points.length,
      kind,
      value,
      widthBytes,
      write: write ?? null,
      span,
    });
  }

  branch(word: number, invertedWord: number, isConditional: boolean, target: Resolved, span: Span | undefined): void {
    const section = this.current;
    if (section.alignBytes < 4) section.alignBytes = this.canCompress ? Math.max(2, section.alignBytes) : 4;
    this.point({
      kind: "branch",
      raw: 0,
      size: 0,
      target,
      isConditional,
      word,
      invertedWord,
      canCompress: this.canCompress,
      span,
    });
    if (this.canCompress) this.usesCompressed = true;
  }

  error(message: string, span: Span | undefined, hint?: string): void {
    this.problems.error(message, span ?? null, {
      ...(hint !== undefined ? { hint } : {}),
      ...(span === undefined ? { place: this.name } : {}),
    });
  }

  // ---- symbols ---------------------------------------------------------------------------------------------------------

  private defineLabel(name: string, span: Span | undefined): void {
    const symbol = this.use(name, span);
    if (symbol.section !== null || symbol.set !== null || symbol.common !== null) return this.duplicate(symbol, span);
    const section = this.current;
    symbol.section = section;
    symbol.raw = section.length;
    symbol.points = section.points.length;
    symbol.definedAt = span ?? null;
  }

  private duplicate(symbol: AsmSymbol, span: Span | undefined): void {
    const notes =
      symbol.definedAt === null
        ? {}
        : { notes: [{ severity: "note" as const, message: "the first definition is here", span: symbol.definedAt }] };
    this.problems.error(`"${symbol.name}" is defined twice`, span ?? null, {
      hint: "rename one, or use a numeric label such as `1:` with `1b` and `1f`",
      ...notes,
    });
  }

  private setSymbol(name: string, value: Resolved, span: Span | undefined): void {
    if (name === ".") {
      this.point({ kind: "org", raw: 0, size: 0, repeat: value, widthBytes: 1, value: 0, span });
      return;
    }
    const symbol = this.use(name, span);
    if (symbol.section !== null) return this.duplicate(symbol, span);
    // `.set i, i + 1`: the old value has been used above, so the symbol itself never occurs in its new value.
    symbol.set = value;
    symbol.definedAt = span ?? null;
  }

  private setAttribute(symbol: AsmSymbol, attribute: SymbolAttribute): void {
    if (attribute === "globl") symbol.isGlobal = true;
    else if (attribute === "weak") symbol.isWeak = true;
    else if (attribute === "local") symbol.isGlobal = false;
    else
      symbol.visibility =
        attribute === "hidden"
          ? Visibility.HIDDEN
          : attribute === "internal"
            ? Visibility.INTERNAL
            : Visibility.PROTECTED;
    if (attribute === "local") symbol.common = symbol.common === null ? null : { ...symbol.common, isLocal: true };
    if (attribute === "local") this.declaredLocal.add(symbol);
    symbol.isNeeded = true;
  }
  /** Names given to `.local`: a `.comm` that follows makes room in .bss. */
  private readonly declaredLocal = new Set<AsmSymbol>();

  private common(item: Extract<Item, { kind: "comm" }>): void {
    const symbol = this.use(item.name, item.span);
    if (symbol.section !== null) return this.duplicate(symbol, item.span);
    if (item.alignBytes < 1 || (item.alignBytes & (item.alignBytes - 1)) !== 0)
      return this.error(`an alignment of ${item.alignBytes} bytes is no power of two`, item.span);
    if (item.bytes < 0 || item.bytes > SECTION_LIMIT_BYTES)
      return this.error(`a size of ${item.bytes} bytes is out of range`, item.span);
    symbol.size = constant(item.bytes);
    symbol.type = SymType.OBJECT;
    if (!item.local && !this.declaredLocal.has(symbol)) {
      symbol.common = { bytes: item.bytes, alignBytes: item.alignBytes, isLocal: false };
      symbol.definedAt = item.span ?? null;
      return;
    }
    const saved: [SectionBuilder | null, SectionBuilder | null] = [this.currentSection, this.previousSection];
    this.switchTo(this.openSection(".bss", undefined, undefined, 0, null));
    this.align({ kind: "align", power: Math.log2(item.alignBytes) });
    this.defineLabel(item.name, item.span);
    this.current.grow(item.bytes);
    [this.currentSection, this.previousSection] = saved;
  }

  /** Local labels that are used and stand nowhere. */
  private checkLocals(): void {
    for (const symbol of this.symbols.values()) {
      if (symbol.section !== null || symbol.set !== null || symbol.common !== null) continue;
      const numeric = /^(\d+)\u0002(\d+)$/.exec(symbol.name);
      if (numeric !== null) {
        this.error(
          `the numeric label ${numeric[1]} is not defined where this looks for it`,
          symbol.firstUse ?? undefined,
          `\`${numeric[1]}f\` looks forward and \`${numeric[1]}b\` back: is the letter right, and is there a line \`${numeric[1]}:\`?`,
        );
      } else if (symbol.name.startsWith(".L")) {
        const defined = [...this.symbols.values()].filter((other) => other.section !== null).map((other) => other.name);
        const nearest = nearestName(symbol.name, defined);
        this.error(
          `the local label "${symbol.name}" is not defined`,
          symbol.firstUse ?? undefined,
          nearest !== null
            ? `did you mean "${nearest}"?`
            : "names with .L are local to this file: define it, or use another name",
        );
      }
    }
    const problem = this.frames.check();
    if (problem !== null) this.error(problem.message, problem.span);
  }

  // ---- sections --------------------------------------------------------------------------------------------------------

  private openSection(
    name: string,
    flags: string | undefined,
    type: string | undefined,
    entryBytes: number,
    group: string | null,
    span?: Span,
  ): SectionBuilder {
    const key = group === null ? name : `${name}\0${group}`;
    const known = this.sectionByKey.get(key);
    if (known !== undefined) return known;
    const implied = impliedSection(name);
    const wanted = flags === undefined ? implied.flags : this.flagsOf(flags, span);
    const sectionType = type === undefined ? implied.type : SECTION_TYPES[type]!;
    const section = new SectionBuilder(this.sections.length, name, sectionType, wanted, entryBytes, group);
    this.sections.push(section);
    this.sectionByKey.set(key, section);
    if (group !== null) this.use(group).isNeeded = true;
    return section;
  }

  private flagsOf(text: string, span: Span | undefined): number {
    return sectionFlags(text, (letter) => this.error(`unknown section flag "${letter}"`, span, FLAG_HELP));
  }

  private switchTo(section: SectionBuilder): void {
    this.previousSection = this.currentSection;
    this.currentSection = section;
  }

  private popSection(span: Span | undefined): void {
    const saved = this.sectionStack.pop();
    if (saved === undefined) return this.error("`.popsection` without `.pushsection`", span);
    [this.currentSection, this.previousSection] = saved;
  }

  private option(option: CodeOption, span: Span | undefined): void {
    if (option === "push") this.optionStack.push({ canCompress: this.canCompress, isPic: this.isPic });
    else if (option === "pop") {
      const saved = this.optionStack.pop();
      if (saved === undefined) return this.error("`.option pop` without `.option push`", span);
      this.canCompress = saved.canCompress;
      this.isPic = saved.isPic;
    } else if (option === "rvc" || option === "norvc") this.canCompress = option === "rvc";
    else if (option === "pic" || option === "nopic") this.isPic = option === "pic";
  }

  // ---- data ------------------------------------------------------------------------------------------------------------

  private write(content: Uint8Array, span: Span | undefined): void {
    const section = this.current;
    if (section.type === SectionType.NOBITS && content.some((byte) => byte !== 0))
      return this.noContents(section, span);
    if (!this.hasRoom(content.length, span)) return;
    const at = section.grow(content.length);
    section.bytes.set(content, at);
  }

  private noContents(section: SectionBuilder, span: Span | undefined): void {
    this.error(
      `${section.name} holds only zeros, and this is data`,
      span,
      "write `.data` first, or reserve room with `.zero`",
    );
  }

  private data(item: Extract<Item, { kind: "data" }>): void {
    const { widthBytes } = item;
    if (
      this.current.type === SectionType.NOBITS &&
      item.values.some((value) => value.kind !== "imm" || value.value !== 0)
    )
      return this.noContents(this.current, item.span);
    for (const value of item.values) this.datum(value, widthBytes, item.span);
  }

  private datum(value: Value, widthBytes: 1 | 2 | 4 | 8, span: Span | undefined): void {
    const wide = widthBytes === 8 ? wideConstant(value) : null;
    const resolved = wide === null ? resolveValue(value, this) : constant(0);
    const number = constantOf(resolved);
    if (wide === null && number === null) this.fixup("data", resolved, value.span ?? span, undefined, widthBytes);
    const section = this.current;
    const at = section.grow(widthBytes);
    if (wide !== null) section.view.setBigUint64(at, BigInt.asUintN(64, wide), true);
    else if (number !== null) {
      const limit = 2 ** (8 * widthBytes);
      if (number >= limit || number < -limit / 2) {
        this.problems.warning(
          `${number} does not fit in ${widthBytes} byte${widthBytes === 1 ? "" : "s"} and is cut off`,
          value.span ?? span ?? null,
          { hint: `the range is ${-limit / 2} to ${limit - 1}` },
        );
      }
      writeNumber(section.view, at, number, widthBytes);
    }
  }

  private fill(item: Extract<Item, { kind: "fill" }>): void {
    const repeat = resolveValue(item.repeat, this);
    const count = constantOf(repeat);
    if (count === null) {
      this.point({
        kind: "fill",
        raw: 0,
        size: 0,
        repeat,
        widthBytes: item.widthBytes,
        value: item.value,
        span: item.span,
      });
      return;
    }
    if (count < 0) return this.error(`a count of ${count} is negative`, item.span);
    if (!this.hasRoom(count * item.widthBytes, item.span)) return;
    const section = this.current;
    if (section.type === SectionType.NOBITS && item.value !== 0) return this.noContents(section, item.span);
    const at = section.grow(count * item.widthBytes);
    if (item.value !== 0)
      for (let i = 0; i < count; i++) writeFill(section.view, at + i * item.widthBytes, item.value, item.widthBytes);
  }

  private hasRoom(bytes: number, span: Span | undefined): boolean {
    if (this.current.length + bytes <= SECTION_LIMIT_BYTES) return true;
    if (!this.isOverflowing)
      this.error(`section ${this.current.name} would grow past ${SECTION_LIMIT_BYTES} bytes`, span, "check the count");
    this.isOverflowing = true;
    return false;
  }

  private align(item: Extract<Item, { kind: "align" }>): void {
    if (!(item.power >= 0 && item.power <= 20))
      return this.error(
        `an alignment of 2^${item.power} bytes is out of range: the power goes from 0 to 20`,
        item.span,
        "`.align` takes a power of two; `.balign` takes bytes",
      );
    const section = this.current;
    const alignBytes = 2 ** item.power;
    section.alignBytes = Math.max(section.alignBytes, alignBytes);
    if (alignBytes === 1) return;
    this.point({
      kind: "align",
      raw: 0,
      size: 0,
      alignBytes,
      fill: item.fill ?? null,
      maxBytes: item.maxBytes ?? alignBytes,
    });
  }

  private leb(item: Extract<Item, { kind: "leb" }>): void {
    for (const value of item.values) {
      this.point({
        kind: "leb",
        raw: 0,
        size: 1,
        isSigned: item.signed,
        value: resolveValue(value, this),
        span: value.span ?? item.span,
      });
    }
  }

  private point(point: SectionBuilder["points"][number]): void {
    const section = this.current;
    section.points.push({ ...point, raw: section.length });
  }
}
