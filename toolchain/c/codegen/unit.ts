/** A translation unit: every function through generation, allocation and emission; every object as data. */
import { align, data, diff, type Item, label, section, sym } from "../../asm/items.ts";
import type { Diagnostics, SourceFile, Span } from "../../diagnostics.ts";
import { type DebugFunction, type DebugUnit, debugItems } from "../../dwarf/write.ts";
import { foldFunction } from "../lower/fold.ts";
import type { FunctionDefinition, TranslationUnit } from "../tree.ts";
import { allocateRegisters } from "./allocate.ts";
import type { FunctionBuilder, UnitContext } from "./builder.ts";
import { objectItems, stringItems, symbolItems } from "./data.ts";
import { FunctionDebug } from "./debug.ts";
import { emitFunction, labelName } from "./emit.ts";
import { labelSymbol } from "./expression.ts";
import { simplifyFlow } from "./flow.ts";
import { generateFunction } from "./function.ts";
import type { Ins } from "./ir.ts";
import { computeLiveness } from "./liveness.ts";
import { reuseValues } from "./values.ts";

export interface CodegenOptions {
  /** 0: every variable in memory. 1: registers, folding. */
  readonly level: 0 | 1;
  readonly debug: boolean;
  /** -mlong-calls: called functions may be more than 1 MiB away. */
  readonly longCalls: boolean;
  readonly functionSections: boolean;
  readonly dataSections: boolean;
  readonly common: boolean;
  readonly diagnostics: Diagnostics;
  /** For debug information: the folder that file names are relative to. */
  readonly workingDirectory: string;
  /** Turns the text of asm statements into items. */
  readonly parseAsm: (text: string, span: Span | null) => readonly Item[];
}

class Unit implements UnitContext {
  readonly optimize: boolean;
  readonly diagnostics: Diagnostics;
  nextLabel = 0;
  readonly tables: Item[] = [];

  constructor(optimize: boolean, diagnostics: Diagnostics) {
    this.optimize = optimize;
    this.diagnostics = diagnostics;
  }

  addTable(labels: readonly number[]): string {
    const name = `.Ltable${this.nextLabel++}`;
    this.tables.push(align(2), label(name), data(4, ...labels.map((number) => sym(labelName(number)))));
    return name;
  }
}

/** The assembler's input for a translation unit. */
export function generateUnit(tree: TranslationUnit, options: CodegenOptions): Item[] {
  const unit = new Unit(options.level > 0, options.diagnostics);
  const lines = new LineMarks();
  const items: Item[] = [{ kind: "file", index: 0, name: tree.fileName }];
  // Not by spreading: a long function has more items than a call may have arguments.
  const add = (more: readonly Item[]): void => {
    for (let at = 0; at < more.length; at++) items.push(more[at]!);
  };
  for (const { text, span } of tree.fileAsm) items.push(section(".text"), ...options.parseAsm(text, span));
  const addressed = labelsInData(tree);
  const debugged: DebugFunction[] = [];
  for (const definition of tree.functions) {
    const labels = addressed.get(definition.symbol.symbol) ?? [];
    add(functionItems(definition, unit, options, lines, labels, debugged));
  }
  for (const object of tree.objects) {
    add(objectItems(object, { separateSections: options.dataSections, common: options.common }));
  }
  add(stringItems(tree.strings));
  for (const symbol of tree.externals) {
    if (symbol.isWeak) items.push({ kind: "attribute", attribute: "weak", name: symbol.symbol });
  }
  if (options.debug) {
    add(debugItems(describeUnit(tree, options, debugged, lines)));
    add(lines.declarations.splice(0));
  }
  return items;
}

function describeUnit(
  tree: TranslationUnit,
  options: CodegenOptions,
  functions: readonly DebugFunction[],
  lines: LineMarks,
): DebugUnit {
  return {
    fileName: tree.fileName,
    workingDirectory: options.workingDirectory,
    functions,
    globals: tree.objects.map(({ symbol }) => ({
      name: symbol.name,
      type: symbol.type,
      ...lines.place(symbol.span),
      isParameter: false,
      isExternal: symbol.linkage === "external",
      places: { kind: "symbol", symbol: symbol.symbol },
    })),
    typedefs: tree.typedefs,
  };
}

/** Numbers the files that line marks name. */
class LineMarks {
  private readonly indexes = new Map<SourceFile, number>();
  private readonly names = new Map<string, number>();
  readonly declarations: Item[] = [];

  mark(span: Span): Item {
    return { kind: "loc", ...this.place(span), column: 0 };
  }

  place(span: Span): { file: number; line: number } {
    let file = this.indexes.get(span.file);
    if (file === undefined) {
      file = this.names.get(span.file.name) ?? this.names.size + 1;
      if (!this.names.has(span.file.name)) this.declarations.push({ kind: "file", index: file, name: span.file.name });
      this.names.set(span.file.name, file);
      this.indexes.set(span.file, file);
    }
    return { file, line: span.file.placeOf(span.start).line };
  }
}

