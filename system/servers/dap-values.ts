/**
 * What a stopped machine shows as scopes and variables. The protocol names a group of variables by a number that is valid until
 * the machine runs on; here a number stands for a function that lists the group.
 */
import { registerName } from "../../emulator/isa/registers.ts";
import type { DebugType, Variable } from "../../toolchain/dwarf/read.ts";
import {
  bare,
  EvaluationError,
  numberOf,
  type Scope,
  sizeOf,
  type Value,
  valueText,
  variableValue,
} from "../debugger/expression.ts";
import { areasOf, listRows, placeOf } from "../inspect.ts";

/** A variable as the protocol has it. */
export interface DapVariable {
  readonly name: string;
  readonly value: string;
  readonly type?: string;
  readonly variablesReference: number;
  readonly memoryReference?: string;
  readonly evaluateName?: string;
}

/** One line of a group. */
export interface Entry {
  readonly name: string;
  readonly variable: DapVariable;
  /** Where a new value goes: a register of the process (32: pc), or memory. */
  readonly target:
    | { readonly kind: "register"; readonly register: number }
    | { readonly kind: "memory"; readonly vaddr: number; readonly bytes: number }
    | null;
}

type Group = () => readonly Entry[];

const MOST_CHILDREN = 1000;
const address = (vaddr: number): string => `0x${vaddr.toString(16).padStart(8, "0")}`;

/** C's name of a type. */
export function typeText(type: DebugType | null): string {
  if (type === null) return "void";
  switch (type.kind) {
    case "base":
    case "typedef":
    case "unknown":
      return type.name;
    case "pointer":
      return `${typeText(type.to)} *`;
    case "array":
      return `${typeText(type.of)} ${type.counts.map((count) => `[${count ?? ""}]`).join("")}`;
    case "struct":
    case "union":
    case "enum":
      return `${type.kind} ${type.name}`.trim();
    case "qualified":
      return `${type.qualifier} ${typeText(type.of)}`;
    case "function":
      return `${typeText(type.returns)} (${type.params.map(typeText).join(", ")})`;
  }
}

export class Values {
  private readonly groups = new Map<number, Group>();
  private nextReference = 1;

  /** The machine runs on: what was shown means nothing any more. */
  clear(): void {
    this.groups.clear();
  }

  /** A number for a group. */
  refer(group: Group): number {
    const reference = this.nextReference++;
    this.groups.set(reference, group);
    return reference;
  }

  /** Undefined for a number that is not valid (any more). */
  list(reference: number): readonly Entry[] | undefined {
    return this.groups.get(reference)?.();
  }

  locals(scope: Scope): readonly Entry[] {
    const debug = scope.image?.debug;
    if (debug === undefined || debug === null || scope.frame === null) return [];
    const seen = new Set<string>();
    const visible = debug.variablesAt(scope.frame.pc).filter(({ name }) => !seen.has(name) && seen.add(name));
    return visible.map((variable) => this.variable(scope, variable));
  }

  globals(scope: Scope): readonly Entry[] {
    return (scope.image?.debug?.globals ?? []).map((variable) => this.variable(scope, variable));
  }

  registers(scope: Scope): readonly Entry[] {
    const { frame } = scope;
    if (frame === null) return [];
    const entry = (name: string, value: number | null, register: number): Entry => ({
      name,
      variable: {
        name,
        value: value === null ? "(not known in this frame)" : address(value >>> 0),
        type: "int",
        variablesReference: 0,
        ...(value === null ? {} : { memoryReference: address(value >>> 0) }),
      },
      target: register === 0 ? null : { kind: "register", register },
    });
    return [
      entry("pc", frame.pc, 32),
      ...frame.registers.slice(0, 32).map((value, n) => entry(registerName(n), value, n)),
    ];
  }

