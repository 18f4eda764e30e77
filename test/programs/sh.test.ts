/** The shell against dash: the same script must print the same and end with the same status. */
import { mkdtempSync, readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { missingTools, PROJECT, pathFolder, programFile, type Ran, run } from "./riscv-gcc.ts";

const SCRIPTS = join(PROJECT, "test/programs/sh-scripts");

describe.skipIf(missingTools !== undefined)(`the shell (needs: ${missingTools ?? "all there"})`, () => {
  let shell = "";
  let path = "";
  let folder = "";
  beforeAll(() => {
    shell = programFile("sh");
    path = `${pathFolder(["sh"])}:${process.env["PATH"]}`;
    folder = mkdtempSync(join(tmpdir(), "faultline-sh-"));
  });
  const ours = (args: string[], input = ""): Ran => run("qemu-riscv32", [shell, ...args], { input, path, cwd: folder });

  it.each(readdirSync(SCRIPTS))("runs %s as dash does", (name) => {
    const oracle = run("/bin/dash", [join(SCRIPTS, name)], { cwd: folder });
    const result = ours([join(SCRIPTS, name)]);
    expect(result.stdout).toBe(oracle.stdout);
    expect(result.status).toBe(oracle.status);
  });

  it("leaves the rest of its input to the command that the line starts (POSIX sh, STDIN)", () => {
    expect(ours([], 'read x; echo "x=$x"\nthe line\necho after\n').stdout).toBe("x=the line\nafter\n");
  });

  it("says where to look when a command does not exist", () => {
    const result = ours(["-c", "nosuch"]);
    expect(result.stderr).toBe("sh: nosuch: command not found (type help for the list)\n");
    expect(result.status).toBe(127);
  });

  it("names the line of a syntax error in a script and ends with status 2", () => {
    const result = ours([], "echo one\nif true; done\n");
    expect(result.stdout).toBe("one\n");
    expect(result.stderr).toContain("line 2: syntax error: done comes where then should stand");
    expect(result.status).toBe(2);
  });

  it("says which signal ended a command", () => {
    const result = ours(["-c", "sh -c 'kill -SEGV $$'; echo $?"]);
    expect(result.stdout).toBe("139\n");
    expect(result.stderr).toContain("segmentation fault (signal 11)");
  });

  it("refuses an unreadable redirection, skips the command and goes on", () => {
    const result = ours(["-c", "echo no < /nosuch; echo $?"]);
    expect(result.stdout).toBe("1\n");
    expect(result.stderr).toContain("sh: /nosuch: cannot read this file: No such file or directory");
  });

  it("bounds functions that call themselves without end", () => {
    const result = ours(["-c", "f() { f; }; f; echo alive"]);
    expect(result.stderr).toContain("functions call each other more than 64 deep");
    expect(result.stdout).toBe("alive\n");
  });
});
