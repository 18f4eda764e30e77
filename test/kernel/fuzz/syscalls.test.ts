/**
 * Random system calls throw nothing, break no invariant and lose no frame. Short by default; FAULTLINE_FUZZ_SECONDS=600
 * runs ten minutes, FAULTLINE_SEED=N repeats one run with invariants checked after every event.
 */
import { expect, test } from "vitest";
import { fuzzOnce } from "./fuzz.ts";

const seconds = Number(process.env.FAULTLINE_FUZZ_SECONDS ?? 4);
const onlySeed = process.env.FAULTLINE_SEED;

test("random system calls from several processes throw nothing, keep the invariants and lose no frame", {
  timeout: (seconds + 120) * 1000,
}, () => {
  const first = onlySeed === undefined ? 1 : Number(onlySeed);
  const until = Date.now() + seconds * 1000;
  let syscalls = 0;
  for (let seed = first; seed === first || (onlySeed === undefined && Date.now() < until); seed++) {
    const check = onlySeed !== undefined || seed % 8 === 0 ? "every-event" : "end";
    try {
      syscalls += fuzzOnce(seed, { check, record: check !== "end" }).syscalls;
    } catch (error) {
      throw new Error(`seed ${seed} (repeat with FAULTLINE_SEED=${seed}): ${(error as Error).stack}`);
    }
  }
  console.log(`${syscalls} random system calls`);
  expect(syscalls).toBeGreaterThan(0);
});

test("the same seed gives the same run", () => {
  const runOf = () => {
    const { machine } = fuzzOnce(11, { check: "end", record: false });
    return JSON.stringify([machine.kernel.report(), machine.hart.cycles]);
  };
  expect(runOf()).toBe(runOf());
});
