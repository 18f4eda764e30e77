/** Describes a generated function to the debug-information writer: its scopes, and where each variable is while it lives. */

import type { Span } from "../../diagnostics.ts";
import type { DebugFunction, DebugPlace, DebugRange, DebugScope, DebugVariable } from "../../dwarf/write.ts";
import type { FunctionDefinition, LocalVar } from "../tree.ts";
import type { Allocation } from "./allocate.ts";
import type { FunctionBuilder } from "./builder.ts";
import { type Ins, NONE } from "./ir.ts";
import type { Liveness, Ranges } from "./liveness.ts";

/** Line numbers of spans, by the unit's file table. */
export type PlaceOf = (span: Span) => { readonly file: number; readonly line: number };

/** Collects what must be known before emission: the labels to be set. */
export class FunctionDebug {
  /** Labels to define before the instruction with that index. */
  readonly marks = new Map<number, string>();
  private readonly g: FunctionBuilder;
  private readonly definition: FunctionDefinition;
  private readonly liveness: Liveness;
  private readonly allocation: Allocation;
  private readonly slotOf: ReadonlyMap<number, number>;
  private readonly scopeRanges: ({ first: number; last: number } | undefined)[] = [];
  private readonly places = new Map<number, { start: number; end: number; place: DebugPlace }[]>();

  constructor(
    g: FunctionBuilder,
    definition: FunctionDefinition,
    liveness: Liveness,
    allocation: Allocation,
    slotOf: ReadonlyMap<number, number>,
  ) {
    this.g = g;
    this.definition = definition;
    this.liveness = liveness;
    this.allocation = allocation;
    this.slotOf = slotOf;
    this.findScopes();
    for (const local of definition.locals) this.findRegisters(local);
  }

  private mark(index: number): string {
    let name = this.marks.get(index);
    if (name === undefined) {
      name = `.Lmark.${this.definition.symbol.symbol}.${index}`;
      this.marks.set(index, name);
    }
    return name;
  }

  /** First and last instruction of each scope, inner scopes included. */
  private findScopes(): void {
    this.liveness.code.forEach((ins, index) => {
      for (let scope = ins.scope; scope > 0; scope = this.g.scopes[scope]!.parent) {
        const known = this.scopeRanges[scope];
        if (known === undefined) this.scopeRanges[scope] = { first: index, last: index };
        else known.last = index;
      }
    });
    for (const range of this.scopeRanges) {
      if (range === undefined) continue;
      this.mark(range.first);
      this.mark(range.last + 1);
    }
  }

  /** Where a variable in registers can be found, instruction by instruction. */
  private findRegisters(local: LocalVar): void {
    const home = this.g.homes.get(local.id);
    if (home === undefined || home.kind === "slot" || home.kind === "pointer-slot") return;
    const list: { start: number; end: number; place: DebugPlace }[] = [];
    const register = home.kind === "wide" ? home.low : home.reg;
    const ranges = this.liveness.ranges[register] ?? [];
    for (let at = 0; at < ranges.length; at += 2) {
      const start = (ranges[at]! + 1) >> 1;
      let end = (ranges[at + 1]! + 1) >> 1;
      if (home.kind === "wide") end = this.clipTo(home.high, start, end);
      else end = this.extend(register, end);
      const place = this.registerPlace(home);
      if (place !== null && end > start) list.push({ start, end, place });
    }
    for (const { start, end } of list) {
      this.mark(start);
      this.mark(end);
    }
    this.places.set(local.id, list);
  }

  /** Both words of a pair have to be there. */
  private clipTo(high: number, start: number, end: number): number {
    const ranges: Ranges = this.liveness.ranges[high] ?? [];
    for (let at = 0; at < ranges.length; at += 2) {
      if ((ranges[at]! + 1) >> 1 <= start + 1 && (ranges[at + 1]! + 1) >> 1 >= start) {
        return Math.min(end, (ranges[at + 1]! + 1) >> 1);
      }
    }
    return start;
  }

