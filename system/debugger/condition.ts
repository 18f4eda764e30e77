/**
 * Semantic breakpoints: "fault cow in heap of pid 3", "zeroed < 4", "owner of frame 12 changes", "evict page 0x21000",
 * "malloc returns block containing 0x21010". The grammar stands in condition.ohm; docs/debugger.md explains the language.
 *
 * A condition that names an event (fault, evict, syscall, …) holds at such events; whatever else it says is looked at then. One
 * that names none is about the state: it is looked at after every event, or, when it looks at registers or memory, before every
 * instruction, and it stops where it becomes true.
 */
import type { FaultlineEvent } from "../../kernel/events.ts";
import { findVma } from "../../kernel/mm/areas.ts";
import { Prot } from "../../kernel/mm/vma.ts";
import { parse } from "../../toolchain/generated/condition-grammar.ts";
import type { Child, ParseNode } from "../../toolchain/ohm/parse-tree.ts";
import { describeEvent, TRACE_CATEGORIES } from "../export/trace-text.ts";
import { currentPid, processOf } from "../inspect.ts";
import type { Machine } from "../machine.ts";
import { EvaluationError, evaluate, FIGURE_NAMES, numberOf, type Scope, type Value } from "./expression.ts";
import type { Attempt, Watcher } from "./search.ts";
import type { Images } from "./symbols.ts";

export type Parsed<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly message: string };

const isNode = (child: Child): child is ParseNode => typeof child === "object" && "rule" in child;
const children = (node: ParseNode): ParseNode[] =>
  node.children.flatMap((child) =>
    Array.isArray(child) ? (child as readonly Child[]).filter(isNode) : isNode(child) ? [child] : [],
  );
const childOf = (node: ParseNode, rule: string): ParseNode | undefined =>
  children(node).find((child) => child.rule === rule);

function parseAs(rule: "Condition" | "Comparison", text: string): Parsed<ParseNode> {
  if (text.length > 2000) return { ok: false, message: "that is too long to be meant" };
  const result = parse(rule, text);
  if (result.ok) return { ok: true, value: result.node };
  const expected = [...new Set(result.expected().map((item) => item.text))].slice(0, 8).join(", ");
  return {
    ok: false,
    message: `${text}\n${" ".repeat(Math.max(0, result.position))}^ expected ${expected || "something else"}`,
  };
}

/** A C expression, ready to be evaluated any number of times. */
export interface Expression {
  readonly text: string;
  /** Throws EvaluationError. */
  evaluate(scope: Scope): Value;
}

export function parseExpression(text: string): Parsed<Expression> {
  const parsed = parseAs("Comparison", text);
  if (!parsed.ok) return parsed;
  return { ok: true, value: { text, evaluate: (scope) => evaluate(parsed.value, text, scope) } };
}

/** Rules whose tests hold at an event. */
const EVENT_TESTS = new Set(["Fault", "Eviction", "Owner", "Call", "Signal", "Exit", "Switch", "Event"]);
const EVENT_KINDS: ReadonlySet<string> = new Set([
  "out-of-memory",
  "message",
  ...Object.values(TRACE_CATEGORIES).flat(),
]);

export interface Condition {
  readonly text: string;
  /** It is looked at before every instruction. */
  readonly needsInstructions: boolean;
  /** Is it true in this state, apart from any event? For conditions of breakpoints. Throws EvaluationError. */
  holds(scope: Scope): boolean;
  /** @param scopeOf the scope of a process as it stands */
  watcher(images: Images, scopeOf: (machine: Machine, pid: number) => Scope): Watcher;
}

/** Parses a condition; the message of a failure has the place and what would fit there. */
export function parseCondition(text: string): Parsed<Condition> {
  const parsed = parseAs("Condition", text);
  if (!parsed.ok) return parsed;
  const all: ParseNode[] = [];
  const collect = (node: ParseNode): void => {
    all.push(node);
    children(node).forEach(collect);
  };
  collect(parsed.value);
  for (const node of all) {
    if (node.rule !== "eventName") continue;
    const kind = text.slice(node.start, node.end);
    if (!EVENT_KINDS.has(kind))
      return {
        ok: false,
        message: `there is no event called ${kind}; there are ${[...EVENT_KINDS].sort().join(", ")}`,
      };
  }
  return { ok: true, value: new ParsedCondition(text, parsed.value, all) };
}

class ParsedCondition implements Condition {
  readonly text: string;
  readonly needsInstructions: boolean;
  private readonly node: ParseNode;
  private readonly isAboutEvents: boolean;
  private readonly block: ParseNode | undefined;