function functionItems(
  definition: FunctionDefinition,
  unit: Unit,
  options: CodegenOptions,
  lines: LineMarks,
  addressed: readonly string[],
  debugged: DebugFunction[],
): Item[] {
  const name = definition.symbol.symbol;
  const folded = options.level > 0 ? foldFunction(definition) : definition;
  const g = generateFunction(folded, unit, addressed);
  const { code, registerCount } = optimizeCode(g);
  const liveness = computeLiveness(code, registerCount);
  const allocation = allocateRegisters(liveness, registerCount, g.usesFramePointer, () => g.newSlot(4, 4));
  if (allocation === null) {
    const statement = code.find((ins) => ins.op === "asm" && ins.info!.uses.length + ins.info!.defs.length > 8);
    g.error("the asm statements here need more registers at once than there are", statement?.span ?? definition.span);
    return [];
  }
  const debug = options.debug ? new FunctionDebug(g, definition, liveness, allocation, allocation.slotOf) : null;
  const emitted = emitFunction(g, liveness.code, allocation, {
    longCalls: options.longCalls,
    parseAsm: options.parseAsm,
    lineMark: options.debug ? (span) => lines.mark(span) : null,
    slotOf: allocation.slotOf,
    marks: debug?.marks ?? new Map(),
  });
  const end = `.Lend.${name}`;
  if (debug !== null) debugged.push(debug.describe(end, (span) => lines.place(span)));
  const body = nameAddressedLabels(emitted.items, g);
  const head: Item[] = [
    ...lines.declarations.splice(0),
    textSection(definition, options),
    align(2),
    ...symbolItems(definition.symbol, "function", null),
    label(name),
    { kind: "cfi", op: "startproc" },
  ];
  // Joined, not spread: that walks the long list in the middle with an iterator.
  const items = head.concat(body, [
    { kind: "cfi", op: "endproc" },
    label(end),
    { kind: "size", name, value: diff(end, name) },
  ]);
  if (unit.tables.length > 0) items.push(section(".rodata"), ...unit.tables.splice(0));
  const { constructorPriority, destructorPriority } = definition;
  if (constructorPriority !== null) items.push(...pointerIn("init_array", constructorPriority, name));
  if (destructorPriority !== null) items.push(...pointerIn("fini_array", destructorPriority, name));
  return items;
}

function optimizeCode(g: FunctionBuilder): { code: readonly Ins[]; registerCount: number } {
  const code = simplifyFlow(g.code);
  if (g.unit.optimize) reuseValues(code, g.nextVirtual, variableRegisters(g));
  return { code, registerCount: g.nextVirtual };
}

function variableRegisters(g: FunctionBuilder): Set<number> {
  const registers = new Set<number>();
  for (const local of g.locals) {
    const home = g.homes.get(local.id);
    if (home?.kind === "word" || home?.kind === "pointer") registers.add(home.reg);
    else if (home?.kind === "wide") registers.add(home.low).add(home.high);
  }
  return registers;
}

/** The linker sorts `.init_array.101` before `.init_array`, where those without a priority are. */
const pointerIn = (type: "init_array" | "fini_array", priority: number, target: string): Item[] => {
  const suffix = priority === 65535 ? "" : `.${String(priority).padStart(5, "0")}`;
  return [{ kind: "section", name: `.${type}${suffix}`, flags: "aw", type }, align(2), data(4, sym(target))];
};

function textSection(definition: FunctionDefinition, options: CodegenOptions): Item {
  const own = definition.symbol.section;
  if (own !== null) return { kind: "section", name: own, flags: "ax", type: "progbits" };
  return section(options.functionSections ? `.text.${definition.symbol.symbol}` : ".text");
}

/** Labels whose address is taken get a second name that data can refer to; those that no code reaches stand at the end. */
function nameAddressedLabels(items: readonly Item[], g: FunctionBuilder): Item[] {
  if (g.addressedLabels.size === 0) return items as Item[];
  const names = new Map<string, string>();
  for (const name of g.addressedLabels) names.set(labelName(g.namedLabel(name)), labelSymbol(g.symbolName, name));
  const named = items.flatMap((item) => {
    const alias = item.kind === "label" ? names.get(item.name) : undefined;
    if (alias === undefined) return [item];
    names.delete((item as { name: string }).name);
    return [item, label(alias)];
  });
  return [...named, ...[...names.values()].map((alias) => label(alias))];
}

/** C labels whose address is part of a static object's image, by the symbol of their function. */
function labelsInData(tree: TranslationUnit): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const object of tree.objects) {
    for (const part of object.image) {
      if (part.kind !== "address") continue;
      for (const target of [part.target, part.minus]) {
        if (target?.storage !== "label") continue;
        const labels = found.get(target.fn.symbol) ?? [];
        labels.push(target.label);
        found.set(target.fn.symbol, labels);
      }
    }
  }
  return found;
}
