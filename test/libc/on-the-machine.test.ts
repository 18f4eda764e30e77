/**
 * libc as it is shipped: compiled by our own compiler, run on our own machine. Expected values are hand-worked, or what the
 * host's C library prints for the same program and seed.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { compileFile } from "../../system/cli/compile.ts";
import { rootEntries, runStory, type Story } from "../story/support.ts";
import { MALLOC_TRACE } from "./expected.ts";

const programs = join(import.meta.dirname, "programs");
const folder = mkdtempSync(join(tmpdir(), "faultline-libc-"));
const seed = process.env["FAULTLINE_SEED"] ?? String(Math.floor(Math.random() * 1e9));
console.log(`test/libc on the machine: FAULTLINE_SEED=${seed}`);

afterAll(() => rmSync(folder, { recursive: true }));

function onTheMachine(source: string, args: readonly string[] = [], environment: readonly string[] = []): Story {
  const bytes = compileFile(join(programs, source), rootEntries());
  const options = { environment: ["PATH=/bin", "HOME=/root", ...environment], withoutEvents: true };
  return runStory(["/tmp/program", ...args], options, [{ path: "/tmp/program", type: "file", mode: 0o755, bytes }]);
}

/** The same program by the host's compiler and C library. */
function onTheHost(source: string, args: readonly string[]): string {
  const output = join(folder, source.replace(/\.c$/, ""));
  execFileSync("gcc", ["-std=gnu11", "-w", "-O1", "-ffp-contract=off", join(programs, source), "-lm", "-o", output]);
  return execFileSync(output, args, { encoding: "utf8", maxBuffer: 1 << 27, env: { ...process.env, TZ: "UTC0" } });
}

const hasHostCompiler = spawnSync("gcc", ["--version"]).status === 0;
if (!hasHostCompiler) console.warn("comparisons with the host's C library skipped: install the package gcc");

describe("libc by our compiler, on our machine", () => {
  it.each([
    ["strings, numbers, files, processes, signals and the rest", "basics.c"],
    ["patterns, locks, users, timers, dates, files in memory", "posix.c"],
    ["thread-local objects of the one thread", "thread-local.c"],
    ["the classes of floating numbers and builtins of the library", "float-classes.c"],
    ["System V segments, semaphores and queues", "ipc.c"],
  ])("does what hand-worked values say: %s", (_title, source) => {
    const { stdout, status } = onTheMachine(source);

    expect(stdout).toBe("0 failures\n");
    expect(status).toBe(0);
  });

  // Not by qemu-riscv32: version 7.2 stores the times of System V objects where riscv32 Linux does not have them.
  it.skipIf(!hasHostCompiler)(
    "System V segments, semaphores and queues do with the host's C library what ipc.c says",
    () => {
      expect(onTheHost("ipc.c", [])).toBe("0 failures\n");
    },
  );

  it("splits, coalesces and places malloc's blocks exactly as worked out by hand (M2)", () => {
    expect(onTheMachine("malloc-trace.c").stdout.trim().split("\n")).toEqual(MALLOC_TRACE);
  });

  it.each(["bins", "side", "first-fit"])("the allocator %s keeps every block apart and its contents whole", (name) => {
    expect(onTheMachine("malloc-random.c", [seed, "300"], [`MALLOC=${name}`]).stdout).toBe(
      "in use at the end: 0 bytes\n",
    );
  });

  it.skipIf(!hasHostCompiler).each([
    ["printf", "printf-random.c", 150],
    ["strtod and strtof", "strtod-random.c", 100],
    ["scanf", "scanf-cases.c", 40],
    ["strftime, gmtime and mktime", "strftime-random.c", 100],
    ["qsort and bsearch", "sort-random.c", 1],
  ])("%s print what another C library prints", (_subject, source, rounds) => {
    const args = [seed, String(rounds)];

    const { stdout, status } = onTheMachine(source, args);

    expect(stdout.split("\n")).toEqual(onTheHost(source, args).split("\n"));
    expect(status).toBe(0);
  });

  it("is the library whose sources are in this tree", () => {
    const header = rootEntries().find((entry) => entry.path === "/usr/include/stdio.h");
    expect(header?.bytes && Buffer.from(header.bytes)).toEqual(
      readFileSync(join(import.meta.dirname, "../../libc/include/stdio.h")),
    );
  });
});
