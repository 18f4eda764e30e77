/**
 * A strict reader of Chrome trace files, written from the format's description and from what Perfetto's importer rejects:
 * required fields by phase, B and E that nest on their thread, every b closed by its e, both ends of every flow inside a slice,
 * time that never goes back on a track. Throws on the first thing that is wrong; returns what it has understood.
 */

export interface TraceEvent {
  readonly name: string;
  readonly cat?: string;
  readonly ph: string;
  readonly ts: number;
  readonly pid: number;
  readonly tid?: number;
  readonly id?: number;
  readonly bp?: string;
  readonly s?: string;
  readonly args: Readonly<Record<string, unknown>>;
}

export interface Slice {
  readonly name: string;
  readonly category: string;
  readonly pid: number;
  readonly tid: number;
  readonly start: number;
  readonly end: number;
  /** Names of the slices around it, outermost first. */
  readonly inside: readonly string[];
  readonly args: Readonly<Record<string, unknown>>;
}

export interface CheckedTrace {
  readonly events: readonly TraceEvent[];
  readonly slices: readonly Slice[];
  /** Asynchronous operations. */
  readonly transfers: readonly {
    readonly name: string;
    readonly start: number;
    readonly end: number;
    readonly args: TraceEvent["args"];
  }[];
  /** Values of each counter series in order, by "counter/series". */
  readonly counters: ReadonlyMap<string, readonly number[]>;
  /** Thread names of process 1. */
  readonly threads: ReadonlyMap<number, string>;
}

function fail(message: string, event: TraceEvent): never {
  throw new Error(`${message}: ${JSON.stringify(event)}`);
}

function checkFields(e: TraceEvent): void {
  if (typeof e.name !== "string" || e.name === "") fail("no name", e);
  if (typeof e.ts !== "number" || !Number.isFinite(e.ts) || e.ts < 0) fail("bad ts", e);
  if (!Number.isInteger(e.pid)) fail("bad pid", e);
  if (typeof e.args !== "object" || e.args === null) fail("bad args", e);
  if (e.ph !== "C" && !Number.isInteger(e.tid)) fail("bad tid", e);
  if ("bestf".includes(e.ph) && e.ph !== "t" && e.id === undefined) fail("no id", e);
  if (e.ph !== "M" && typeof e.cat !== "string") fail("no category", e);
  if (e.ph === "i" && e.s !== "t") fail("bad scope", e);
}

export function checkTrace(text: string): CheckedTrace {
  const file = JSON.parse(text) as { traceEvents: TraceEvent[]; displayTimeUnit: string };
  if (file.displayTimeUnit !== "ns" && file.displayTimeUnit !== "ms") throw new Error("bad displayTimeUnit");
  const open = new Map<string, { begin: TraceEvent; inside: string[] }[]>();
  const lastTs = new Map<string, number>();
  const async = new Map<string, TraceEvent>();
  const flows = new Map<number, TraceEvent>();
  const slices: Slice[] = [];
  const transfers: { name: string; start: number; end: number; args: TraceEvent["args"] }[] = [];
  const counters = new Map<string, number[]>();
  const threads = new Map<number, string>();

  for (const e of file.traceEvents) {
    checkFields(e);
    const track = e.ph === "C" ? `${e.pid} counter ${e.name}` : `${e.pid} ${e.tid}`;
    if (e.ph !== "M") {
      if (e.ts < (lastTs.get(track) ?? 0)) fail(`time goes back from ${lastTs.get(track)} on track ${track}`, e);
      lastTs.set(track, e.ts);
    }
    const stack = open.get(track) ?? [];
    open.set(track, stack);
    switch (e.ph) {
      case "B":
        stack.push({ begin: e, inside: stack.map((outer) => outer.begin.name) });
        break;
      case "E": {
        const top = stack.pop();
        if (top === undefined) fail("E without B", e);
        if (top.begin.name !== e.name || top.begin.cat !== e.cat) fail(`E ends ${top.begin.name}`, e);
        slices.push({
          name: e.name,
          category: e.cat!,
          pid: e.pid,
          tid: e.tid!,
          start: top.begin.ts,
          end: e.ts,
          inside: top.inside,
          args: { ...top.begin.args, ...e.args },
        });
        break;
      }
      case "b": {
        const key = `${e.cat} ${e.id}`;
        if (async.has(key)) fail("b twice", e);
        async.set(key, e);
        break;
      }
      case "e": {
        const key = `${e.cat} ${e.id}`;
        const begin = async.get(key);
        if (begin === undefined || begin.name !== e.name) fail("e without b", e);
        async.delete(key);
        transfers.push({ name: e.name, start: begin.ts, end: e.ts, args: { ...begin.args, ...e.args } });
        break;
      }
      case "s":
        if (stack.length === 0) fail("a flow begins outside a slice", e);
        if (flows.has(e.id!)) fail("s twice", e);
        flows.set(e.id!, e);
        break;
      case "f":
        if (flows.get(e.id!)?.name !== e.name || e.bp !== "e") fail("f without s, or without binding to its slice", e);
        if (stack.length === 0) fail("a flow ends outside a slice", e);
        flows.delete(e.id!);
        break;
      case "C":
        for (const [series, value] of Object.entries(e.args)) {
          if (typeof value !== "number") fail("a counter that is no number", e);
          const key = `${e.name}/${series}`;
          counters.set(key, [...(counters.get(key) ?? []), value]);
        }
        break;
      case "M":
        if (e.name === "thread_name" && e.pid === 1) threads.set(e.tid!, e.args["name"] as string);
        break;
      case "i":
        break;
      default:
        fail("unknown phase", e);
    }
  }
  for (const [track, stack] of open)
    if (stack.length > 0) throw new Error(`slice ${stack[0].begin.name} on ${track} never ends`);
  if (async.size > 0) throw new Error(`transfers never end: ${[...async.keys()].join(", ")}`);
  if (flows.size > 0) throw new Error(`flows never end: ${[...flows.keys()].join(", ")}`);
  return { events: file.traceEvents, slices, transfers, counters, threads };
}