  constructor(text: string, node: ParseNode, all: readonly ParseNode[]) {
    this.text = text;
    this.node = node;
    this.isAboutEvents = all.some(({ rule }) => EVENT_TESTS.has(rule));
    this.block = all.find(({ rule }) => rule === "Block");
    const isFigure = (n: ParseNode): boolean => FIGURE_NAMES.includes(text.slice(n.start, n.end));
    const looksInside = all.some(
      (n) => n.rule === "register" || n.rule === "Prefixed" || (n.rule === "name" && !isFigure(n)),
    );
    this.needsInstructions = this.block !== undefined || (!this.isAboutEvents && looksInside);
  }

  holds(scope: Scope): boolean {
    return new Test(this.text, scope, null, null).either(this.node);
  }

  watcher(images: Images, scopeOf: (machine: Machine, pid: number) => Scope): Watcher {
    let wasTrue = false;
    const calls = new MallocCalls(images);
    const begin = (machine: Machine): void => {
      calls.forget();
      wasTrue = !this.isAboutEvents && this.isTrue(scopeOf(machine, currentPid(machine)), null, null);
    };
    const edge = (isTrue: boolean, why: string): string | null => {
      const isHit = isTrue && !wasTrue;
      wasTrue = isTrue;
      return isHit ? why : null;
    };
    if (this.needsInstructions) {
      return {
        begin,
        needsPast: this.block !== undefined,
        instruction: (attempt) => {
          const returned = this.block === undefined ? null : calls.follow(attempt);
          return edge(this.isTrue(scopeOf(attempt.machine, attempt.pid), null, returned), `${this.text}: true now`);
        },
      };
    }
    return {
      begin,
      event: (event, machine) => {
        const pid = "pid" in event ? event.pid : currentPid(machine);
        const isTrue = this.isTrue(scopeOf(machine, pid), event, null);
        const why = `${this.text}: ${describeEvent(event).replace(/ +/g, " ")}`;
        return this.isAboutEvents ? (isTrue ? why : null) : edge(isTrue, why);
      },
    };
  }

  private isTrue(scope: Scope, event: FaultlineEvent | null, returned: Block | null): boolean {
    try {
      return new Test(this.text, scope, event, returned).either(this.node);
    } catch (error) {
      if (error instanceof EvaluationError) return false;
      throw error;
    }
  }
}

interface Block {
  readonly start: number;
  readonly end: number;
}

/** Calls of malloc and its kin under way, by process: what they asked for and where they will return to. */
class MallocCalls {
  private readonly images: Images;
  private readonly calls = new Map<number, { ra: number; sp: number; bytes: number }[]>();

  constructor(images: Images) {
    this.images = images;
  }

  forget(): void {
    this.calls.clear();
  }

  /** The block that a call has just returned, or null. */
  follow({ machine, pid, pc, x, isRetry }: Attempt): Block | null {
    const open = this.calls.get(pid) ?? [];
    const last = open[open.length - 1];
    let block: Block | null = null;
    if (last !== undefined && last.ra === pc && last.sp === x[2]) {
      open.pop();
      if (x[10] !== 0) block = { start: x[10] >>> 0, end: (x[10] >>> 0) + last.bytes };
    }
    const name = isRetry ? undefined : this.entry(machine, pid, pc);
    if (name !== undefined) {
      const bytes = name === "calloc" ? Math.imul(x[10], x[11]) >>> 0 : x[name === "realloc" ? 11 : 10] >>> 0;
      if (!this.calls.has(pid)) this.calls.set(pid, open);
      open.push({ ra: x[1] >>> 0, sp: x[2], bytes });
    }
    return block;
  }

  private entry(machine: Machine, pid: number, pc: number): string | undefined {
    const image = this.images.of(machine, pid);
    return ["malloc", "calloc", "realloc"].find((name) => image?.named(name)?.vaddr === pc);
  }
}

/** One look at a condition. */
class Test {
  private readonly text: string;
  private readonly scope: Scope;
  private readonly event: FaultlineEvent | null;
  private readonly returned: Block | null;

  constructor(text: string, scope: Scope, event: FaultlineEvent | null, returned: Block | null) {
    this.text = text;
    this.scope = scope;
    this.event = event;
    this.returned = returned;
  }

  either(node: ParseNode): boolean {
    const [first, ...rest] = children(node);
    return this.both(first) || rest.some((or) => this.both(childOf(or, "Both")!));
  }

