/**
 * The programs on our own machine: each demonstration shows the mechanism that it was written for, and the shell has
 * its job control on a real terminal. The programs come from another compiler, so only machine and kernel are ours.
 */
import { beforeAll, describe, expect, it } from "vitest";
import { Machine } from "../../system/machine.ts";
import type { MachineConfig } from "../../system/options.ts";
import type { RootEntry } from "../../system/root-file-system.ts";
import { binFolder, missingTools } from "./riscv-gcc.ts";

const SLICE_CYCLES = 5_000_000;
/** Twenty seconds of the machine's time: a program that has not ended by then hangs. */
const MOST_CYCLES = 2_000_000_000;
const ENVIRONMENT = ["PATH=/bin", "HOME=/root"];
const CTRL_C = "\x03";
const CTRL_D = "\x04";
const CTRL_Z = "\x1a";

let root: RootEntry[] = [];

function makeMachine(config: Partial<MachineConfig>, output: (text: string) => void): Machine {
  const decoder = new TextDecoder();
  return new Machine(config, root, (_stream, bytes) => output(decoder.decode(bytes)));
}

/** Runs a command line in our shell to its end; what it printed, errors included, and its status. */
function run(command: string, config: Partial<MachineConfig> = {}): { text: string; status: number } {
  let text = "";
  let isClosed = false;
  const machine = makeMachine(config, (more) => {
    text += more;
  });
  expect(machine.boot({ argv: ["/bin/sh", "-c", command], environment: ENVIRONMENT, stdio: "streams" })).toBeNull();
  while (machine.hart.cycles < MOST_CYCLES) {
    const status = machine.run(SLICE_CYCLES);
    if (status.kind === "halted") return { text, status: status.status };
    if (status.kind === "asleep") machine.skipTo(status.untilCycles);
    if (status.kind === "input") {
      if (isClosed) break; /* it waits for what can no longer come */
      machine.closeInput("stdin");
      isClosed = true;
    }
  }
  throw new Error(`${command} did not end; so far:\n${text}`);
}

/** One step at the terminal: types `keys` once the screen's new text matches `after`. */
interface Step {
  readonly after: RegExp;
  readonly keys: string;
}

/** Boots init on the terminal, goes through the steps, and returns all the text until `end` came. */
function atTerminal(steps: readonly Step[], end: RegExp): string {
  let all = "";
  let fresh = "";
  const machine = makeMachine({}, (more) => {
    all += more;
    fresh += more;
  });
  expect(machine.boot({ argv: ["/bin/init"], environment: ENVIRONMENT, stdio: "tty" })).toBeNull();
  let at = 0;
  while (machine.hart.cycles < MOST_CYCLES) {
    const status = machine.run(SLICE_CYCLES);
    const step = steps[at];
    if (step === undefined && end.test(fresh)) return all;
    if (step?.after.test(fresh)) {
      fresh = "";
      at++;
      machine.type("tty0", new TextEncoder().encode(step.keys));
    } else if (status.kind === "asleep")
      machine.skipTo(Math.min(status.untilCycles, machine.hart.cycles + SLICE_CYCLES));
    else if (status.kind !== "slice") break;
  }
  throw new Error(`step ${at} never came to pass; the screen has:\n${all}`);
}

