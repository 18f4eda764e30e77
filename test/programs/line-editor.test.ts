/**
 * The shell's line editor, fed with the bytes that keys send (xterm's), its answer drawn on a screen of 80 columns.
 * No terminal is needed: raw mode is a matter of the terminal, the editor works on bytes.
 */
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { missingTools, programFile, run } from "./riscv-gcc.ts";
import { Screen } from "./screen.ts";

const LEFT = "\x1b[D";
const RIGHT = "\x1b[C";
const UP = "\x1b[A";
const DOWN = "\x1b[B";
const HOME = "\x1b[H";
const END = "\x1b[F";
const DELETE = "\x1b[3~";
const control = (letter: string): string => String.fromCharCode(letter.charCodeAt(0) & 31);

describe.skipIf(missingTools !== undefined)(`the line editor (needs: ${missingTools ?? "all there"})`, () => {
  let shell = "";
  beforeAll(() => {
    shell = programFile("sh");
  });

  /** Types `keys` into an interactive shell that starts in an empty directory; the screen afterwards. */
  function type(keys: string): string[] {
    const home = mkdtempSync(join(tmpdir(), "faultline-edit-"));
    const bytes = Buffer.from(keys, "utf8").toString("latin1");
    const result = run("qemu-riscv32", ["-E", `HOME=${home}`, shell, "-i"], { input: bytes, cwd: home });
    const screen = new Screen(80);
    screen.write(
      Buffer.from(result.stdout, "latin1")
        .toString("utf8")
        .replaceAll(/(?<!\r)\n/g, "\r\n"),
    );
    return screen.lines;
  }

  it.each([
    ["types and runs a line", "echo hello\r", ["~ $ echo hello", "hello"]],
    ["inserts left of the cursor", `echo ac${LEFT}b\r`, ["~ $ echo abc", "abc"]],
    ["moves to both ends", `cho x${HOME}e${END}y\r`, ["~ $ echo xy", "xy"]],
    [
      "moves by Ctrl-A, Ctrl-E, Ctrl-B and Ctrl-F",
      `cho ac${control("A")}e${control("E")}${control("B")}${control("B")}${control("F")}b\r`,
      ["~ $ echo abc", "abc"],
    ],
    ["rubs out to the left", "echo abx\x7fc\r", ["~ $ echo abc", "abc"]],
    ["deletes under the cursor", `echo abxc${LEFT}${LEFT}${DELETE}\r`, ["~ $ echo abc", "abc"]],
    ["cuts to the start and puts it back", `one${control("U")}echo ${control("Y")}\r`, ["~ $ echo one", "one"]],
    ["cuts to the end", `echo onetwo${LEFT}${LEFT}${LEFT}${control("K")}\r`, ["~ $ echo one", "one"]],
    ["cuts a word", `echo one two${control("W")}three\r`, ["~ $ echo one three", "one three"]],
    ["moves by words", `echo one two\x1b[1;5D\x1b[1;5DX\r`, ["~ $ echo Xone two", "Xone two"]],
    ["recalls the line before", `echo one\r${UP}s\r`, ["~ $ echo one", "one", "~ $ echo ones", "ones"]],
    [
      "comes back to the unfinished line",
      `echo one\recho tw${UP}${DOWN}o\r`,
      ["~ $ echo one", "one", "~ $ echo two", "two"],
    ],
    [
      "searches the history",
      `echo first\recho second\r${control("R")}fir\r`,
      ["~ $ echo first", "first", "~ $ echo second", "second", "~ $ echo first", "first"],
    ],
    ["treats a UTF-8 sequence as one character", `echo aé${LEFT}b${RIGHT}c\r`, ["~ $ echo abéc", "abéc"]],
    ["rubs out a UTF-8 sequence whole", "echo aéz\x7f\x7fb\r", ["~ $ echo ab", "ab"]],
    ["takes a paste's brackets for nothing", "\x1b[200~echo pasted\x1b[201~\r", ["~ $ echo pasted", "pasted"]],
    ["shows the status of a failure", "false\r", ["~ $ false", "~ [1] $"]],
    ["drops the line at Ctrl-C", `echo no${control("C")}echo yes\r`, ["~ $ echo no^C", "~ [130] $ echo yes", "yes"]],
    ["asks for the rest of an open quote", "echo 'a\rb'\r", ["~ $ echo 'a", "> b'", "a", "b"]],
    [
      "drops an open command at Ctrl-C",
      `if true\r${control("C")}echo x\r`,
      ["~ $ if true", "> ^C", "~ [130] $ echo x", "x"],
    ],
    ["completes the name of a command", "histo\t5\r", ["~ $ history 5", "    1  history 5"]],
  ])("%s", (_title, keys, expected) => {
    expect(type(keys).slice(0, expected.length)).toEqual(expected);
  });

  it("wraps a long line and edits across the rows", () => {
    const long = "a".repeat(100);
    const keys = `echo ${long}${LEFT.repeat(90)}B\r`;
    const edited = `~ $ echo ${"a".repeat(10)}B${"a".repeat(90)}`;
    const lines = type(keys);
    expect(lines.slice(0, 4)).toEqual([
      edited.slice(0, 80),
      edited.slice(80),
      `${"a".repeat(10)}B${"a".repeat(69)}`,
      "a".repeat(21),
    ]);
  });

  it("handles a line that ends exactly at the last column", () => {
    const word = "b".repeat(80 - "~ $ echo ".length);
    expect(type(`echo ${word}\x7fc\r`).slice(0, 2)).toEqual([`~ $ echo ${word.slice(1)}c`, ""]);
  });

  it("completes a file name and tells a directory from a file", () => {
    const lines = type("mkdir longname\rcd lon\t\rpwd\r");
    expect(lines[1]).toBe("~ $ cd longname/");
    expect(lines[3]).toMatch(/\/longname$/);
  });

  it("lists what a word may become on the second Tab", () => {
    const lines = type("echo >part1; echo >part2\recho pa\t\t\t\r");
    expect(lines.slice(0, 4)).toEqual([
      "~ $ echo >part1; echo >part2",
      "~ $ echo part",
      "part1  part2",
      "~ $ echo part",
    ]);
  });

  it("ends at Ctrl-D on an empty line", () => {
    const lines = type(`${control("D")}echo never\r`);
    expect(lines.join("\n")).not.toContain("never");
  });
});