  private both(node: ParseNode): boolean {
    const [first, ...rest] = children(node);
    return this.negation(first) && rest.every((and) => this.negation(children(and)[1]));
  }

  private negation(node: ParseNode): boolean {
    if (node.rule === "Not") return !this.negation(children(node)[1]);
    if (node.rule === "Grouped") return this.either(childOf(node, "Condition")!);
    return this.test(node);
  }

  private number(node: ParseNode): number {
    return numberOf(this.scope, evaluate(node, this.text, this.scope));
  }

  private argument(node: ParseNode): number | null {
    const expression = childOf(node, "Expression");
    return expression === undefined ? null : this.number(expression) >>> 0;
  }

  private word(node: ParseNode, rule: string): string | null {
    const found = childOf(node, rule);
    return found === undefined ? null : this.text.slice(found.start, found.end);
  }

  private test(node: ParseNode): boolean {
    const { event } = this;
    switch (node.rule) {
      case "Comparison":
        return this.comparison(node);
      case "Block": {
        const wanted = this.argument(node)!;
        return this.returned !== null && wanted >= this.returned.start && wanted < this.returned.end;
      }
      case "Fault": {
        const kind = this.word(node, "faultKind");
        if (event?.kind !== "fault-end" || event.resolved === "waiting" || (kind !== null && event.resolved !== kind))
          return false;
        return this.isPlaced(node, event.pid, event.vaddr);
      }
      case "Eviction": {
        if (event?.kind !== "victim-chosen") return false;
        const page = childOf(node, "Page");
        if (page !== undefined && this.argument(page)! >>> 12 !== event.vpn) return false;
        return this.isPlaced(node, event.pid, event.vpn * 4096);
      }
      case "Owner":
        return (
          (event?.kind === "frame-allocated" || event?.kind === "frame-freed" || event?.kind === "frame-reclaimed") &&
          event.pfn === this.argument(node)
        );
      case "Call": {
        const name = this.word(node, "syscallName");
        return (
          event?.kind === "syscall-enter" &&
          (name === null || event.name === name) &&
          this.isPlaced(node, event.pid, null)
        );
      }
      case "Signal": {
        const number = this.argument(node);
        return (
          event?.kind === "signal" &&
          (number === null || event.signal === number) &&
          this.isPlaced(node, event.pid, null)
        );
      }
      case "Exit":
        return event?.kind === "process-exit" && this.isPlaced(node, event.pid, null);
      case "Switch":
        return event?.kind === "context-switch" && event.to === this.argument(node);
      case "Event":
        return (
          event?.kind === this.word(node, "eventName") &&
          this.isPlaced(node, event !== null && "pid" in event ? event.pid : currentPid(this.scope.machine), null)
        );
      default:
        throw new EvaluationError(`"${this.text.slice(node.start, node.end)}" is no test`);
    }
  }

  private comparison(node: ParseNode): boolean {
    const left = this.number(childOf(node, "Expression")!);
    const against = childOf(node, "Against");
    if (against === undefined) return left !== 0;
    const right = this.number(childOf(against, "Expression")!);
    switch (this.word(against, "comparator")) {
      case "==":
        // Register values are unsigned, variables may be negative: the same 32 bits are the same number.
        return left === right || (left | 0) === (right | 0);
      case "!=":
        return left !== right && (left | 0) !== (right | 0);
      case "<":
        return left < right;
      case "<=":
        return left <= right;
      case ">":
        return left > right;
      default:
        return left >= right;
    }
  }

  /** "of pid", "in heap", "at address": all of them. */
  private isPlaced(node: ParseNode, pid: number, vaddr: number | null): boolean {
    return children(node).every((place) => {
      switch (place.rule) {
        case "OfProcess":
          return pid === this.argument(place);
        case "AtAddress":
          return vaddr !== null && vaddr >>> 12 === this.argument(place)! >>> 12;
        case "InArea":
          return vaddr !== null && this.isIn(pid, vaddr, this.word(place, "area")!);
        default:
          return true;
      }
    });
  }

  private isIn(pid: number, vaddr: number, area: string): boolean {
    const p = processOf(this.scope.machine, pid);
    if (p === undefined) return false;
    const vma = findVma(p.space, vaddr);
    if (area === "heap") return vaddr >= p.space.brkStart && vaddr < Math.ceil(p.space.brk / 4096) * 4096;
    if (area === "stack") return vma?.growsDown === true;
    return vma !== undefined && (vma.prot & Prot.Execute) !== 0;
  }
}
