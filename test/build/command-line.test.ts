/** How `./bin/faultline` starts: what is out of date is noticed, and the code cache is used where it fits and only there. */
import { execFileSync } from "node:child_process";
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  truncateSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { TOOL_NAMES } from "../../system/cli/tool-names.ts";

const root = join(import.meta.dirname, "..", "..");
const scratch = mkdtempSync(join(tmpdir(), "faultline-build-"));
afterAll(() => rmSync(scratch, { recursive: true }));

/** Loads the program in `folder` in a new process and compiles with it: whether V8 took the cache, and the compiler's first line. */
function start(folder: string, flags: readonly string[] = []): { cache: string; output: string } {
  const script = `
    const { readProgram, startProgram } = require(${JSON.stringify(join(root, "build", "program.cjs"))});
    const program = readProgram(${JSON.stringify(folder)}, "tools");
    console.log({ false: "taken", true: "rejected", undefined: "none" }[program.script.cachedDataRejected]);
    startProgram(program).main(["node", "faultline", "cc", "--version"]);`;
  const [cache = "", output = ""] = execFileSync(process.execPath, [...flags, "-e", script], {
    encoding: "utf8",
  }).split("\n");
  return { cache, output };
}

/** A copy of dist/cli, whose files a test may damage; `cache` is the one of tools.cjs, as its first line names it. */
function programCopy(name: string): { folder: string; cache: string } {
  const folder = join(scratch, name);
  cpSync(join(root, "dist", "cli"), folder, { recursive: true });
  const [cache] = /[0-9a-f]{16}\.cache/.exec(readFileSync(join(folder, "tools.cjs"), "latin1")) ?? [];
  if (cache === undefined) throw new Error("the build made no code cache");
  return { folder, cache: join(folder, cache) };
}

describe("the code cache", () => {
  const VERSION = expect.stringContaining("Faultline cc");

  it("that the build made fits this Node", () => {
    expect(start(join(root, "dist", "cli"))).toEqual({ cache: "taken", output: VERSION });
  });

  it("is not needed", () => {
    const { folder, cache } = programCopy("without");
    unlinkSync(cache);
    expect(start(folder)).toEqual({ cache: "none", output: VERSION });
  });

  it("is rejected when it was cut short, and the program runs all the same", () => {
    const { folder, cache } = programCopy("short");
    truncateSync(cache, 1000);
    expect(start(folder)).toEqual({ cache: "rejected", output: VERSION });
  });

  it("is rejected by a V8 with other flags, and the program runs all the same", () => {
    expect(start(join(root, "dist", "cli"), ["--no-opt"])).toEqual({ cache: "rejected", output: VERSION });
  });

  it("of another program is not looked at", () => {
    const { folder } = programCopy("changed");
    const path = join(folder, "tools.cjs");
    const text = readFileSync(path, "utf8");
    writeFileSync(path, text.replace(/^\/\* [0-9a-f]{16}\.cache/, "/* 0123456789abcdef.cache"));
    expect(start(folder)).toEqual({ cache: "none", output: VERSION });
  });
});

describe("the two programs", () => {
  it("are chosen by the command's name", () => {
    const script = `
      const start = require(${JSON.stringify(join(root, "dist", "cli.cjs"))});
      (async () => {
        for (const name of process.argv.slice(1)) {
          console.log("#" + name);
          await start(["node", "faultline", name, "--help"]);
        }
      })();`;
    const names = [...Object.keys(TOOL_NAMES), "run"];
    const [, ...answers] = execFileSync(process.execPath, ["-e", script, ...names], { encoding: "utf8" }).split(/^#/m);
    expect(answers.map((text) => text.split("\n")[0])).toEqual(names);
    // What main.ts says of a tool is a line of its own making.
    expect(answers.filter((text) => text.includes("Usage: faultline")).map((text) => text.split("\n")[0])).toEqual([
      "run",
    ]);
  });
});

describe("what the build last read", () => {
  /** A clone with one file in each folder that the build reads. */
  function clone(name: string): { folder: string; isUpToDate(): boolean; record(): void } {
    const folder = join(scratch, name);
    mkdirSync(join(folder, "build"), { recursive: true });
    for (const source of ["emulator", "kernel", "toolchain", "system", "web", "libc", "programs"]) {
      mkdirSync(join(folder, source));
      writeFileSync(join(folder, source, "a.ts"), "1");
    }
    for (const file of ["package.json", "package-lock.json"]) writeFileSync(join(folder, file), "{}");
    const module = join(folder, "build", "freshness.cjs");
    cpSync(join(root, "build", "freshness.cjs"), module);
    const { isUpToDate, recordBuild, sourcesNow } = createRequire(module)(module);
    return { folder, isUpToDate, record: () => recordBuild(sourcesNow()) };
  }

  it("is out of date before the first build and up to date after it", () => {
    const { isUpToDate, record } = clone("first");
    expect(isUpToDate()).toBe(false);
    record();
    expect(isUpToDate()).toBe(true);
  });

  it.each([
    ["a file of another size", (folder: string) => writeFileSync(join(folder, "libc", "a.ts"), "22")],
    ["a file of another time", (folder: string) => utimesSync(join(folder, "kernel", "a.ts"), 5, 5)],
    ["a new file", (folder: string) => writeFileSync(join(folder, "web", "b.ts"), "1")],
    ["a file less", (folder: string) => unlinkSync(join(folder, "system", "a.ts"))],
    ["a new lock file", (folder: string) => writeFileSync(join(folder, "package-lock.json"), "{ }")],
    ["a stamp that cannot be read", (folder: string) => writeFileSync(join(folder, "dist", ".built"), "0f3a")],
  ])("is out of date with %s", (what, change) => {
    const { folder, isUpToDate, record } = clone(what);
    record();
    change(folder);
    expect(isUpToDate()).toBe(false);
  });

  it("stays up to date when a file came and went, and when a generated parser was written", () => {
    const { folder, isUpToDate, record } = clone("came-and-went");
    record();
    writeFileSync(join(folder, "kernel", ".a.ts.swp"), "");
    unlinkSync(join(folder, "kernel", ".a.ts.swp"));
    mkdirSync(join(folder, "toolchain", "generated"));
    writeFileSync(join(folder, "toolchain", "generated", "c-grammar.ts"), "");
    expect(isUpToDate()).toBe(true);
  });
});
