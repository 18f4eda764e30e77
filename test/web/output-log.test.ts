import { describe, expect, it } from "vitest";
import { OutputLog } from "../../web/worker/output-log.ts";

const moment = (turns: number) => ({ turns, instret: turns * 10, cycles: turns * 100 });
const bytes = (text: string) => new TextEncoder().encode(text);
const text = (shown: Uint8Array) => new TextDecoder().decode(shown);

describe("the log of what a run has printed", () => {
  it("shows at a moment what had been printed by then", () => {
    const log = new OutputLog();
    for (const turns of [2, 4, 6]) log.append(moment(turns), bytes(`${turns} `));
    expect([1, 2, 3, 4, 7].map((turns) => text(log.screenAt(log.positionAt(moment(turns)))))).toEqual([
      "",
      "2 ",
      "2 ",
      "2 4 ",
      "2 4 6 ",
    ]);
    expect(text(log.between(1, 3))).toBe("4 6 ");
  });

  it("keeps a copy when another future is taken", () => {
    const log = new OutputLog();
    for (const turns of [1, 2]) log.append(moment(turns), bytes(`${turns}`));
    const copy = log.copy();
    log.cut(1);
    log.append(moment(2), bytes("x"));
    expect(text(log.between(0, log.end))).toBe("1x");
    expect(text(copy.between(0, copy.end))).toBe("12");
  });

  it("forgets the beginning of a run that prints without end, and shows whole lines of what is left", () => {
    const log = new OutputLog();
    const line = bytes(`${"y".repeat(99)}\n`);
    for (let turns = 0; turns < 100_000; turns++) log.append(moment(turns), line);
    expect(log.end).toBe(100_000);
    const shown = log.screenAt(log.end);
    expect(shown.length % line.length).toBe(0);
    expect(shown.length).toBeGreaterThan(100 * line.length);
    expect(text(log.screenAt(log.positionAt(moment(5))))).toBe("");
  });
});
