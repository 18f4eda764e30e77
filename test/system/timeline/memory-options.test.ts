/** The state of every policy and memory task comes back with a snapshot: a run that was taken back on its way ends the same. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { Machine } from "../../../system/machine.ts";
import type { MachineConfig } from "../../../system/options.ts";
import { readRootArchive } from "../../../system/root-file-system.ts";
import { stateHash } from "../../../system/state-hash.ts";
import { Timeline } from "../../../system/timeline.ts";

const ROOT = readRootArchive(
  new Uint8Array(readFileSync(join(import.meta.dirname ?? ".", "..", "..", "..", "dist", "rootfs.tar"))),
);

/** Of 3 ms each. */
const MOST_SLICES = 6;

/** Two processes on more pages than there are; hashes of the states on the way. */
function run(config: Partial<MachineConfig>, detour: (timeline: Timeline) => void) {
  const machine = new Machine({ frames: 96, swapSlots: 256, quantumCycles: 20_000, ...config }, ROOT, () => {});
  const command = "thrash 40 2 & thrash 40 1 local; wait";
  expect(machine.boot({ argv: ["/bin/sh", "-c", command], environment: ["PATH=/bin"], stdio: "streams" })).toBeNull();
  const timeline = new Timeline(machine);
  const hashes: string[] = [];
  for (;;) {
    const status = timeline.record(300_000);
    hashes.push(stateHash(machine));
    detour(timeline);
    if (status.kind === "asleep") timeline.skipTo(status.untilCycles);
    const isEnd = status.kind === "input" || status.kind === "halted" || hashes.length === MOST_SLICES;
    if (isEnd) return { hashes, report: machine.kernel.report() };
  }
}

test.each<[string, Partial<MachineConfig>]>([
  [
    "arc, age and page-fault frequency",
    { frames: 84, trimming: "age", pffLowCycles: 2000, pffHighCycles: 20_000, zeroingRate: 5000 },
  ],
  ["2q, local", { replacementScope: "local", workingSetSampleCycles: 20_000, zeroing: "background" }],
  ["wsclock, load control", { tauCycles: 5000, loadControl: true, writerThresholdPages: 4 }],
])("%s", (name, config) => {
  const settings = { replacement: name.split(",")[0], ...config };
  const straight = run(settings, () => {});
  let turn = 0;
  const winding = run(settings, (timeline) => {
    if (++turn % 2 !== 0) return;
    timeline.goTo(timeline.end.instret - 1000);
    timeline.goToEnd();
  });
  expect(winding.hashes).toEqual(straight.hashes);
  expect(straight.hashes.length).toBeGreaterThan(2);
  expect(straight.report.reclaim.victims).toBeGreaterThan(10);
});