const PROMPT = /\$ \r\x1b\[\d+C$/;
const numbers = (text: string, pattern: RegExp): number[] => (pattern.exec(text) ?? []).slice(1).map(Number);

describe.skipIf(missingTools !== undefined)(`programs on the machine (needs: ${missingTools ?? "all there"})`, () => {
  beforeAll(() => {
    root = [
      ...["/bin", "/tmp", "/root"].map((path) => ({ path, type: "directory" as const, mode: 0o755 })),
      ...binFolder(),
    ];
  }, 180_000);

  it("what the demonstrations and help print has room in a line of the page's terminal on a laptop, 100 columns", () => {
    const wide = [
      ...["help", "layers", "blocks", "allocators", "reserve", "first-touch", "header", "idle-zero", "forks", "thrash"],
      ...["quota", "reuse", "pinned", "next", "secret", "new-delete", "virtual", "top -n 1", "pages -s", "vmstat 1 1"],
    ].flatMap((command) =>
      run(command)
        .text.split("\n")
        .filter((line) => line.length > 100),
    );
    expect(wide).toEqual([]);
  });

  it("first-touch: one fault a page on the first touch, none on the second (M5, M8)", () => {
    expect(run("first-touch 64").text).toContain("64 pages: 64 faults on the first touch, 0 on the second.");
  });

  it("reserve: 64 MiB of address space and not a page of memory (M4, M5)", () => {
    const { text } = run("reserve 64");
    const row = /^(before|mmap of 64 MiB) +(\d+) KiB reserved +(\d+) KiB resident/gm;
    const [before, after] = Array.from(text.matchAll(row), (match) => [Number(match[2]), Number(match[3])]);
    expect(after?.[0]).toBe((before?.[0] ?? 0) + 64 * 1024);
    expect(after?.[1]).toBe(before?.[1]);
  });

  it("header: bins touches its pages inside malloc, side leaves them to the user (M6)", () => {
    const { text } = run("header");
    const counted = (name: string) =>
      numbers(text, new RegExp(`^${name} .*: +(\\d+) faults inside malloc, +(\\d+) at`, "m"));
    const [binsInside, binsOutside] = counted("bins");
    const [sideInside, sideOutside] = counted("side");
    expect(binsInside).toBeGreaterThanOrEqual(22); /* 24 blocks of a page each; the first may share an old page */
    expect(binsOutside).toBeLessThanOrEqual(1);
    expect(sideInside).toBeLessThanOrEqual(1);
    expect(sideOutside).toBeGreaterThanOrEqual(22);
  });

  it("idle-zero: what was freed dirty is zeroed while the program sleeps (M7)", () => {
    const { text } = run("idle-zero 128");
    const [, dirtyAfterFree] = numbers(text, /^pages given back +(\d+) zeroed +(\d+) dirty/m);
    const [, dirtyAtLast] = numbers(text, /^after 60 ms of sleep +(\d+) zeroed +(\d+) dirty/m);
    expect(dirtyAfterFree).toBeGreaterThanOrEqual(128);
    expect(dirtyAtLast).toBe(0);
  });

  it("reuse: free leaves resident memory alone, and the second round faults no more (M12)", () => {
    const { text } = run("reuse");
    expect(text).toContain("free gave 0 KiB back to the kernel");
    expect(text).toMatch(/resident, 0 faults, 24 of 24 at an address of the first round/);
  });

  it("pinned: the heap falls only when its topmost block goes (M13)", () => {
    const { text } = run("pinned");
    const [full, pinned, freed] = Array.from(
      text.matchAll(/^ {2}(?:800 KiB, then|the ).*?(\d+) KiB resident, heap/gm),
      (m) => Number(m[1]),
    );
    expect(pinned).toBe(full);
    expect(freed).toBeLessThan((full as number) - 600);
  });

  it("next: every frame of a dead child comes back, dirty first and zeroed later (M14)", () => {
    const { text } = run("next 200");
    const row = (moment: string) =>
      numbers(text, new RegExp(`^${moment} +(\\d+) free +(\\d+) zeroed +(\\d+) dirty`, "m"));
    const [before] = row("before");
    const [freeWithChild] = row("the child holds its pages");
    const [freeAfter, , dirtyAfter] = row("the child is dead");
    const [, , dirtyLater] = row("50 ms later");
    expect(freeWithChild).toBeLessThanOrEqual((before as number) - 200);
    expect(freeAfter).toBe(before);
    expect(dirtyAfter).toBeGreaterThanOrEqual(200);
    expect(dirtyLater).toBe(0);
  });

  it("secret: stays one with zeroing, and comes out without (M15)", () => {
    const clean = run("secret");
    expect(clean.text).toMatch(/ 0 of them not all zeros, the secret in 0\n/);
    expect(clean.status).toBe(0);
    const leaking = run("secret", { zeroing: "off" });
    expect(leaking.text).toContain("The secret is out");
    expect(leaking.status).toBe(1);
  });

  it("forks: reading shared pages costs nothing, each first write one fault (M8)", () => {
    expect(run("forks 64 1").text).toContain("took 0 faults, writing to 32 of them 32");
  });

  it("thrash: more pages than frames means major faults in the second pass, fewer pages means none (M9)", () => {
    const passes = (text: string) => Array.from(text.matchAll(/(\d+) major faults/g), (match) => Number(match[1]));
    expect(passes(run("thrash 300 2 seq", { frames: 256 }).text)[1]).toBeGreaterThanOrEqual(44);
    expect(passes(run("thrash 100 2 seq", { frames: 256 }).text)).toEqual([0, 0]);
  });

  it("crowd: alone a process has room, four together thrash, and load control lets them finish one by one (M9, M11)", () => {
    const faults = (text: string) => Number(text.trim().match(/(\d+) major faults so far$/)?.[1]);
    const config = { frames: 128 };
    expect(faults(run("crowd 1 60 100", config).text)).toBe(0);
    const together = run("crowd 4 60 100", config);
    const controlled = run("crowd 4 60 100", { ...config, loadControl: true });
    expect(together.text.match(/has finished/g)).toHaveLength(4);
    expect(controlled.text.match(/has finished/g)).toHaveLength(4);
    expect(faults(together.text)).toBeGreaterThan(10 * faults(controlled.text));
  });

  it.each(["null", "wild", "code", "jump"])("segv %s: ends by signal 11, and the shell goes on", (kind) => {
    expect(run(`segv ${kind}; echo $?`).text).toMatch(/segmentation fault \(signal 11\)\n139\n$/);
  });

  it("overflow: the stack ends in a segmentation fault", () => {
    expect(run("overflow >/dev/null; echo $?").text).toMatch(/139\n$/);
  });

  it("bomb: fills the process table, names the limit, and the next command runs", () => {
    /* 128 processes at most: the shell, bomb itself, and the rest is counted. */
    expect(run("bomb -y; echo alive").text).toBe(
      "126 processes, then fork failed: no more processes allowed (EAGAIN)\nall of them are gone again\nalive\n",
    );
  });

  it("Ctrl-C ends the program in the foreground and only it", () => {
    const steps = [
      { after: PROMPT, keys: "spin\r" },
      { after: /spin\r\n/, keys: CTRL_C },
      { after: PROMPT, keys: "echo status=$?\r" },
    ];
    expect(atTerminal(steps, /status=130\r\n/)).toContain("of the machine's time");
  });

  it("Ctrl-Z stops it, jobs shows it, fg goes on with it", () => {
    const steps = [
      { after: PROMPT, keys: "cat\r" },
      { after: /cat\r\n/, keys: CTRL_Z },
      { after: /Stopped[\s\S]*\[148\] \$ \r\x1b\[\d+C$/, keys: "jobs\r" },
      { after: /\[1\] Stopped +cat\r\n[\s\S]*C$/, keys: "fg\r" },
      { after: /cat\r\n$/, keys: "still here\r" },
      { after: /still here\r\nstill here\r\n/, keys: CTRL_D },
      { after: PROMPT, keys: "jobs; echo end\r" },
    ];
    expect(atTerminal(steps, /\r\nend\r\n/)).toMatch(/jobs; echo end\r\nend\r\n/);
  });

  it("bg lets a stopped job go on behind, and its end is told before the next prompt", () => {
    const steps = [
      { after: PROMPT, keys: "sleep 1\r" },
      { after: /sleep 1\r\n/, keys: CTRL_Z },
      { after: PROMPT, keys: "bg\r" },
      { after: PROMPT, keys: "wait\r" },
    ];
    expect(atTerminal(steps, /Done +sleep 1/)).toContain("[1] sleep 1 &");
  });

  it("edit writes what was typed into the file", () => {
    const steps = [
      { after: PROMPT, keys: "edit /tmp/x.c\r" },
      { after: /new file/, keys: "int main(void) {\r  return 7;\r\x7f\x7f}\r" },
      { after: /line 4 of 4/, keys: "\x13" },
      { after: /saved: 3 lines/, keys: "\x18" },
      { after: PROMPT, keys: "cat /tmp/x.c\r" },
    ];
    expect(atTerminal(steps, /\r\nint main\(void\) \{\r\n {2}return 7;\r\n\}\r\n/)).toContain(
      "saved: 3 lines, 31 bytes",
    );
  });

  it("init starts a new shell when one ends", () => {
    const steps = [
      { after: PROMPT, keys: "exit\r" },
      { after: /The shell has ended; here is a new one\.[\s\S]*C$/, keys: "echo again\r" },
    ];
    expect(atTerminal(steps, /\r\nagain\r\n/)).toContain("again");
  });
});
