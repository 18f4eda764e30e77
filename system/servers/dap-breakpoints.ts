/**
 * The breakpoints of a debug adapter session. The protocol replaces them kind by kind (and source by source); RunControl wants
 * one list. Each has an id, under which it is reported when it is hit.
 */
import { resolve } from "node:path";
import { parseCondition, parseExpression } from "../debugger/condition.ts";
import { numberOf, type Scope } from "../debugger/expression.ts";
import type { Image } from "../debugger/symbols.ts";
import { type Arguments, addressOf, integerOf, RequestError, textOf } from "./dap-arguments.ts";
import type { Breakpoint, Watchpoint } from "./stop.ts";

/** A breakpoint as the protocol reports it. */
export interface DapBreakpoint {
  readonly id: number;
  readonly verified: boolean;
  readonly message?: string;
  readonly line?: number;
  readonly instructionReference?: string;
}

interface Placed<P> {
  readonly id: number;
  readonly points: readonly P[];
}

export class DapBreakpoints {
  private nextId = 1;
  /** By the group that one request replaces: a source's path, or "function" or "instruction". */
  private readonly groups = new Map<string, readonly Placed<Breakpoint>[]>();
  private data: readonly Placed<Watchpoint>[] = [];
  private readonly image: Image | null;
  private readonly scopeOf: (pid: number) => Scope;
  private readonly folder: string;

  /** @param image the program's, @param folder in which the compiler ran: relative source names start there */
  constructor(image: Image | null, folder: string, scopeOf: (pid: number) => Scope) {
    this.image = image;
    this.folder = folder;
    this.scopeOf = scopeOf;
  }

  get breakpoints(): readonly Breakpoint[] {
    return [...this.groups.values()].flat().flatMap(({ points }) => points);
  }

  get watchpoints(): readonly Watchpoint[] {
    return this.data.flatMap(({ points }) => points);
  }

  /** Ids of those that stand at an address, and what kind they are. */
  at(vaddr: number): { readonly ids: readonly number[]; readonly group: string } {
    const ids: number[] = [];
    let group = "";
    for (const [name, placed] of this.groups) {
      for (const { id, points } of placed) {
        if (!points.some((point) => point.vaddr === vaddr)) continue;
        ids.push(id);
        group = name;
      }
    }
    return { ids, group };
  }

  idsOfWatchpoint(watchpoint: Watchpoint): readonly number[] {
    return this.data.filter(({ points }) => points.includes(watchpoint)).map(({ id }) => id);
  }

  setSource(path: string, wanted: readonly Arguments[]): DapBreakpoint[] {
    const files = this.filesOf(path);
    return this.replace(`source ${path}`, wanted, (request) => {
      const line = integerOf(request, "line");
      const places = files.flatMap((file) => this.image?.debug?.addressesOf(file, line) ?? []);
      if (places.length === 0)
        throw new RequestError(
          files.length === 0
            ? `the program has no code from ${path}, or no debug information`
            : `no code at or after line ${line}`,
        );
      return { places, line: this.image?.debug?.lineAt(places[0])?.line ?? line };
    });
  }

  setFunctions(wanted: readonly Arguments[]): DapBreakpoint[] {
    return this.replace("function", wanted, (request) => {
      const name = textOf(request, "name");
      const known = this.image?.debug?.functionNamed(name) ?? null;
      if (known !== null) return { places: [this.image!.debug!.bodyStart(known)], line: known.line };
      const symbol = this.image?.named(name);
      if (symbol === undefined) throw new RequestError(`the program has no function ${name}`);
      return { places: [symbol.vaddr] };
    });
  }

  setInstructions(wanted: readonly Arguments[]): DapBreakpoint[] {
    return this.replace("instruction", wanted, (request) => ({
      places: [(addressOf(request, "instructionReference") + integerOf(request, "offset", 0)) >>> 0],
    }));
  }

  /** `dataId` as `watchable` gives it. */
  setData(wanted: readonly Arguments[], spaceOf: (pid: number) => number | undefined): DapBreakpoint[] {
    const results = wanted.map((request) => {
      const id = this.nextId++;
      const match = /^(\d+):(\d+):(\d+)$/.exec(textOf(request, "dataId"));
      const space = match === null ? undefined : spaceOf(Number(match[1]));
      if (match === null || space === undefined) return { id, points: [], message: "this data is not there any more" };
      const access = textOf(request, "accessType", "write");
      const kind = access === "read" ? "read" : access === "readWrite" ? "access" : "write";
      return { id, points: [{ vaddr: Number(match[2]), bytes: Number(match[3]), kind, space } as const] };
    });
    this.data = results;
    return results.map(({ id, points, message }) => ({
      id,
      verified: points.length > 0,
      ...(message === undefined ? {} : { message }),
    }));
  }

  private replace(
    group: string,
    wanted: readonly Arguments[],
    place: (request: Arguments) => { places: readonly number[]; line?: number },
  ): DapBreakpoint[] {
    const placed: Placed<Breakpoint>[] = [];
    const reports = wanted.map((request): DapBreakpoint => {
      const id = this.nextId++;
      try {
        const { places, line } = place(request);
        const holds = this.conditionOf(request);
        placed.push({
          id,
          points: places.map((vaddr) => ({
            vaddr,
            program: this.image?.path ?? null,
            ...(holds === null ? {} : { holds }),
          })),
        });
        return {
          id,
          verified: true,
          ...(line === undefined ? {} : { line }),
          instructionReference: `0x${places[0].toString(16)}`,
        };
      } catch (error) {
        if (!(error instanceof RequestError)) throw error;
        return { id, verified: false, message: error.message };
      }
    });
    this.groups.set(group, placed);
    return reports;
  }

  /** A condition that cannot be evaluated where it is looked at stops, so that the person sees it. */
  private conditionOf(request: Arguments): ((pid: number) => boolean) | null {
    const text = textOf(request, "condition", "").trim();
    if (text === "") return null;
    const condition = parseCondition(text);
    const expression = parseExpression(text);
    if (!condition.ok && !expression.ok) throw new RequestError(condition.message);
    return (pid) => {
      try {
        const scope = this.scopeOf(pid);
        if (condition.ok) return condition.value.holds(scope);
        return !expression.ok || numberOf(scope, expression.value.evaluate(scope)) !== 0;
      } catch {
        return true;
      }
    };
  }

  /** Names by which the program's debug information knows a source file. */
  private filesOf(path: string): string[] {
    const all = [...new Set((this.image?.debug?.lines ?? []).map((row) => row.file))];
    const exact = all.filter((file) => resolve(this.folder, file) === resolve(path));
    const name = path.split(/[\\/]/).at(-1);
    return exact.length > 0 ? exact : all.filter((file) => file.split("/").at(-1) === name);
  }
}
