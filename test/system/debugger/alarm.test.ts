/** `debug --sanitize`: the debugger stands where the kernel's books were broken. */
import { expect, test } from "vitest";
import { counted } from "../../../kernel/counters.ts";
import { Frame } from "../../../kernel/mm/frames.ts";
import { sanitizerAlarm } from "../../../system/cli/debug-session.ts";
import { Debugger } from "../../../system/debugger/debugger.ts";
import { Images } from "../../../system/debugger/symbols.ts";
import { debugC } from "./support.ts";

const SOURCE = `static char pages[6 * 4096];
int main(void) {
  for (int page = 0; page < 6; page++) pages[page * 4096] = 1;
  return 7;
}`;

test("a run stops at the event that breaks the kernel's books, and can go on", () => {
  const { timeline, machine } = debugC(SOURCE);
  const messages: string[] = [];
  machine.onMessage = (text) => messages.push(text);
  const debug = new Debugger(timeline, new Images(() => null), { alarm: sanitizerAlarm(machine, 1) });
  // The sabotage: after the fourth zero-fill a frame on the zeroed list is not zero any more.
  const { frames } = machine.kernel.core;
  const zeroFills = () => counted(machine.kernel.core, "fault.zero-fill");
  machine.subscribe((event) => {
    if (event.kind !== "fault-end" || event.resolved !== "zero-fill" || zeroFills() !== 4) return;
    machine.ram.frame(frames.newest(Frame.Zeroed))[100] = 1;
  });

  const stop = debug.run("forward");

  expect(stop.kind).toBe("event");
  expect(stop.text).toMatch(/^kernel sanitizer: .*zero/);
  // It stands at the instruction that faulted for the fourth time.
  expect(zeroFills()).toBe(3);
  expect(messages.join("\n")).toMatch(/the last events\n/);
  expect(debug.run("forward").kind).toBe("halted");
});

test("a sound run never stops for it", () => {
  const { timeline, machine } = debugC(SOURCE);
  const debug = new Debugger(timeline, new Images(() => null), { alarm: sanitizerAlarm(machine, 100) });

  expect(debug.run("forward")).toMatchObject({ kind: "halted", status: 7 });
});
