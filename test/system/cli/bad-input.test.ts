/** Whatever is wrong with what a person gives: place, cause and remedy, an exit status, and nothing worse. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { faultline, folderWith } from "./faultline.ts";

const HELLO = '#include <stdio.h>\nint main(void) { puts("hello"); return 0; }\n';

/** A line of JavaScript's call stack must never reach a person. */
const STACK = /\n\s+at .*\(|node:internal|TypeError|RangeError/;

test("a file that is not there is named, with a remedy", () => {
  const { status, stderr } = faultline(["run", "programs/no-such-program.c"]);
  expect(status).toBe(2);
  expect(stderr).toContain("programs/no-such-program.c cannot be read: there is no such file");
  expect(stderr).toContain("Check the spelling");
});

test("a program that the machine does not have is named, with where to find the list", () => {
  const { status, stderr } = faultline(["run", "no-such-program"]);
  expect(status).toBe(2);
  expect(stderr).toContain("no-such-program");
  expect(stderr).toContain("help");
});

test("a folder is not a program", () => {
  const { status, stderr } = faultline(["run", "programs/"]);
  expect(status).toBe(2);
  expect(stderr).toContain("it is a folder");
});

test("a C syntax error has file, line, column, source line and caret, and the program is not run", () => {
  const folder = folderWith({ "bad.c": "int main(void) {\n  int x = 1\n  return x;\n}\n" });
  const { status, stdout, stderr } = faultline(["run", "bad.c"], "", folder);
  expect(status).toBe(1);
  expect(stdout).toBe("");
  expect(stderr).toMatch(/bad\.c:2:\d+: error: .*;/);
  expect(stderr).toContain("int x = 1");
  expect(stderr).toContain("^");
  expect(stderr).toContain("does not compile");
  expect(stderr).not.toMatch(STACK);
});

test("an assembly error has file, line and caret", () => {
  const folder = folderWith({ "bad.s": ".globl _start\n_start:\n  adi a0, a0, 1\n" });
  const { status, stderr } = faultline(["run", "bad.s"], "", folder);
  expect(status).toBe(1);
  expect(stderr).toMatch(/bad\.s:3:\d+: error: .*adi/);
  expect(stderr).toContain("addi");
});

test("an ELF file for another machine is refused by the name of that machine", () => {
  const folder = folderWith({ other: readFileSync(process.execPath).subarray(0, 4096) });
  const { status, stderr } = faultline(["run", "./other"], "", folder);
  expect(status).toBe(126);
  expect(stderr).toMatch(/64-bit|x86-64|aarch64/i);
  expect(stderr).not.toMatch(STACK);
});

test("an ELF file that has been cut off anywhere is refused, and never crashes anything", () => {
  const folder = folderWith({ "hello.c": HELLO });
  expect(faultline(["cc", "-o", "hello", "hello.c"], "", folder).status).toBe(0);
  const whole = readFileSync(join(folder, "hello"));
  for (const bytes of [0, 3, 16, 40, 51, 60, 200, 4096, 5000]) {
    const cut = folderWith({ cut: whole.subarray(0, bytes) });
    const { status, stderr } = faultline(["run", "./cut"], "", cut);
    expect(status, `cut to ${bytes} bytes`).toBe(126);
    expect(stderr.trim().length, `cut to ${bytes} bytes`).toBeGreaterThan(20);
    expect(stderr).not.toMatch(STACK);
  }
});

for (const [options, said] of [
  [["--frames", "3"], "--frames 3 is out of range: it takes 64 to 131072 frames"],
  [["--frames", "many"], 'not "many"'],
  [["--swap", "-1"], "--swap"],
  [["--tlb", "3x3"], "power of two"],
  [["--tlb", "big"], "SETSxWAYS"],
  [["--replacement", "best"], "clock"],
  [["--zeroing", "never"], "idle, background, on-demand, off"],
  [["--zero-rate", "fast"], "--zero-rate"],
  [["--watermarks", "8,4,2"], "must rise"],
  [["--watermarks", "many"], "8,16,32"],
  [["--writer", "64"], "64,16"],
  [["--working-set", "8,4"], "the maximum is at least"],
  [["--pff", "9,1"], "as in 10000,100000"],
  [["--load-control", "yes"], "on, off"],
  [["--trimming", "random"], "policy, age"],
  [["--seed", "x"], "--seed"],
  [["--quantum", "1"], "--quantum 1 is out of range"],
  [["--max-instructions", "0"], "--max-instructions 0 is out of range"],
  [["--trace", "everything"], "faults, syscalls, tlb, swap, sched, frames"],
  [["--fames", "64"], "--fames"],
] as const) {
  test(`${options.join(" ")} is refused with what would be right`, () => {
    const { status, stderr } = faultline(["run", ...options, "hello"]);
    expect(status).toBe(2);
    expect(stderr).toContain(said);
    expect(stderr).not.toMatch(STACK);
  });
}

test("a report that cannot be written is said, after the run", () => {
  const { status, stdout, stderr } = faultline(["run", "--report", "/no/such/folder/report.json", "hello"]);
  expect(stdout).not.toBe("");
  expect(status).toBe(2);
  expect(stderr).toContain("/no/such/folder/report.json");
});

/** Programs that do something they should not; what they are told must hold every one of the words. */
const MISBEHAVING: readonly [name: string, source: string, status: number, words: readonly string[]][] = [
  [
    "jumps into data",
    "unsigned data[4] = { 1, 2, 3, 4 };\nint main(void) { ((void (*)(void))data)(); return 0; }",
    139,
    ["execute", "0x"],
  ],
  [
    "overflows its stack",
    "int depth(int n) { volatile char big[1000]; big[0] = (char)n; return depth(n + 1) + big[0]; }\nint main(void) { return depth(0); }",
    139,
    ["stack"],
  ],
  [
    "writes through a null pointer",
    "int main(void) { volatile int *p = 0; *p = 1; return 0; }",
    139,
    ["0x0", "null pointer"],
  ],
  [
    "writes to its own code",
    "int main(void) { *(volatile int *)(void *)main = 0; return 0; }",
    139,
    ["code cannot be written"],
  ],
];

for (const [name, source, expected, words] of MISBEHAVING) {
  test(`a program that ${name} is ended with a message`, () => {
    const folder = folderWith({ "wild.c": source });
    const { status, stderr } = faultline(["run", "wild.c"], "", folder);
    expect(status).toBe(expected);
    for (const word of words) expect(stderr).toContain(word);
    expect(stderr).not.toMatch(STACK);
  });
}

test("a program that forks without end meets the limit, and the shell goes on", () => {
  const source =
    '#include <unistd.h>\n#include <stdio.h>\nint main(void) { int n = 0; for (;;) { int pid = fork(); if (pid < 0) { perror("fork"); return 3; } if (pid == 0) { pause(); } n++; } }';
  const folder = folderWith({ "bomb.c": source });
  const { status, stderr } = faultline(["run", "bomb.c"], "", folder);
  expect(status).toBe(3);
  expect(stderr).toContain("fork: ");
});
