/** A machine that was taken back and forth on its way must be the very state of one that ran straight on, sharing of objects included. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { Machine } from "../../../system/machine.ts";
import { readRootArchive } from "../../../system/root-file-system.ts";
import { stateHash } from "../../../system/state-hash.ts";
import { Timeline } from "../../../system/timeline.ts";

const ROOT = readRootArchive(
  new Uint8Array(readFileSync(join(import.meta.dirname ?? ".", "..", "..", "..", "dist", "rootfs.tar"))),
);
const LINES = [
  "echo kept > note; forks\r",
  "reuse | tail -n 2; segv\r",
  "thrash 40 | wc -l & sleep 0.01; ps\r",
  "cat note\r",
];

/** Types the lines into a shell; `detour` is called now and then. */
function run(detour: (timeline: Timeline) => void): string[] {
  const machine = new Machine({ frames: 200, swapSlots: 256 }, ROOT, () => {});
  expect(machine.boot({ argv: ["/bin/init"], environment: ["PATH=/bin"], stdio: "tty" })).toBeNull();
  const timeline = new Timeline(machine);
  const hashes: string[] = [];
  for (const line of [...LINES, null]) {
    for (;;) {
      const status = timeline.record(80_000);
      // In the middle of things too: while several processes are alive.
      hashes.push(stateHash(machine));
      detour(timeline);
      if (status.kind === "asleep") timeline.skipTo(status.untilCycles);
      if (status.kind === "input" || status.kind === "halted") break;
    }
    if (line !== null) timeline.type("tty0", new TextEncoder().encode(line));
  }
  return hashes;
}

it("the shell's machine is the same whether it was taken back on its way or not", () => {
  const straight = run(() => {});
  let turn = 0;
  const winding = run((timeline) => {
    if (++turn % 5 !== 0) return;
    timeline.goTo(timeline.end.instret - 1000);
    timeline.goToEnd();
  });
  expect(turn).toBeGreaterThan(15);
  expect(winding).toEqual(straight);
});
