import { describe, expect, it } from "vitest";
import { KernelPanic } from "../../../kernel/panic.ts";
import type { Context } from "../../../system/cli/debug/commands.ts";
import { COMMANDS } from "../../../system/cli/debug/commands.ts";
import { Pane, paneLines } from "../../../system/cli/debug/layout.ts";
import { findCommand, Shell } from "../../../system/cli/debug/shell.ts";
import { debugC } from "./support.ts";

const SOURCE = "int limit = 3;\nint main(void) {\n  int n = 0;\n  while (n < limit)\n    n++;\n  return n;\n}";

function shell(source = SOURCE): Shell {
  const { debug } = debugC(source, { isCancelled: () => context.isCancelled });
  const context: Context = {
    debug,
    source: () => SOURCE.split("\n"),
    level: 0,
    listed: null,
    examined: 0,
    microscope: null,
    input: () => {},
    save: () => "",
    quit: false,
    layout: "off",
    hasPane: false,
    isCancelled: false,
  };
  return new Shell(context);
}

describe("the command line of the debugger", () => {
  it("knows gdb's abbreviations", () => {
    const pairs = {
      b: "break",
      tb: "tbreak",
      si: "stepi",
      s: "step",
      n: "next",
      fin: "finish",
      c: "continue",
      rsi: "reverse-stepi",
      rs: "reverse-step",
      rn: "reverse-next",
      rc: "reverse-continue",
      bt: "backtrace",
      p: "print",
      l: "list",
      i: "info",
      disas: "disassemble",
      q: "quit",
    };
    for (const [short, name] of Object.entries(pairs)) expect(findCommand(short).name).toBe(name);
    expect(() => findCommand("re")).toThrow(/could be/);
    expect(COMMANDS.every(({ help, usage }) => help.endsWith(".") && usage !== "")).toBe(true);
  });

  it("runs, prints and goes back", () => {
    const sh = shell();
    expect(sh.execute("b 5").text).toMatch(/Breakpoint 1 at 0x[0-9a-f]+: file test.c, line 5/);
    expect(sh.execute("c").text).toContain("5\t    n++;");
    expect(sh.execute("c").isError).toBe(false);
    expect(sh.execute("p n").text).toBe("n = 1");
    expect(sh.execute("p/x limit * 16").text).toBe("limit * 16 = 0x30");
    expect(sh.execute("rc").text).toContain("breakpoint 1");
    expect(sh.execute("p n").text).toBe("n = 0");
    expect(sh.execute("x/1dw &limit").text).toMatch(/<limit>:\t3$/);
    expect(sh.execute("d").text).toBe("");
    expect(sh.execute("c").stop).toMatchObject({ kind: "halted", status: 3 });
    sh.execute("goto start");
    sh.execute("tb main");
    sh.execute("c");
    sh.execute("set limit = 7");
    expect(sh.execute("c").stop).toMatchObject({ kind: "halted", status: 7 });
  });

  it("sets by set, set var and print, and keeps the future that was", () => {
    const sh = shell(
      "int limit = 3;\ndouble d = 1;\nlong long l;\nvoid *used[] = { &d, &l };\nint main(void) { limit += 0; return used[0] ? limit : 1; }",
    );
    sh.execute("tb main");
    sh.execute("c");
    expect(sh.execute("set var limit = 4").text).toMatch(/nothing was recorded behind this place/);
    expect(sh.execute("c").stop?.status).toBe(4);
    sh.execute("rc");
    sh.execute("tb main");
    sh.execute("c");
    expect(sh.execute("p limit = 9").text).toMatch(/^limit = 9\nwhat comes from here on is a new branch; .* branch 0/);
    expect(sh.execute("p/x limit = 10").text).toMatch(/^limit = 0xa\n/);
    expect(sh.execute("p d = -0.5").text).toMatch(/^d = -0.5\n/);
    expect(sh.execute("p l = -5").text).toMatch(/^l = -5\n/);
    expect(sh.execute("p limit == 10").text).toBe("limit == 10 = 1");
    expect(sh.execute("c").stop?.status).toBe(10);
    sh.execute("branch 0");
    expect(sh.execute("c").stop?.status).toBe(4);
    sh.execute("goto start");
    sh.execute("tb exit");
    sh.execute("c");
    sh.execute("set $a0 = 5");
    expect(sh.execute("p $a0").text).toBe("$a0 = 5");
    expect(sh.execute("c").stop?.status).toBe(5);
    for (const line of ["p used = 1", "p 3 = 4", "p main = 4", "p limit = nosuch"])
      expect(sh.execute(line).isError, line).toBe(true);
  });

  it("answers mistakes with a message and stays usable", () => {
    const sh = shell();
    const mistakes = [
      "nonsense",
      "b nosuch",
      "b 4000",
      "x/3q 5",
      "info",
      "info frame 99999",
      "si 0",
      "si x",
      "branch 7",
      "when fault of",
      "fault foo",
      "event bar",
      "life",
      "life frame 99999",
      "frame 50",
      "process 77",
      "p 1/0",
      "p *0",
      "p",
      "p nosuch",
      "p limit.x",
      "delete 55",
      "enable 9",
      "set",
      "set x",
      "set $zz = 1",
      "watch",
      "watch 3",
      "who",
      "who 5",
      "goto",
      "help nonsense",
      "((((",
      "p ((((",
      "\u0000",
    ];
    for (const line of mistakes) {
      const answer = sh.execute(line);
      expect(answer.isError, line).toBe(true);
      expect(answer.text.length, line).toBeGreaterThan(10);
    }
    expect(sh.execute("p limit").text).toBe("limit = 3");
  });

  it("ends a search that finds nothing when the person presses Ctrl-C, forwards and backwards", () => {
    const sh = shell("int n;\nint main(void) {\n  for (;;) n++;\n}");
    for (const line of ["until n == -1", "rc"]) {
      const parts = sh.executing(line);
      let count = 0;
      for (;;) {
        const { done, value } = parts.next();
        if (done !== true) {
          if (++count === 3) sh.context.isCancelled = true;
          continue;
        }
        expect(value.stop?.kind, line).toBe("cancelled");
        break;
      }
      expect(count, line).toBeLessThan(6);
    }
    expect(sh.execute("p n >= 0").text).toBe("n >= 0 = 1");
    expect(sh.execute("si").stop?.kind).toBe("step");
  });

  it("stands before what the kernel has failed in, with all of the past, when the kernel fails", () => {
    const sh = shell();
    const { kernel, hart } = sh.context.debug.machine;
    const trap = kernel.trap.bind(kernel);
    kernel.trap = () => {
      if (hart.instret > 30) throw new KernelPanic("two owners of a frame");
      trap();
    };
    const answer = sh.execute("c");
    expect(answer.isError).toBe(true);
    expect(answer.text).toContain("two owners of a frame");
    const { instret } = sh.context.debug.timeline.end;
    expect(instret).toBeGreaterThan(30);
    expect(sh.execute("rsi").stop).toMatchObject({ kind: "step", moment: { instret: instret - 1 } });
    expect(sh.execute("c").text).toContain("two owners of a frame");
    expect(sh.context.debug.timeline.end.instret).toBe(instret);
  });

  it("keeps source, code and registers in view, each line where it belongs", () => {
    const sh = shell();
    sh.execute("b 5");
    sh.execute("c");
    const source = sh.execute("layout src").text.split("\n");
    expect(source[0]).toMatch(/^── test\.c ─+$/);
    expect(source.filter((line) => line.startsWith("b>"))).toEqual(["b>    5      n++;"]);
    const code = sh.execute("layout asm").text.split("\n");
    expect(code.filter((line) => line.startsWith("b>"))).toEqual([expect.stringContaining("<main+")]);
    const registers = sh.execute("layout regs").text;
    expect(registers).toMatch(/── registers/);
    expect(registers).toMatch(/sp {3}0x7fff/);
    expect(registers).toContain("b>    5      n++;");
    const split = sh.execute("layout split").text;
    expect(split).toContain("── test.c");
    expect(split).toContain("── code");
    expect(sh.execute("layout nonsense").isError).toBe(true);
    for (const layout of ["src", "asm", "regs", "split"] as const)
      for (const rows of [3, 7, 12, 30]) {
        const lines = paneLines(sh.context, layout, rows, 40);
        expect(lines, `${layout} ${rows}`).toHaveLength(rows);
        expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(40);
      }
  });

  it("paints the pane within a scrolling region, and gives the screen back", () => {
    const sh = shell();
    let written = "";
    const pane = new Pane((text) => (written += text));
    pane.paint(sh.context, 40, 80);
    expect(written).toBe("");
    sh.execute("layout asm");
    pane.paint(sh.context, 40, 80);
    // DECSTBM: lines 23 to 40 scroll; DECSC and DECRC around the painting.
    expect(written).toContain("\x1b[23;40r");
    expect(written.split("\x1b7").length).toBe(written.split("\x1b8").length);
    written = "";
    sh.execute("layout off");
    pane.paint(sh.context, 40, 80);
    expect(written).toContain("\x1b[r");
    written = "";
    pane.close(40);
    expect(written).toBe("");
  });

  it("completes commands and symbols", () => {
    const sh = shell();
    expect(sh.complete("reverse-st")[0]).toEqual(["reverse-stepi", "reverse-step"]);
    expect(sh.complete("b mai")[0]).toContain("main");
  });
});
