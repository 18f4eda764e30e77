/**
 * The programs that the build makes, with our compiler and our C library, run unchanged under qemu-riscv32 and say there
 * what they say here. (Programs whose output depends on the machine's memory are left to other stories.)
 */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { root, runStory } from "./support.ts";

const hasQemu = spawnSync("qemu-riscv32", ["--version"]).status === 0;
if (!hasQemu) process.stderr.write("skipped: programs under qemu-riscv32; install the package qemu-user to run them\n");

const bin = join(root, "dist", "rootfs", "bin");
const TEXT = "pear 3\napple 1\nfig 2\napple 1\n";

/** Argument vectors and standard input. Only builtins of the shell: under qemu-user another program cannot be started. */
const CASES: readonly [argv: readonly string[], stdin: string][] = [
  [["hello"], ""],
  [["echo", "one", "two  three"], ""],
  [["printf", "%05d|%-6s|%x|%c|%%\\n", "42", "ab", "255", "z"], ""],
  [["seq", "1", "3", "20"], ""],
  [["sort"], TEXT],
  [["sort", "-r"], TEXT],
  [["uniq", "-c"], TEXT],
  [["wc"], TEXT],
  [["head", "-n", "2"], TEXT],
  [["tail", "-n", "1"], TEXT],
  [["grep", "^a.*1$"], TEXT],
  [["tr", "a-z", "A-Z"], TEXT],
  [["nl"], TEXT],
  [["hexdump"], TEXT],
  [["basename", "/a/b/c.txt", ".txt"], ""],
  [["dirname", "/a/b/c.txt"], ""],
  [["test", "3", "-lt", "2"], ""],
  [["false"], ""],
  [["blocks"], ""],
  [
    [
      "sh",
      "-c",
      'i=0; while [ $i -lt 5 ]; do i=$((i + 1)); case $i in 2|4) continue;; esac; echo "$i: $HOME"; done; exit 7',
    ],
    "",
  ],
  [
    [
      "sh",
      "-c",
      "echo $((1 + 2 * (3 - 7) % 5)) 'single $x' \"double $((6 * 7))\"; false || echo or; true && echo and; echo $?",
    ],
    "",
  ],
];

describe.skipIf(!hasQemu)("a program of the machine under qemu-riscv32", () => {
  for (const [argv, stdin] of CASES) {
    test(`prints and returns the same: ${argv.join(" ")}`, () => {
      const there = spawnSync("qemu-riscv32", [join(bin, argv[0]), ...argv.slice(1)], {
        input: stdin,
        argv0: "qemu-riscv32",
        env: { PATH: "/bin", HOME: "/root" },
      });
      const here = runStory([`/bin/${argv[0]}`, ...argv.slice(1)], { stdin });
      expect(here.stdout).toBe(there.stdout.toString());
      expect(here.status).toBe(there.status);
    });
  }

  test("is the very file that runs here", () => {
    expect([...readFileSync(join(bin, "hello")).subarray(0, 4)]).toEqual([0x7f, 0x45, 0x4c, 0x46]);
    expect(runStory(["/bin/cmp", "/bin/hello", "/bin/hello"]).status).toBe(0);
  });
});
