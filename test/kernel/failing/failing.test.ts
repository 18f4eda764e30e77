/**
 * Every way of running out: the n-th frame, swap slot, device transfer or copy from or to user memory fails, for every n until
 * none is left to fail, in programs that make every call that has to do with memory. Each time the program ends with status 0
 * or by a signal that fits, every errno on the way fits (the programs check that, and their bytes), the sanitizer finds
 * nothing, and afterwards every frame and slot has come back.
 *
 * Short by default: a sample of n, whose seed is printed. FAULTLINE_FAIL_ALL=1 runs every n (about a minute);
 * FAULTLINE_SEED=N repeats a sample.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { FailKind } from "../../../kernel/config.ts";
import { releaseObject } from "../../../kernel/mm/address-space.ts";
import { completeTransfers } from "../../../kernel/mm/transfers.ts";
import { exitProcess } from "../../../kernel/proc/exit.ts";
import { compileSource } from "../../../system/cli/compile.ts";
import { Machine } from "../../../system/machine.ts";
import type { MachineConfig } from "../../../system/options.ts";
import type { RootEntry } from "../../../system/root-file-system.ts";
import { attachSanitizer, SanitizerStop } from "../../../system/sanitize.ts";
import { rootEntries } from "../../story/support.ts";
import { randomSource } from "../fuzz/fuzz.ts";
import { Program } from "../support/program.ts";

const isFull = process.env["FAULTLINE_FAIL_ALL"] !== undefined;
const seed = Number(process.env["FAULTLINE_SEED"] ?? Date.now() % 100_000);
/** Attempts that a sample picks of each kind in each program. */
const SAMPLE = 4;

type Kind = Exclude<FailKind, "none">;
/** How a program may end: by itself, or as a shell shows an end by SIGKILL (137), SIGBUS (135), SIGSEGV (139). */
const ENDS: Readonly<Record<Kind, readonly number[]>> = {
  frame: [0, 137],
  slot: [0, 137],
  transfer: [0, 135],
  // A signal's frame that cannot be written is a SIGSEGV, as on Linux.
  copy: [0, 139],
};

const folder = join(import.meta.dirname, "programs");
const source = (name: string): string => readFileSync(join(folder, name), "utf8");

/** A thread on a stack of its own: it writes memory that both share and ends; the first waits by futex until its tid is cleared. */
function threads(): Uint8Array {
  const p = new Program().words("tid", -1).words("shared", 0);
  p.call("mmap2", 0, 8192, 3, 0x22, -1, 0).branch("blt", "a0", "zero", "end");
  p.li("t0", 8192).op("add", "s0", "a0", "t0");
  p.li("a0", 0x350f00).mv("a1", "s0").li("a2", "tid").li("a3", 0).li("a4", "tid").li("a7", 220).ecall();
  p.branch("beq", "a0", "zero", "thread").branch("blt", "a0", "zero", "end");
  p.label("wait").li("t0", "tid").load("lw", "t1", "t0").branch("beq", "t1", "zero", "end");
  p.words("time", 0, 0, 1_000_000, 0);
  p.call("futex_time64", "tid", 0, "=t1", "time", 0, 0).op("addi", "s1", "s1", 1).op("slti", "t2", "s1", 50);
  p.branch("bne", "t2", "zero", "wait");
  p.label("end").exit(0);
  p.label("thread").li("t0", "shared").li("t1", 5).store("sw", "t1", "t0").store("sw", "t1", "sp", -4);
  return p.call("exit", 0).elf();
}

const programs = new Map<string, Uint8Array>();
function programNamed(name: string): Uint8Array {
  let bytes = programs.get(name);
  if (bytes === undefined) {
    bytes =
      name === "threads"
        ? threads()
        : compileSource(
            `${name}.c`,
            source(`${name}.c`).replace('#include "sane.h"\n', source("sane.h")),
            rootEntries(),
          );
    programs.set(name, bytes);
  }
  return bytes;
}

interface Outcome {
  readonly status: number;
  /** Attempts of the kind that were made. */
  readonly attempts: number;
  readonly stderr: string;
}

const FAILED_ATTEMPT = /fault injection: attempt \d+ of kind \w+ fails/;