  /** A value stays readable after its last use, to the end of the basic block at most, until something else takes its register. */
  private extend(register: number, end: number): number {
    const machine = this.allocation.registerOf[register]!;
    if (machine === NONE) return end;
    while (end < this.liveness.code.length) {
      const ins: Ins = this.liveness.code[end]!;
      if (ins.op === "label" || this.writes(this.liveness.code[end - 1], machine)) break;
      end++;
    }
    return end;
  }

  private writes(ins: Ins | undefined, machine: number): boolean {
    if (ins === undefined) return false;
    if (ins.d >= 0 && this.allocation.registerOf[ins.d] === machine) return true;
    return ins.info !== null && (ins.info.clobbers.includes(machine) || ins.info.defs.includes(machine));
  }

  private registerPlace(
    home: Extract<ReturnType<FunctionBuilder["homes"]["get"]>, { kind: string }>,
  ): DebugPlace | null {
    const of = (register: number): number => this.allocation.registerOf[register]!;
    if (home.kind === "word") {
      return of(home.reg) !== NONE ? { kind: "register", register: of(home.reg) } : null;
    }
    if (home.kind === "pointer") return of(home.reg) !== NONE ? { kind: "pointer", register: of(home.reg) } : null;
    if (home.kind === "wide" && of(home.low) !== NONE && of(home.high) !== NONE) {
      return { kind: "pair", low: of(home.low), high: of(home.high) };
    }
    return null;
  }

  /** The description; slots have their offsets by now. */
  describe(endLabel: string, placeOf: PlaceOf): DebugFunction {
    const { definition } = this;
    const { file, line } = placeOf(definition.span);
    return {
      name: definition.symbol.name,
      symbol: definition.symbol.symbol,
      endLabel,
      returns: definition.type.returns,
      isExternal: definition.symbol.linkage === "external",
      isVariadic: definition.type.variadic,
      file,
      line,
      scope: this.describeScope(0, placeOf),
    };
  }

  private describeScope(index: number, placeOf: PlaceOf): DebugScope {
    const range = this.scopeRanges[index];
    const locals = index === 0 ? this.definition.params : this.g.scopes[index]!.locals;
    const scopes = this.g.scopes
      .map((scope, at) => ({ scope, at }))
      .filter(({ scope, at }) => scope.parent === index && this.scopeRanges[at] !== undefined)
      .map(({ at }) => this.describeScope(at, placeOf));
    const variables = locals.filter((local) => local.name !== "").map((local) => this.describeVariable(local, placeOf));
    // The body's own variables stand beside the parameters, as a debugger's user expects.
    if (index === 0 && scopes.length === 1 && this.g.scopes[1]?.parent === 0) {
      return { start: "", end: "", variables: [...variables, ...scopes[0]!.variables], scopes: scopes[0]!.scopes };
    }
    return {
      start: range === undefined ? "" : this.mark(range.first),
      end: range === undefined ? "" : this.mark(range.last + 1),
      variables,
      scopes,
    };
  }

  private describeVariable(local: LocalVar, placeOf: PlaceOf): DebugVariable {
    const { file, line } = placeOf(local.span);
    const { name, type, isParameter } = local;
    return { name, type, file, line, isParameter, isExternal: false, places: this.placesOf(local) };
  }

  private placesOf(local: LocalVar): DebugPlace | readonly DebugRange[] {
    const home = this.g.homes.get(local.id);
    if (home === undefined) return [];
    if (home.kind === "slot") return { kind: "frame", offset: this.offsetOf(home.slot) };
    if (home.kind === "pointer-slot") return { kind: "frame-pointer", offset: this.offsetOf(home.slot) };
    const slot = home.kind === "wide" ? undefined : this.slotOf.get(home.reg);
    if (slot !== undefined) {
      return { kind: home.kind === "word" ? "frame" : "frame-pointer", offset: this.offsetOf(slot) };
    }
    const list = this.places.get(local.id) ?? [];
    return list.map(({ start, end, place }) => ({ start: this.mark(start), end: this.mark(end), place }));
  }

  private offsetOf(slot: number): number {
    return this.g.slots[slot]!.cfaOffset ?? 0;
  }
}
