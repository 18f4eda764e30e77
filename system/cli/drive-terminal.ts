/**
 * Drives a machine whose terminal is the present one: keys go in as they are typed, sleeping takes real time (1 cycle =
 * 10 ns), and between slices Node gets to read and write.
 */
import { NANOSECONDS_PER_CYCLE } from "../../kernel/config.ts";
import type { Machine } from "../machine.ts";
import type { BatchEnd, Supervision } from "./drive-batch.ts";

/** Short enough that a key is noticed within a few milliseconds on an interpreter of 40 million instructions a second. */
const SLICE_CYCLES = 400_000;
const LONGEST_NAP_MILLISECONDS = 50;

/** Runs until the machine halts. The terminal is in raw mode meanwhile and is put back whatever happens. */
export async function driveTerminal(
  machine: Machine,
  stdin: NodeJS.ReadStream,
  stdout: NodeJS.WriteStream,
  supervise: Supervision = () => null,
): Promise<BatchEnd> {
  let wakeUp: () => void = () => {};
  const resize = (): void => {
    machine.resize(stdout.columns ?? 80, stdout.rows ?? 24);
    wakeUp();
  };
  const typed = (bytes: Buffer): void => {
    machine.type("tty0", bytes);
    wakeUp();
  };
  const closed = (): void => {
    machine.closeInput("tty0");
    wakeUp();
  };
  resize();
  stdin.setRawMode?.(true);
  stdin.resume();
  stdin.on("data", typed);
  stdin.on("end", closed);
  stdout.on("resize", resize);
  try {
    for (;;) {
      const status = machine.run(SLICE_CYCLES);
      const end = supervise();
      if (status.kind === "halted" || status.kind === "instruction-limit") return status;
      if (end !== null) return end;
      if (status.kind === "slice") await new Promise<void>((resolve) => setImmediate(resolve));
      else
        await sleepOrInput(
          machine,
          status.kind === "asleep" ? status.untilCycles : Number.POSITIVE_INFINITY,
          (wake) => (wakeUp = wake),
        );
    }
  } finally {
    stdin.setRawMode?.(false);
    stdin.pause();
    stdin.off("data", typed);
    stdin.off("end", closed);
    stdout.off("resize", resize);
  }
}

/** Waits in real time for the cycle or for input, and lets virtual time follow. */
async function sleepOrInput(
  machine: Machine,
  untilCycles: number,
  register: (wake: () => void) => void,
): Promise<void> {
  const milliseconds = ((untilCycles - machine.hart.cycles) * NANOSECONDS_PER_CYCLE) / 1e6;
  const started = performance.now();
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, Math.min(milliseconds, LONGEST_NAP_MILLISECONDS));
    register(() => {
      clearTimeout(timer);
      resolve();
    });
  });
  if (untilCycles === Number.POSITIVE_INFINITY) return;
  const passed = Math.floor(((performance.now() - started) * 1e6) / NANOSECONDS_PER_CYCLE);
  machine.skipTo(Math.min(untilCycles, machine.hart.cycles + passed));
}
