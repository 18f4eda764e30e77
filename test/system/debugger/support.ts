/** A C program, compiled by our compiler with -g, run to its end under a debugger. */
import { compileSource } from "../../../system/cli/compile.ts";
import { Debugger } from "../../../system/debugger/debugger.ts";
import type { RunningOptions } from "../../../system/debugger/running.ts";
import { Images } from "../../../system/debugger/symbols.ts";
import { Machine } from "../../../system/machine.ts";
import { Timeline } from "../../../system/timeline.ts";
import { rootEntries } from "../../story/support.ts";

export interface Debuggee {
  readonly debug: Debugger;
  readonly timeline: Timeline;
  readonly machine: Machine;
  /** What the program has printed. */
  output(): string;
}

export function debugC(source: string, options: RunningOptions = {}, environment = ["PATH=/bin"]): Debuggee {
  const bytes = compileSource("test.c", source, rootEntries());
  const added = { path: "/tmp/test", type: "file" as const, mode: 0o755, bytes };
  let text = "";
  const machine = new Machine({}, [...rootEntries(), added], (_, out) => {
    text += new TextDecoder().decode(out);
  });
  const problem = machine.boot({ argv: ["/tmp/test"], environment, stdio: "streams" });
  if (problem !== null) throw new Error(problem);
  const timeline = new Timeline(machine);
  const debug = new Debugger(timeline, new Images((path) => (path === "/tmp/test" ? bytes : null)), options);
  return { debug, timeline, machine, output: () => text };
}

/** Line of the source on which a comment with this mark stands, from 1. */
export function lineOf(source: string, mark: string): number {
  const at = source.split("\n").findIndex((line) => line.includes(`/* ${mark} */`));
  if (at < 0) throw new Error(`no line is marked ${mark}`);
  return at + 1;
}
