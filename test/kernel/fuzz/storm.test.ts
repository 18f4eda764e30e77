/**
 * The fast form of the random system calls: a program makes them on the emulated CPU (storm.c), and all invariants are
 * checked every thousand or so. Short by default; FAULTLINE_STORM_CALLS=10000000 makes as many as that over changing
 * seeds, FAULTLINE_SEED=N begins at a seed.
 */
import { expect, test } from "vitest";
import { stateHash } from "../../../system/state-hash.ts";
import { rootEntries } from "../../story/support.ts";
import { Storm, stormProgram } from "./storm.ts";

const wanted = Number(process.env.FAULTLINE_STORM_CALLS ?? 10_000);
/** Calls on one machine; then the next seed, with another configuration. */
const CALLS_PER_SEED = Math.min(100_000, wanted / 4);
const first = Number(process.env.FAULTLINE_SEED ?? 1);
const program = stormProgram(rootEntries());

/** One storm to its end. Names the seed and the place of whatever goes wrong. */
function storm(seed: number, calls: number): { calls: number; epochs: number; hash: string } {
  const run = new Storm(seed, program);
  try {
    run.run(calls);
    const result = { calls: run.calls, epochs: run.epochs, hash: stateHash(run.machine) };
    run.end();
    return result;
  } catch (error) {
    const where = `seed ${seed}, after ${run.calls} calls and ${run.machine.hart.instret} instructions`;
    throw new Error(`${where} (repeat with FAULTLINE_SEED=${seed}): ${(error as Error).stack}`);
  }
}

test("storms of random system calls from several processes throw nothing, keep all invariants and leave nothing behind", {
  timeout: 60_000 + wanted,
}, () => {
  let calls = 0;
  let epochs = 0;
  for (let seed = first; calls < wanted; seed++) {
    const result = storm(seed, Math.min(CALLS_PER_SEED, wanted - calls));
    calls += result.calls;
    epochs += result.epochs;
  }
  console.log(`${calls} random system calls in ${epochs} epochs`);
  expect(epochs).toBeGreaterThan(3);
});

test("a storm is the same storm each time: equal states after equal numbers of calls", () => {
  expect(storm(first, 2000)).toEqual(storm(first, 2000));
});