/** Runs a program with the n-th attempt of a kind failing (0: none). Throws when a book is wrong or something is lost. */
function runWith(name: string, config: Partial<MachineConfig>): Outcome {
  const path = `/tmp/${name}`;
  const entries: RootEntry[] = [
    { path: "/tmp", type: "directory", mode: 0o777 },
    { path, type: "file", mode: 0o755, bytes: programNamed(name) },
  ];
  let stderr = "";
  const machine = new Machine(
    { frames: 96, swapSlots: 300, maxInstructions: 5_000_000, ...config },
    entries,
    (stream, bytes) => {
      if (stream === "stderr") stderr += new TextDecoder().decode(bytes);
    },
  );
  machine.onMessage = (text) => void (stderr += `${text}\n`);
  attachSanitizer(machine, 4000, (violation) => {
    throw new SanitizerStop(violation);
  });
  const problem = machine.boot({ argv: [path], environment: [], stdio: "streams" });
  // The very start of a program can be what fails.
  if (problem !== null) return { status: 0, attempts: attempts(machine), stderr };
  machine.closeInput("stdin");
  for (;;) {
    const status = machine.run(50_000_000);
    if (status.kind === "asleep") machine.skipTo(status.untilCycles);
    else if (status.kind === "halted") {
      const outcome = { status: status.status, attempts: attempts(machine), stderr };
      endAll(machine);
      return outcome;
    } else if (status.kind !== "slice") throw new Error(`the run stopped: ${status.kind}\n${stderr}`);
  }
}

const attempts = (machine: Machine): number => machine.kernel.core.variables.attempts;

/** Ends what still lives; every frame and slot has to come back. */
function endAll(machine: Machine): void {
  const { core } = machine.kernel;
  machine.kernel.checkInvariants();
  for (const p of [...core.processes.values()]) if (p.state !== "zombie") exitProcess(core, p, 0, 9);
  while (core.swap.queue.length > 0) {
    machine.kernel.advanceTo(core.swap.dueCycles);
    completeTransfers(core);
  }
  // What shmget made outlives its processes.
  for (const object of [...core.sharedObjects.values()])
    if (object.segment?.isRemoved === false) releaseObject(core, object, 1);
  machine.kernel.checkInvariants();
  const { total, kernel, zeroed, dirty } = machine.kernel.report().frames;
  expect(kernel + zeroed + dirty, "frames that came back").toBe(total);
  expect(core.swap.usedSlots, "slots that are left").toBe(0);
  expect(core.spaces.size + core.sharedObjects.size, "spaces and shared objects that are left").toBe(0);
}

const PROGRAMS = ["memory", "processes", "files", "calls", "swap", "threads"];

test("the programs themselves find nothing wrong when nothing fails", () => {
  for (const name of PROGRAMS) expect(runWith(name, {})).toMatchObject({ status: 0, stderr: "" });
});

for (const kind of ["frame", "slot", "transfer", "copy"] as const) {
  test(`whichever ${kind} fails, programs see an errno or signal that fits, and nothing is lost`, {
    timeout: 1_800_000,
  }, () => {
    const random = randomSource(seed);
    let runs = 0;
    const seen = new Map<number, number>();
    for (const name of PROGRAMS) {
      for (const cluster of kind === "transfer" || kind === "slot" ? [1, 4] : [1]) {
        const config = { swapCluster: cluster, swapReadAhead: cluster, failKind: kind };
        // Nothing fails the first time: that run only counts the attempts that there are.
        const total = runWith(name, { ...config, failAt: 0 }).attempts;
        const chosen = new Set<number>();
        while (chosen.size < Math.min(total, SAMPLE)) chosen.add(1 + (random() % total));
        const all = isFull ? Array.from({ length: total }, (_, i) => i + 1) : [...chosen];
        for (const failAt of all) {
          const what = `${name} with ${kind} ${failAt} of ${total}, cluster ${cluster} (seed ${seed})`;
          let outcome: Outcome;
          try {
            outcome = runWith(name, { ...config, failAt });
          } catch (error) {
            throw new Error(`${what}: ${(error as Error).stack}`);
          }
          expect(outcome.stderr, what).toMatch(FAILED_ATTEMPT);
          expect(ENDS[kind], `${what} ended with ${outcome.status}\n${outcome.stderr}`).toContain(outcome.status);
          seen.set(outcome.status, (seen.get(outcome.status) ?? 0) + 1);
          runs++;
        }
      }
    }
    const ends = [...seen].map(([status, count]) => `${count} with ${status}`).join(", ");
    console.log(`${runs} runs with a failing ${kind} (seed ${seed}): ${ends}`);
    expect(runs).toBeGreaterThan(0);
  });
}
