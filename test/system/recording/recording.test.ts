import { describe, expect, it } from "vitest";
import { base64 } from "../../../system/base64.ts";
import { Machine } from "../../../system/machine.ts";
import {
  makeRecording,
  type Recording,
  readRecording,
  replayRecording,
  rootProblem,
  type Start,
  writeRecording,
} from "../../../system/recording.ts";
import { stateHash } from "../../../system/state-hash.ts";
import { Timeline } from "../../../system/timeline.ts";
import { drive, generator, livelyProgram, SEED, TIGHT, timed } from "../timeline/support.ts";

const root = [{ path: "/etc/motd", type: "file" as const, mode: 0o644, bytes: new TextEncoder().encode("hello") }];
const start: Start = {
  argv: ["/bin/test"],
  environment: ["HOME=/"],
  stdio: "streams",
  added: [{ path: "/bin/test", type: "file", mode: 0o755, bytes: livelyProgram().elf() }],
};

function open({
  config,
  start: { argv, environment, stdio, added },
}: Recording | { config: typeof TIGHT; start: Start }): Timeline {
  const machine = new Machine(config, [...root, ...added], () => {});
  expect(machine.boot({ argv, environment, stdio })).toBeNull();
  return new Timeline(machine);
}

function record(): { timeline: Timeline; text: string } {
  const timeline = open({ config: TIGHT, start });
  drive(timed(timeline), generator(SEED));
  return { timeline, text: writeRecording(makeRecording(timeline, start, root)) };
}

describe(`a recording (FAULTLINE_SEED=${SEED})`, () => {
  it("replays on another machine to the same state, at its end and anywhere on the way", () => {
    const { timeline, text } = record();
    const other = readRecording(text);
    const again = open(other);
    replayRecording(again, other);
    expect(again.end).toEqual(timeline.end);
    expect(stateHash(again.machine)).toBe(stateHash(timeline.machine));
    for (const instret of [1, 500, 2500]) {
      timeline.goTo(instret);
      again.goTo(instret);
      expect(stateHash(again.machine)).toBe(stateHash(timeline.machine));
    }
  });

  it("can be made from anywhere on the timeline, and leaves it there", () => {
    const { timeline, text } = record();
    timeline.goTo(777);
    const hash = stateHash(timeline.machine);
    expect(writeRecording(makeRecording(timeline, start, root))).toBe(text);
    expect(stateHash(timeline.machine)).toBe(hash);
  });

  it("is small: the program and the log, no snapshots", () => {
    expect(record().text.length).toBeLessThan(40_000);
  });

  it("is refused when it was cut short, at whatever place", () => {
    const { text } = record();
    for (let i = 1; i < 40; i++)
      expect(() => readRecording(text.slice(0, (text.length * i) / 41))).toThrow(/no whole recording/);
    expect(() => readRecording("")).toThrow(/no whole recording/);
  });

  it("is refused when a byte of it was changed", () => {
    const { text } = record();
    expect(() => readRecording(text.replace('"instret":', '"instreT":'))).toThrow(/changed since it was made/);
    const digit = text.search(/"cycles":\d/) + 9;
    const changed = text.slice(0, digit) + ((Number(text[digit]) + 1) % 10) + text.slice(digit + 1);
    expect(() => readRecording(changed)).toThrow(/changed since it was made/);
  });

  it("is refused when it has another version, or is something else", () => {
    const { text } = record();
    expect(() => readRecording(text.replace('"version":1', '"version":2'))).toThrow(
      /version 2, and this Faultline reads version 1/,
    );
    for (const other of ["{}", "[]", "null", "3", '"x"'])
      expect(() => readRecording(other)).toThrow(/no recording of Faultline/);
  });

  it("is refused, with the file's name, when the machine's own files are others", () => {
    const recording = readRecording(record().text);
    expect(rootProblem(recording, root)).toBeNull();
    expect(rootProblem(recording, [{ ...root[0], bytes: Uint8Array.of(1) }])).toMatch(
      /another build of the machine: \/etc\/motd is not the same/,
    );
    expect(rootProblem(recording, [])).toMatch(/\/etc\/motd/);
  });

  it("says where a run differs from it", () => {
    const recording = readRecording(record().text);
    const checks = recording.checks.map((check, i) => (i === 3 ? { ...check, hash: "0000000000000000" } : check));
    expect(() => replayRecording(open(recording), { ...recording, checks })).toThrow(
      `before instruction ${checks[3].instret}`,
    );
    const log = recording.log.map((input, i) =>
      i === 1 && input.kind === "bytes" ? { ...input, bytes: new TextEncoder().encode("x") } : input,
    );
    expect(() => replayRecording(open(recording), { ...recording, log })).toThrow(/the run differs from the recording/);
  });
});

describe("base64", () => {
  it("gives RFC 4648's test vectors", () => {
    const vectors: [string, string][] = [
      ["", ""],
      ["f", "Zg=="],
      ["fo", "Zm8="],
      ["foo", "Zm9v"],
      ["foob", "Zm9vYg=="],
      ["fooba", "Zm9vYmE="],
      ["foobar", "Zm9vYmFy"],
    ];
    for (const [plain, coded] of vectors) {
      expect(base64.encode(new TextEncoder().encode(plain))).toBe(coded);
      expect(new TextDecoder().decode(base64.decode(coded))).toBe(plain);
    }
  });
});
