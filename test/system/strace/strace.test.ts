/** System calls as they happen: one line a call, calls of several processes cut where they overlap. */
import { expect, test } from "vitest";
import { StraceWriter } from "../../../system/export/strace.ts";
import { Machine } from "../../../system/machine.ts";
import { Program } from "../../kernel/support/program.ts";

/** The lines of a program's whole run. */
function linesOf(program: Program): string[] {
  const lines: string[] = [];
  const root = [{ path: "/bin/test", type: "file" as const, mode: 0o755, bytes: program.elf() }];
  const machine = new Machine({}, root, () => {});
  const writer = new StraceWriter(machine, (line) => lines.push(line));
  machine.subscribe((event) => writer.event(event));
  expect(machine.boot({ argv: ["/bin/test"], environment: [], stdio: "streams" })).toBeNull();
  for (let status = machine.run(1_000_000); status.kind !== "halted"; status = machine.run(1_000_000)) {
    if (status.kind === "asleep") machine.skipTo(status.untilCycles);
  }
  return lines;
}

test("each call is a line with its result, and the last one says how the process ended", () => {
  const program = new Program().string("path", "/none").words("touch", 0);
  // The page of the string is fetched by the call itself: the line has to be made when it returns.
  program.call("openat", -100, "path", 0, 0).call("getpid").exit(3);
  expect(linesOf(program)).toEqual([
    'openat(AT_FDCWD, "/none", O_RDONLY)     = -1 ENOENT (No such file or directory)',
    "getpid()                                = 1",
    "exit_group(3)                           = ?",
    "+++ exited with 3 +++",
  ]);
});

test("a call that sleeps while its child speaks is cut in two, and lines carry process ids from the fork on", () => {
  const program = new Program().call("clone", 17, 0, 0, 0, 0).branch("beq", "a0", "zero", "child");
  program.call("waitid", 0, 0, 0, 4, 0).exit(0);
  program.label("child").call("gettid").exit(5);
  expect(linesOf(program)).toEqual([
    "[pid     1] clone(SIGCHLD, NULL, NULL, NULL, NULL)  = 2",
    "[pid     1] waitid(P_ALL, 0, NULL, WEXITED, NULL <unfinished ...>",
    "[pid     2] gettid()                                = 2",
    "[pid     2] exit_group(5)                           = ?",
    "[pid     2] +++ exited with 5 +++",
    "[pid     1] --- SIGCHLD {si_signo=SIGCHLD, si_pid=2, si_uid=0} ---",
    "[pid     1] <... waitid resumed>)                   = 0",
    "[pid     1] exit_group(0)                           = ?",
    "[pid     1] +++ exited with 0 +++",
  ]);
});

test("a process that a signal ends is told with the signal's name", () => {
  const program = new Program().li("t0", 64).store("sw", "t0", "t0");
  const lines = linesOf(program);
  expect(lines.at(-1)).toBe("+++ killed by SIGSEGV +++");
});
