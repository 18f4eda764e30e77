import { describe, expect, it } from "vitest";
import { KernelPanic } from "../../../kernel/panic.ts";
import { Machine } from "../../../system/machine.ts";
import { Recorder } from "../../../system/recorder.ts";
import {
  MOST_CHECKS,
  type Recording,
  readRecording,
  replayRecording,
  type Start,
  writeRecording,
} from "../../../system/recording.ts";
import { stateHash } from "../../../system/state-hash.ts";
import { Timeline } from "../../../system/timeline.ts";
import { drive, generator, livelyProgram, plain, SEED, TIGHT } from "../timeline/support.ts";

const start: Start = {
  argv: ["/bin/test"],
  environment: ["HOME=/"],
  stdio: "streams",
  added: [{ path: "/bin/test", type: "file", mode: 0o755, bytes: livelyProgram().elf() }],
  hasOwnRoot: false,
};

function machineOf(recording: Pick<Recording, "config"> | { config: typeof TIGHT }): Machine {
  const machine = new Machine(recording.config, start.added, () => {});
  expect(machine.boot(start)).toBeNull();
  return machine;
}

/** Runs with a recorder looking on after every slice; `meddle` gets at the machine first. */
function recorded(seed: number, meddle: (machine: Machine) => void = () => {}): { machine: Machine; text: string } {
  const machine = machineOf({ config: TIGHT });
  const recorder = new Recorder(machine, start, []);
  meddle(machine);
  const driven = plain(machine);
  let failure: string | null = null;
  try {
    drive(
      {
        ...driven,
        record: (cycles) => {
          const status = driven.record(cycles);
          recorder.look();
          return status;
        },
        get cycles() {
          return driven.cycles;
        },
      },
      generator(seed),
    );
  } catch (error) {
    if (!(error instanceof KernelPanic)) throw error;
    failure = error.message;
  }
  return { machine, text: writeRecording(recorder.recording(failure)) };
}

describe(`a run that was recorded without a timeline (FAULTLINE_SEED=${SEED})`, () => {
  it("replays to the states that were seen on the way, the last one at its end", () => {
    const { machine, text } = recorded(SEED);
    const recording = readRecording(text);
    expect(recording.checks.length).toBeGreaterThan(0);
    expect(recording.checks.length).toBeLessThanOrEqual(MOST_CHECKS);
    const again = new Timeline(machineOf(recording));
    replayRecording(again, recording);
    expect(again.moment).toEqual(machine.moment);
    expect(stateHash(again.machine)).toBe(stateHash(machine));
  });

  it("can be opened when the kernel has panicked, just before what it panicked in", () => {
    const { text, machine: whole } = recorded(SEED);
    expect(readRecording(text).failure).toBeNull();
    for (const fatal of [1, 17, 60]) {
      let trapped = 0;
      const { text } = recorded(SEED, (machine) => {
        const { kernel } = machine;
        const trap = kernel.trap.bind(kernel);
        kernel.trap = () => {
          if (++trapped === fatal) throw new KernelPanic("a frame is on two lists");
          trap();
        };
      });
      const recording = readRecording(text);
      expect(recording.failure).toContain("a frame is on two lists");
      expect(recording.end.instret).toBeLessThan(whole.hart.instret);
      const timeline = new Timeline(machineOf(recording));
      let traps = 0;
      const { kernel } = timeline.machine;
      const trap = kernel.trap.bind(kernel);
      kernel.trap = () => {
        traps++;
        trap();
      };
      replayRecording(timeline, recording);
      // The machine stands before the fatal trap, and the next thing that it does is to trap.
      expect(traps).toBe(fatal - 1);
      expect(timeline.moment).toMatchObject({ instret: recording.end.instret, turns: recording.end.turns });
      timeline.forward({ untilTurns: recording.end.turns + 1 });
      expect(traps).toBe(fatal);
    }
  });
});
