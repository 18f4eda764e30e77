/** Sessions with the real gdb-multiarch, on programs that GCC has made. */
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { compileSource } from "../../../system/cli/compile.ts";
import { rootEntries } from "../../story/support.ts";
import { type Built, buildWithGcc, gdb, missing, type Session, startSession } from "./support.ts";

const PROGRAM = `
struct point { int x, y; };
struct point here = {3, 4};
int total = 0;
int table[8];
int add(int a, int b) {
  int sum = a + b;
  total = sum; /* store total */
  return sum;
}
int main(void) {
  int i;
  for (i = 0; i < 5; i++) {
    table[i] = add(i, 10); /* call */
  }
  sys(64, 1, (int)"done\\n", 5);
  return total; /* end */
}
`;

describe.skipIf(missing !== undefined)(`gdb-multiarch${missing ? ` (needs: ${missing})` : ""}`, () => {
  let built: Built;
  let session: Session;
  beforeAll(() => {
    built = buildWithGcc(PROGRAM);
  });
  const run = async (...commands: string[]): Promise<string> => {
    session = await startSession(built.bytes);
    return gdb(session, built.path, commands);
  };

  test("stops at a line, shows the stack, locals, structs, and the program's end", async () => {
    const text = await run(
      `break prog.c:${built.line("store total")}`,
      "continue",
      "backtrace",
      "info locals",
      "info args",
      "print here",
      "print/x $sp > 0x1000",
      "delete",
      "continue",
    );
    expect(text).toMatch(/Breakpoint 1, add \(a=0, b=10\)/);
    expect(text).toMatch(/#0 +add \(a=0, b=10\)[\s\S]*#1 +0x[0-9a-f]+ in main \(\)/);
    expect(text).toContain("sum = 10");
    expect(text).toContain("{x = 3, y = 4}");
    // 4 + 10 is the last total; gdb writes the status in octal.
    expect(text).toContain("exited with code 016");
    expect(session.output()).toBe("done\n");
  });

  test("next, step, finish and stepi move as in any program", async () => {
    const text = await run("break main", "continue", "next", "step", "info symbol $pc", "finish", "stepi", "print i");
    expect(text).toMatch(/add( \+ \d+)? in section .text/);
    expect(text).toMatch(/Value returned is \$\d+ = 10/);
  });

  test("a watchpoint stops at each change, with the old and the new value", async () => {
    const text = await run("watch total", "continue", "continue", "info line");
    expect(text).toMatch(/Hardware watchpoint 1: total\n\nOld value = 0\nNew value = 10/);
    expect(text).toMatch(/Old value = 10\nNew value = 11/);
  });

  test("read and access watchpoints stop at reads", async () => {
    const text = await run("rwatch total", "continue", "where 1");
    expect(text).toMatch(/Hardware read watchpoint 1: total\n\nValue = 14/);
    expect(text).toMatch(/main \(\)/);
  });

  test("reverse-continue to a watchpoint finds the last write, and goes on to the one before", async () => {
    const text = await run(
      `break prog.c:${built.line("end */")}`,
      "continue",
      "print total",
      "delete",
      "watch total",
      "reverse-continue",
      "print total",
      "reverse-continue",
      "print total",
      "where 2",
    );
    expect(text).toMatch(/\$1 = 14/);
    expect(text).toMatch(/Old value = 14\nNew value = 13/);
    expect(text).toMatch(/\$2 = 13/);
    expect(text).toMatch(/\$3 = 12/);
  });

  test("reverse-stepi goes back one instruction, over a system call too, and the values come back", async () => {
    const text = await run(
      "break main",
      "continue",
      "print/x $pc",
      "stepi",
      "stepi",
      "stepi",
      "reverse-stepi",
      "reverse-stepi",
      "reverse-stepi",
      "print/x $pc",
      "print $1 == $2",
    );
    expect(text).toMatch(/\$3 = 1/);
  });

  test("reverse-continue to a breakpoint, and reverse-next by lines", async () => {
    const text = await run(
      `break prog.c:${built.line("end */")}`,
      "continue",
      "tbreak add",
      "reverse-continue",
      "print a",
      "delete",
      `reverse-finish`,
      "print i",
    );
    expect(text).toMatch(/\$1 = 4/);
    expect(text).toMatch(/\$2 = 4/);
  });

  test("reverse-continue without a reason to stop arrives at the beginning and says so, and the way forward is the same again", async () => {
    const text = await run(
      `tbreak prog.c:${built.line("end */")}`,
      "continue",
      "print total",
      "reverse-continue",
      "print total",
      "print/x $pc",
      "info symbol $pc",
      `tbreak prog.c:${built.line("end */")}`,
      "continue",
      "print total",
    );
    expect(text).toContain("No more reverse-execution history");
    expect(text).toMatch(/\$1 = 14[\s\S]*\$2 = 0[\s\S]*\$4 = 14/);
    expect(text).toContain("_start in section .text");
    expect(session.output()).toBe("done\n");
  });

  test("registers and memory can be set, and the program uses what was set", async () => {
    const text = await run(
      "break add",
      "continue",
      "set var b = 100",
      "print b",
      "continue",
      "set var total = 5",
      "print total",
      "delete",
      `tbreak prog.c:${built.line("end */")}`,
      "continue",
      "print table[0]",
      "set $a0 = 7",
      "print $a0",
    );
    expect(text).toMatch(/\$1 = 100/);
    expect(text).toMatch(/\$2 = 5/);
    expect(text).toMatch(/\$3 = 100/);
    expect(text).toMatch(/\$4 = 7/);
  });

  test("memory that is not there is an error and not zeros", async () => {
    const text = await run("x/4x 0x70000000", "x/i $pc", "info mem");
    expect(text).toContain("Cannot access memory at address 0x70000000");
  });

  test("monitor shows TLB, walk, frames and areas, and explains itself", async () => {
    const text = await run(
      "break main",
      "continue",
      "monitor help",
      "monitor tlb",
      "monitor pt 0x10000",
      "monitor frames",
      "monitor vmas",
      "monitor nonsense",
      "monitor pt 12x",
      "monitor save run.faultline",
      "monitor save",
    );
    expect(text).toContain("monitor pt VADDR");
    expect(text).toMatch(/set \d+ way \d+: asid \d+ page 0x/);
    expect(text).toMatch(/level 1: PTE at 0x[0-9a-f]+ is 0x[0-9a-f]+: table in frame \d+/);
    expect(text).toMatch(/zeroed +\d+ frames/);
    expect(text).toContain("[stack]");
    expect(text).toContain('knows no "nonsense"');
    expect(text).toContain("monitor pt takes an address");
    expect(text).toContain("saved run.faultline");
    expect(text).toContain("monitor save takes a file");
  });
});

describe.skipIf(missing !== undefined)("gdb on a program of our own compiler", () => {
  const SOURCE = `int total = 0;
int add(int a, int b) {
  int sum = a + b;
  total = sum; /* store total */
  return sum;
}
int main(void) {
  for (int i = 0; i < 5; i++) add(i, 10);
  return total; /* end */
}
`;
  test("breaks at a line, shows stack and locals, watches, and goes back by instructions and to the last write", async () => {
    const path = join(mkdtempSync(join(tmpdir(), "faultline-gdb-")), "prog");
    const bytes = compileSource("prog.c", SOURCE, rootEntries());
    writeFileSync(path, bytes);
    const text = await gdb(await startSession(bytes), path, [
      ...[
        "break prog.c:4",
        "continue",
        "backtrace",
        "info locals",
        "delete",
        "watch total",
        "continue",
        "continue",
        "print total",
      ],
      ...["print/x $pc", "stepi", "reverse-stepi", "print/x $pc", "print $2 == $3"],
      ...[
        "delete",
        "tbreak prog.c:9",
        "continue",
        "watch total",
        "reverse-continue",
        "print total",
        "where 1",
        "delete",
        "continue",
      ],
    ]);
    expect(text).toMatch(/#0 +add \(a=0, b=10\) at .*prog\.c:4\n#1 +0x[0-9a-f]+ in main \(\)/);
    expect(text).toContain("sum = 10");
    expect(text).toMatch(/Old value = 0\nNew value = 10[\s\S]*Old value = 10\nNew value = 11/);
    expect(text).toMatch(/\$1 = 11[\s\S]*\$4 = 1\n/);
    expect(text).toMatch(/Old value = 14\nNew value = 13[\s\S]*\$5 = 13[\s\S]*#0 .*add \(a=4, b=10\)/);
    expect(text).toContain("exited with code 016");
  });
});

const CRASH = `
int *where = 0;
int spare[4];
int **slot = &where;
void fine(int n) { spare[n] = n; }
void culprit(void) { *slot = (int *)0x60000000; /* corrupts */ }
int main(void) {
  int i;
  where = &spare[2];
  for (i = 0; i < 4; i++) fine(i);
  culprit();
  for (i = 0; i < 4; i++) fine(i);
  *where = 1; /* crash */
  return 0;
}
`;

describe.skipIf(missing !== undefined)("a crash by a wild pointer", () => {
  test("stops at the instruction that faults, and going backwards finds the write that corrupted the pointer", async () => {
    const built = buildWithGcc(CRASH);
    const session = await startSession(built.bytes);
    const text = await gdb(session, built.path, [
      "continue",
      "print where",
      "watch where",
      "reverse-continue",
      "where",
      "delete",
      "continue",
    ]);
    expect(text).toMatch(/Program received signal SIGSEGV[\s\S]*main \(\)/);
    expect(text).toContain("(int *) 0x60000000");
    expect(text).toMatch(
      /New value = \(int \*\) 0x[0-9a-f]+ <spare\+8>\nculprit \(\)[\s\S]*corrupts[\s\S]*#0 +culprit \(\)[\s\S]*#1 .* main \(\)/,
    );
  });

  test("forward again from there it crashes again", async () => {
    const built = buildWithGcc(CRASH);
    const text = await gdb(await startSession(built.bytes), built.path, [
      "continue",
      "reverse-stepi",
      "reverse-stepi",
      "continue",
      "info symbol $pc",
    ]);
    expect(text.match(/Program received signal SIGSEGV/g)).toHaveLength(2);
  });

  test("going on after the signal ends the program by it", async () => {
    const built = buildWithGcc(CRASH);
    const text = await gdb(await startSession(built.bytes), built.path, ["continue", "continue"]);
    expect(text).toContain("Program terminated with signal SIGSEGV");
  });
});

const FORK = `
int shared = 1;
int work(int who) { shared = who; return who; }
int main(void) {
  int pid = sys(220, 17, 0, 0);
  if (pid == 0) { work(2); sys(94, 0, 0, 0); }
  sys(95, 0, 0, 0);
  work(7);
  return shared;
}
`;

describe.skipIf(missing !== undefined)("processes as threads", () => {
  test("a breakpoint stops each process that runs the program, and each has its own memory", async () => {
    const built = buildWithGcc(FORK);
    const session = await startSession(built.bytes);
    const text = await gdb(session, built.path, [
      "break work",
      "continue",
      "print who",
      "info threads",
      "continue",
      "print who",
      "thread 1",
      "print shared",
      "delete",
      "continue",
    ]);
    const stops = [...text.matchAll(/work \(who=(\d)\)/g)].map((match) => match[1]);
    expect(new Set(stops)).toEqual(new Set(["2", "7"]));
    expect(text).toMatch(/prog, (running|ready|blocked)/);
    expect(text).toContain("exited with code 07");
  });
});
