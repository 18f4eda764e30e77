/**
 * Time travel through a run that lives on swap, on every kind of device, with clusters, read-ahead and an error on the way; and
 * the sanitizer looking on, which must find nothing and change nothing.
 */
import { describe, expect, test } from "vitest";
import type { MachineConfig } from "../../../system/options.ts";
import { makeRecording, readRecording, replayRecording, writeRecording } from "../../../system/recording.ts";
import { attachSanitizer, SanitizerStop } from "../../../system/sanitize.ts";
import { stateHash } from "../../../system/state-hash.ts";
import { Timeline } from "../../../system/timeline.ts";
import { boot, drive, generator, livelyProgram, plain, SEED, TIGHT, timed } from "./support.ts";

const DENSE = { spacing: 200_000, nearest: 60, nearWork: 8_000 };
const DEVICES: readonly Partial<MachineConfig>[] = [
  { costs: "1990-disk", swapCluster: 4, swapReadAhead: 8 },
  { costs: "modern-ssd", swapReadAhead: 4, failKind: "transfer", failAt: 3 },
  { costs: "nyu", swapCluster: 8, failKind: "slot", failAt: 2 },
];

describe(`(FAULTLINE_SEED=${SEED})`, () => {
  for (const device of DEVICES) {
    const config = { ...TIGHT, ...device };
    const name = JSON.stringify(device);

    test(`a run can be walked both ways: ${name}`, () => {
      const machine = boot(livelyProgram(), config);
      attachSanitizer(machine, 300, (violation) => {
        throw new SanitizerStop(violation);
      });
      const timeline = new Timeline(machine, DENSE);
      drive(timed(timeline), generator(SEED));
      const end = timeline.end;
      const hash = stateHash(machine);
      expect(machine.kernel.report().swap.in).toBeGreaterThan(10);

      const random = generator(SEED + 1);
      for (let i = 0; i < 12; i++) {
        const at = Math.floor(random() * end.instret);
        timeline.goTo(at);
        const there = stateHash(machine);
        timeline.goTo(Math.floor(random() * end.instret));
        timeline.goTo(at);
        expect(stateHash(machine)).toBe(there);
      }
      timeline.goTo(Math.floor(end.instret / 2));
      while (!timeline.isAtEnd) timeline.forward({ untilInstret: timeline.position + 500 });
      expect(stateHash(machine)).toBe(hash);
    });

    test(`the sanitizer only listens: ${name}`, () => {
      const without = boot(livelyProgram(), config);
      drive(plain(without), generator(SEED));
      const watched = boot(livelyProgram(), config);
      attachSanitizer(watched, 50, (violation) => {
        throw new SanitizerStop(violation);
      });
      drive(plain(watched), generator(SEED));
      expect(stateHash(watched)).toBe(stateHash(without));
    });
  }

  test("device, clusters and failure are part of a recording", () => {
    const program = livelyProgram();
    const config = { ...TIGHT, ...DEVICES[1] };
    const timeline = new Timeline(boot(program, config), DENSE);
    drive(timed(timeline), generator(SEED));
    const start = {
      argv: ["/bin/test"],
      environment: ["HOME=/"],
      stdio: "streams" as const,
      added: [{ path: "/bin/test", type: "file" as const, mode: 0o755, bytes: program.elf() }],
    };
    const recording = readRecording(writeRecording(makeRecording(timeline, start, [])));
    expect(recording.config).toMatchObject(DEVICES[1]);
    const again = new Timeline(boot(program, recording.config), DENSE);
    replayRecording(again, recording);
    expect(stateHash(again.machine)).toBe(stateHash(timeline.machine));
    expect(again.machine.kernel.report().swap.errors).toBe(1);
  });
});
