/** Drives a machine to its end as fast as it goes: time that nobody uses is skipped, input is read when asked for. */
import type { Machine } from "../machine.ts";
import { awaitStandardInput } from "./host-streams.ts";

const SLICE_CYCLES = 5_000_000;

export type BatchEnd =
  | { readonly kind: "halted"; readonly status: number }
  | { readonly kind: "instruction-limit" }
  | { readonly kind: "stuck" }
  /** A signal of this computer has ended the run. */
  | { readonly kind: "interrupted"; readonly signal: NodeJS.Signals };

/** Asked between slices. */
export type Supervision = () => BatchEnd | null;

/** Input is waited for in the background, so that signals and timers are served meanwhile. */
export async function driveBatch(machine: Machine, supervise: Supervision): Promise<BatchEnd> {
  let inputIsOpen = true;
  const feed = async (): Promise<void> => {
    const bytes = await awaitStandardInput(() => supervise() !== null);
    if (bytes === "stopped") return;
    inputIsOpen = bytes !== null;
    if (bytes === null) machine.closeInput("stdin");
    else machine.type("stdin", bytes);
  };
  for (;;) {
    const status = machine.run(SLICE_CYCLES);
    await new Promise<void>((resolve) => setImmediate(resolve));
    const end = supervise();
    if (status.kind === "halted") return { kind: "halted", status: status.status };
    if (end !== null) return end;
    switch (status.kind) {
      case "slice":
        if (inputIsOpen && machine.kernel.wantsInput) await feed();
        break;
      case "asleep":
        if (inputIsOpen && machine.kernel.wantsInput) await feed();
        else machine.skipTo(status.untilCycles);
        break;
      case "input":
        if (!inputIsOpen) return { kind: "stuck" };
        await feed();
        break;
      case "instruction-limit":
        return { kind: "instruction-limit" };
    }
  }
}
