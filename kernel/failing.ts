/**
 * Failures on demand: the n-th attempt of one kind fails, everything else goes as ever. For tests and for whoever wants to
 * see what a program does then (`--fail frame:12`). What counts as an attempt:
 *
 *     frame     a fault or call asks for a frame: there is none, and a process is ended for it (fork, exec: ENOMEM)
 *     slot      a modified page asks for a swap slot: swap is full
 *     transfer  a request to the swap device: it ends with an error
 *     copy      the kernel copies from or to a program's memory: EFAULT
 */
import type { FailKind } from "./config.ts";
import type { Core } from "./core.ts";
import { tell } from "./messages.ts";

/** Counts an attempt, and says whether it has to fail. */
export function isFailing(core: Core, kind: Exclude<FailKind, "none">): boolean {
  return core.config.failKind === kind && countAttempt(core, kind);
}

function countAttempt(core: Core, kind: FailKind): boolean {
  const { variables, config } = core;
  if (++variables.attempts !== config.failAt) return false;
  if (kind === "frame") variables.shortage = "refused";
  tell(core, variables.currentPid, `fault injection: attempt ${config.failAt} of kind ${kind} fails`);
  return true;
}
