/** `faultline explain-fault`: runs a program to its end and shows one of its page faults, step by step. */
import { readFileSync } from "node:fs";
import { hex } from "../../emulator/bits.ts";
import { examineFault, type FaultSummary, watchFaults } from "../debugger/microscope.ts";
import { reportText } from "../debugger/microscope-text.ts";
import { addressText } from "../debugger/symbols.ts";
import { openSession, recordToEnd, type Session } from "./debug-session.ts";
import { CommandFailure } from "./failure.ts";
import { readStandardInput } from "./host-streams.ts";
import type { ParsedOptions } from "./machine-arguments.ts";

/** A number as people write it: decimal, or hexadecimal with 0x. Throws CommandFailure. */
export function numberOption(options: ParsedOptions, name: string, meaning: string): number | null {
  const text = options[name];
  if (typeof text !== "string") return null;
  if (!/^(0x[0-9a-f]+|\d+)$/i.test(text))
    throw new CommandFailure(
      `--${name} takes ${meaning}, not "${text}".`,
      `for example --${name} ${name === "address" ? "0x21000" : "1"}`,
    );
  return Number(text);
}

/** Prints the fault, or the list of all. Resolves to the exit status. Throws CommandFailure. */
export function explainFault(file: string, args: readonly string[], options: ParsedOptions): number {
  const nth = numberOption(options, "nth", "the number of a fault, from 1");
  const at = numberOption(options, "at", "a count of instructions");
  const address = numberOption(options, "address", "an address");
  // The program's own output is not what was asked for.
  const session = openSession(file, args, options, () => {});
  const { faults, stop } = watchFaults(session.machine);
  recordToEnd(session.timeline, feeder(session, options));
  stop();
  if (nth === null && at === null && address === null) {
    process.stdout.write(listText(session, faults));
    return 0;
  }
  const chosen = choose(faults, nth, at, address);
  const report = examineFault(session.timeline, chosen);
  if (report === null)
    throw new CommandFailure(
      "the fault did not happen again when the run was repeated.",
      "this is a mistake of Faultline: please report it with the program.",
      1,
    );
  if (options["json"] === true) process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
  else process.stdout.write(`fault ${faults.indexOf(chosen) + 1} of ${faults.length}\n${reportText(report)}`);
  return 0;
}

function feeder(session: Session, options: ParsedOptions): () => boolean {
  const text = options["stdin"];
  let pending: Uint8Array | null =
    typeof text === "string" ? readFileSync(text) : process.stdin.isTTY === true ? null : readStandardInput();
  let isOpen = true;
  return () => {
    if (!isOpen) return false;
    if (pending !== null && pending.length > 0) session.timeline.type("stdin", pending);
    else {
      session.timeline.closeInput("stdin");
      isOpen = false;
    }
    pending = null;
    return true;
  };
}

function choose(
  faults: readonly FaultSummary[],
  nth: number | null,
  at: number | null,
  address: number | null,
): FaultSummary {
  const count = `the run has ${faults.length} ${faults.length === 1 ? "fault" : "faults"}`;
  const list = "without --nth, --at and --address this command lists them all.";
  if (nth !== null) {
    const fault = faults[nth - 1];
    if (fault === undefined) throw new CommandFailure(`there is no fault ${nth}: ${count}.`, list);
    return fault;
  }
  const fault =
    at !== null ? faults.find((f) => f.instret >= at) : faults.find((f) => f.vaddr >>> 12 === (address! >>> 0) >>> 12);
  if (fault === undefined)
    throw new CommandFailure(
      at !== null
        ? `no fault comes at or after instruction ${at}: ${count}.`
        : `no fault is in the page of ${hex(address!)}: ${count}.`,
      list,
    );
  return fault;
}

function listText(session: Session, faults: readonly FaultSummary[]): string {
  const rows = faults.map((f, i) => {
    const image = session.images.of(session.machine, f.pid) ?? session.images.byPath(session.start.argv[0]);
    return `${String(i + 1).padStart(5)} ${String(f.instret).padStart(12)} ${String(f.cycles).padStart(14)} ${String(f.pid).padStart(4)}  ${f.access.padEnd(7)} ${hex(f.vaddr)}  ${addressText(f.pc, image)}`;
  });
  return [
    "  nth  instruction          cycle  pid  access  address     pc",
    ...rows,
    "",
    "explain-fault --nth N shows one of them, step by step.",
    "",
  ].join("\n");
}
