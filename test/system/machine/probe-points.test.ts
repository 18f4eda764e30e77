import { expect, test } from "vitest";
import type { Machine, ProbePoints } from "../../../system/machine.ts";
import { stateHash } from "../../../system/state-hash.ts";
import { DATA } from "../../kernel/support/program.ts";
import { boot, livelyProgram } from "../timeline/support.ts";

const TEXT = 0x10000;
const HEAP = DATA + 0x1000;

/** Where the probe was asked at a place that is named, as "pid pc turns instret cycles", and the state at the end. */
function observe(points: ProbePoints, isSparse: boolean): { asked: string[]; isFollowed: boolean; hash: string } {
  const machine: Machine = boot(livelyProgram());
  machine.engine.setStopPoints(points);
  const asked: string[] = [];
  let calls = 0;
  machine.probe = () => {
    calls++;
    if (machine.engine.isAtStopPoint()) {
      const { turns, instret, cycles } = machine.moment;
      asked.push(`${machine.kernel.core.variables.currentPid} ${machine.hart.pc} ${turns} ${instret} ${cycles}`);
    }
    return false;
  };
  if (isSparse) machine.probePoints = points;
  const words = ["one ", "two "];
  for (let slices = 0; slices < 200_000; slices++) {
    const status = machine.run(isSparse ? 4000 : 3000);
    if (status.kind === "asleep") machine.skipTo(status.untilCycles);
    if (status.kind === "input") {
      const word = words.shift();
      if (word === undefined) machine.closeInput("stdin");
      else machine.type("stdin", new TextEncoder().encode(word));
    }
    if (status.kind === "halted") return { asked, isFollowed: calls > asked.length, hash: stateHash(machine) };
  }
  throw new Error("the program does not end");
}

test.each<[string, Pick<ProbePoints, "code" | "data">]>([
  ["code", { code: new Set([TEXT, TEXT + 0x40, TEXT + 0x100, TEXT + 0x124]), data: [] }],
  ["data", { code: new Set(), data: [{ space: "virtual", start: HEAP, bytes: 4, loads: true, stores: true }] }],
  [
    "a frame",
    { code: new Set(), data: [{ space: "physical", start: 40 * 4096, bytes: 64, loads: false, stores: true }] },
  ],
])("a probe asked at points only sees what one asked before every instruction sees there (%s)", (_, points) => {
  const every = observe({ ...points, afterTurns: false }, false);
  const sparse = observe({ ...points, afterTurns: false }, true);

  expect(every.asked.length).toBeGreaterThan(3);
  expect(sparse).toEqual(every);
});

test("a probe can ask to be told of every attempt that follows a turn of the kernel", () => {
  const machine = boot(livelyProgram());
  const turns: number[] = [];
  machine.probe = () => {
    turns.push(machine.moment.turns);
    return false;
  };
  machine.probePoints = { code: new Set(), data: [], afterTurns: true };

  machine.run(60_000);

  expect(turns.length).toBeGreaterThan(10);
  expect(new Set(turns).size).toBe(turns.length);
});
