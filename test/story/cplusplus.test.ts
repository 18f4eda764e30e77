/** M16: what a real C++ compiler makes of new and delete calls our malloc and free, and runs on our machine. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { driverHost } from "../../system/cli/compile.ts";
import { runTool } from "../../toolchain/driver.ts";
import { root, rootEntries, runStory } from "./support.ts";

const CXX = "riscv64-unknown-elf-g++";
const hasCompiler = spawnSync(CXX, ["--version"]).status === 0;
if (!hasCompiler)
  process.stderr.write("skipped: C++ on our libc; install the package gcc-riscv64-unknown-elf to run it\n");

const folder = mkdtempSync(join(tmpdir(), "faultline-cxx-"));
afterAll(() => rmSync(folder, { recursive: true }));

describe.skipIf(!hasCompiler)("an object file of a C++ compiler", () => {
  test("links with our linker and libc; new and delete go through malloc and free", () => {
    const object = join(folder, "new-delete.o");
    const flags = [
      "-march=rv32ima",
      "-mabi=ilp32",
      "-std=c++17",
      "-O1",
      "-ffreestanding",
      "-nostdinc",
      "-fno-exceptions",
      "-fno-rtti",
      "-w",
    ];
    const source = join(root, "test", "libc", "programs", "new-delete.cpp");
    const compiled = spawnSync(CXX, [...flags, `-I${join(root, "libc", "include")}`, "-c", source, "-o", object]);
    expect(compiled.stderr.toString()).toBe("");

    const memory = new Map<string, Uint8Array>([["new-delete.o", readFileSync(object)]]);
    const linked = runTool("cc", ["new-delete.o", "-o", "program"], driverHost(rootEntries(), memory, true));
    expect(linked).toEqual({ status: 0, stdout: "", stderr: "" });
    const symbols = runTool("nm", ["program"], driverHost(rootEntries(), memory, true)).stdout;
    for (const name of ["_Znwj", "_ZdlPvj", "malloc", "free"])
      expect(symbols).toMatch(new RegExp(` [TW] ${name}$`, "m"));

    const { stdout, status } = runStory(["/tmp/program"], {}, [
      { path: "/tmp/program", type: "file", mode: 0o755, bytes: memory.get("program")! },
    ]);
    expect(stdout.trim().split("\n")).toEqual([
      ...["made global", "area 49", "~Square 7", "~Shape", "last 999", "made local"],
      ...["gone local", "atexit", "gone global"],
    ]);
    expect(status).toBe(0);
  });
});
