/** The kernel sanitizer on a machine: it listens to every event and says what it finds, in words. */
import { Sanitizer, type SeenEvent, type Violation } from "../kernel/sanitizer.ts";
import { describeEvent } from "./export/trace-text.ts";
import type { Machine } from "./machine.ts";

/** Events between two checks of everything: these take about as long as the checks of the events between them. */
export const DEFAULT_SANITIZE_INTERVAL = 20_000;

/** Thrown out of the run under way, at the event, so that nothing goes on with broken books. */
export class SanitizerStop extends Error {
  override readonly name = "SanitizerStop";
  readonly violation: Violation;

  constructor(violation: Violation) {
    super(violationText(violation));
    this.violation = violation;
  }
}

const line = ({ number, cycles, instret, event }: SeenEvent): string =>
  `${String(number).padStart(9)}  cycle ${String(cycles).padStart(11)}  instruction ${String(instret).padStart(10)}  ${describeEvent(event)}`;

/** For people: what is wrong, the event that did it, what came before, and how to go there. */
export function violationText(violation: Violation): string {
  const { message, cause, found, intactSince, recent } = violation;
  const lines = [`kernel sanitizer: ${message}`];
  if (cause === null) {
    lines.push(
      `noticed by the check of everything after event ${found.number}; all was right after event ${intactSince}.`,
      "--sanitize-every 1 checks everything after each event and names the one.",
    );
  } else {
    lines.push("broken by event", line(cause));
    if (found.number !== cause.number) lines.push("noticed at event", line(found));
  }
  lines.push("the last events", ...recent.map((seen) => `${seen.number === cause?.number ? ">" : " "}${line(seen)}`));
  const { instret } = cause ?? found;
  lines.push(
    `\`faultline debug\` with the same options, and then \`goto ${instret}\`, goes to the instruction before it.`,
  );
  return lines.join("\n");
}

/**
 * Attaches a sanitizer. On a timeline the past is run again in silence: that is not looked at, and afterwards the books
 * are taken as they stand. Returns the function that detaches it.
 */
export function attachSanitizer(machine: Machine, interval: number, tell: (violation: Violation) => void): () => void {
  const sanitizer = new Sanitizer(machine.kernel.core, interval);
  let hasJumped = false;
  /** When something was found; Infinity while all is right. */
  let brokenCycles = Number.POSITIVE_INFINITY;
  let lastCycles = 0;
  return machine.subscribe((event, cycles, instret) => {
    if (machine.isMuted || cycles < lastCycles) hasJumped = true;
    lastCycles = cycles;
    if (machine.isMuted) return;
    // Only between two actions: in the middle of one, frames are on their way.
    if (hasJumped && event.kind !== "trap") return;
    if (hasJumped) {
      sanitizer.synchronize();
      if (cycles < brokenCycles) brokenCycles = Number.POSITIVE_INFINITY;
    }
    hasJumped = false;
    // What is broken stays broken: said once.
    const violation = cycles >= brokenCycles ? null : sanitizer.see(event, cycles, instret);
    if (violation === null) return;
    brokenCycles = cycles;
    tell(violation);
  });
}