  /** The memory of the process and of the machine, in figures. */
  memory(scope: Scope): readonly Entry[] {
    const row = (name: string, value: string, group?: Group): Entry => ({
      name,
      variable: { name, value, variablesReference: group === undefined ? 0 : this.refer(group) },
      target: null,
    });
    const areas = (): Entry[] =>
      areasOf(scope.machine, scope.pid).map((a) =>
        row(
          `${address(a.start)}-${address(a.end)}`,
          `${a.permissions} ${a.name} ${a.resident} resident, ${a.swapped} swapped pages`.replace(/ +/g, " "),
        ),
      );
    const lists = (): Entry[] => listRows(scope.machine).map(([name, count]) => row(name, `${count} frames`));
    const place = placeOf(scope.machine, scope.pid, (scope.frame?.pc ?? 0) >>> 12);
    const { instret, cycles } = scope.machine.hart;
    return [
      row("areas", "of the process", areas),
      row("frame lists", "of the machine", lists),
      row("page of pc", place.kind === "frame" ? `frame ${place.pfn}` : place.kind),
      row("instruction", String(instret)),
      row("cycle", String(cycles)),
    ];
  }

  private variable(scope: Scope, variable: Variable): Entry {
    try {
      return this.entry(scope, variable.name, variableValue(scope.image!.debug!, variable, scope));
    } catch (error) {
      if (!(error instanceof EvaluationError)) throw error;
      return {
        name: variable.name,
        variable: {
          name: variable.name,
          value: `(${error.message})`,
          type: typeText(variable.type),
          variablesReference: 0,
        },
        target: null,
      };
    }
  }

  /** A named value with its parts behind a reference. */
  entry(scope: Scope, name: string, value: Value, evaluateName = name): Entry {
    const type = bare(value.type);
    const children = this.children(scope, value, type, evaluateName);
    const pointsTo = type?.kind === "pointer" ? safely(() => numberOf(scope, value) >>> 0) : null;
    const vaddr = pointsTo ?? value.vaddr;
    const text = safely(() => valueText(scope, value));
    const isScalar = type === null || type.kind === "base" || type.kind === "pointer" || type.kind === "enum";
    const bytes = Math.min(4, Math.max(1, sizeOf(value.type)));
    return {
      name,
      variable: {
        name,
        value: text ?? "(nothing is mapped there)",
        ...(value.type === null ? {} : { type: typeText(value.type) }),
        variablesReference: children === null ? 0 : this.refer(children),
        ...(vaddr === null ? {} : { memoryReference: address(vaddr) }),
        evaluateName,
      },
      target: isScalar && value.vaddr !== null ? { kind: "memory", vaddr: value.vaddr, bytes } : null,
    };
  }

  private children(scope: Scope, value: Value, type: DebugType | null, name: string): Group | null {
    if ((type?.kind === "struct" || type?.kind === "union") && value.vaddr !== null) {
      const start = value.vaddr;
      return () =>
        type.members.map((m) =>
          this.entry(
            scope,
            m.name,
            { type: m.type, vaddr: (start + m.offset) >>> 0, number: null },
            `${name}.${m.name}`,
          ),
        );
    }
    if (type?.kind === "array" && value.vaddr !== null) {
      const start = value.vaddr;
      const element: DebugType | null = type.counts.length > 1 ? { ...type, counts: type.counts.slice(1) } : type.of;
      const count = Math.min(type.counts[0] ?? 0, MOST_CHILDREN);
      return () =>
        Array.from({ length: count }, (_, i) =>
          this.entry(
            scope,
            `[${i}]`,
            { type: element, vaddr: start + i * sizeOf(element), number: null },
            `${name}[${i}]`,
          ),
        );
    }
    if (type?.kind === "pointer" && type.to !== null && sizeOf(type.to) > 0) {
      const to = safely(() => numberOf(scope, value) >>> 0);
      if (to === null || to === 0) return null;
      return () => [this.entry(scope, `*${name}`, { type: type.to, vaddr: to, number: null }, `(*${name})`)];
    }
    return null;
  }
}

function safely<T>(read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    if (error instanceof EvaluationError) return null;
    throw error;
  }
}
