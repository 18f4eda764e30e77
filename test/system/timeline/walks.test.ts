import { beforeAll, describe, expect, it } from "vitest";
import type { Moment } from "../../../system/machine.ts";
import { stateHash, stateHashes } from "../../../system/state-hash.ts";
import type { Timeline } from "../../../system/timeline.ts";
import { generator, recorded, SEED } from "./support.ts";

/** Enough for a check at every commit; FAULTLINE_WALKS=10000 is the long form. */
const WALKS = Number(process.env["FAULTLINE_WALKS"] ?? 1500);
/** Dense checkpoints, so that a short run meets every way of getting somewhere. */
const DENSE = { spacing: 20_000, recent: 7_000, nearest: 60, nearWork: 8_000 };

describe(`walks through a run with a fork, faults, swap, signals, a pipe and input (FAULTLINE_SEED=${SEED})`, () => {
  let timeline: Timeline;
  let endHash: string;
  /** State at the first moment of every instruction count, and at every turn: made by running forward once, without going back. */
  const atInstret = new Map<number, string>();
  const atTurn: { moment: Moment; hash: string }[] = [];

  beforeAll(() => {
    timeline = recorded(SEED, DENSE);
    endHash = stateHash(timeline.machine);
    timeline.goToMoment(timeline.start);
    let turn = -1;
    while (!timeline.isAtEnd) {
      const { moment } = timeline;
      const hash = stateHash(timeline.machine);
      if (!atInstret.has(moment.instret)) atInstret.set(moment.instret, hash);
      if (moment.turns > turn) atTurn.push({ moment, hash });
      turn = moment.turns;
      const status = timeline.forward({ untilInstret: moment.instret + 1, untilTurns: moment.turns + 1 });
      if (status.kind === "halted") break;
    }
  });

  it("meets what it is meant to meet", () => {
    const { core } = timeline.machine.kernel;
    timeline.goToEnd();
    expect(core.counters).toMatchObject({ "fault.cow": expect.any(Number), "fault.hard": expect.any(Number) });
    expect(core.swap.transfersIn).toBeGreaterThan(10);
    expect(atTurn.length).toBeGreaterThan(200);
    expect(timeline.machine.inputLog.length).toBe(4);
    expect(timeline.checkpointCount).toBeGreaterThan(6);
  });

  it("comes back to the end as it was left", () => {
    timeline.goTo(1000);
    timeline.goToEnd();
    expect(stateHash(timeline.machine)).toBe(endHash);
  });

  it("replays the whole run to the state in which it was recorded, in slices of any length", () => {
    const random = generator(SEED + 1);
    for (let round = 0; round < 5; round++) {
      timeline.goToMoment(timeline.start);
      while (!timeline.isAtEnd)
        timeline.forward({ untilCycles: timeline.machine.hart.cycles + 1 + Math.floor(random() * 50_000) });
      expect(stateHash(timeline.machine)).toBe(endHash);
    }
  });

  it(
    `finds registers, RAM, TLB, kernel and pending events equal on ${WALKS} walks there and back`,
    () => {
      const random = generator(SEED + 2);
      const last = timeline.end.instret;
      for (let walk = 0; walk < WALKS; walk++) {
        const choice = random();
        if (choice < 0.4) timeline.goTo(Math.floor(random() * last));
        else if (choice < 0.7) timeline.stepBack();
        else if (choice < 0.8 && timeline.position < last)
          timeline.forward({ untilInstret: Math.min(last, timeline.position + 1 + Math.floor(random() * 20)) });
        else {
          const { moment, hash } = atTurn[Math.floor(random() * atTurn.length)];
          timeline.goToMoment(moment);
          expect(timeline.moment, `walk ${walk}`).toEqual(moment);
          expect(stateHash(timeline.machine), `walk ${walk} to turn ${moment.turns}`).toBe(hash);
          continue;
        }
        if (timeline.isAtEnd) continue;
        const expected = atInstret.get(timeline.position);
        const actual = stateHash(timeline.machine);
        if (actual !== expected)
          throw new Error(
            `walk ${walk} to instruction ${timeline.position}: ${JSON.stringify(stateHashes(timeline.machine))}`,
          );
      }
    },
    60_000 + 60 * WALKS,
  );

  it("keeps the invariants of the kernel wherever it goes", () => {
    const random = generator(SEED + 3);
    for (let i = 0; i < 50; i++) {
      timeline.goTo(Math.floor(random() * timeline.end.instret));
      timeline.machine.kernel.checkInvariants();
    }
  });
});

describe(`recordings made differently (FAULTLINE_SEED=${SEED})`, () => {
  it("replay exactly, whenever the input came and however the run was sliced", () => {
    for (let i = 0; i < 10; i++) {
      const timeline = recorded(SEED + 100 + i, DENSE);
      const hash = stateHash(timeline.machine);
      timeline.goToMoment(timeline.start);
      timeline.forward({ untilTurns: timeline.end.turns });
      timeline.goToEnd();
      timeline.goTo(10);
      while (!timeline.isAtEnd) timeline.forward({ untilCycles: timeline.machine.hart.cycles + 10_000 });
      expect(stateHash(timeline.machine), `seed ${SEED + 100 + i}`).toBe(hash);
    }
  });

  it("do the same under every replacement policy and way of zeroing", () => {
    for (const replacement of ["fifo", "clock", "lru", "random"]) {
      for (const zeroing of ["idle", "on-demand", "off"] as const) {
        const timeline = recorded(SEED, DENSE, {
          frames: 64,
          swapSlots: 512,
          quantumCycles: 1500,
          replacement,
          zeroing,
        });
        const hash = stateHash(timeline.machine);
        timeline.goTo(timeline.end.instret / 2);
        while (!timeline.isAtEnd) timeline.forward({ untilCycles: timeline.machine.hart.cycles + 7_000 });
        expect(stateHash(timeline.machine), `${replacement}, ${zeroing}, seed ${SEED}`).toBe(hash);
      }
    }
  });
});
