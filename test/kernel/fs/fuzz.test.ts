/**
 * Random calls on files, pipes, terminal and signals with hostile arguments, from several processes. They may fail, but
 * throw nothing, and the books agree throughout. FAULTLINE_SEED=N repeats one run; FAULTLINE_FUZZ_SECONDS lengthens the test.
 */
import { expect, test } from "vitest";
import type { SyscallName } from "../../../kernel/abi.ts";
import { checkFiles } from "../../../kernel/fs/check.ts";
import { releaseFiles } from "../../../kernel/fs/open-file.ts";
import type { Process } from "../../../kernel/proc/process.ts";
import { deliverSignals } from "../../../kernel/proc/signals.ts";
import { deliverInput, leaveTerminal, setWindowSize } from "../../../kernel/tty/device.ts";
import { BUFFER, Guest, MEMORY, NOWHERE, PAGES } from "./guest.ts";

const CALLS: SyscallName[] = [
  "openat",
  "openat",
  "openat",
  "close",
  "read",
  "read",
  "write",
  "write",
  "readv",
  "writev",
  "pread64",
  "pwrite64",
  "_llseek",
  "ftruncate64",
  "dup",
  "dup3",
  "fcntl64",
  "statx",
  "faccessat",
  "umask",
  "mkdirat",
  "mknodat",
  "unlinkat",
  "symlinkat",
  "linkat",
  "renameat2",
  "readlinkat",
  "chdir",
  "getcwd",
  "getdents64",
  "pipe2",
  "pipe2",
  "ppoll_time64",
  "ioctl",
  "ioctl",
  "kill",
  "tkill",
  "rt_sigaction",
  "rt_sigprocmask",
  "rt_sigsuspend",
  "rt_sigreturn",
];
const NAMES = [
  "a",
  "b",
  "c",
  "d",
  "..",
  ".",
  "/",
  "tmp",
  "dev",
  "tty",
  "null",
  "full",
  "proc",
  "self",
  "1",
  "2",
  "fd",
  "0",
  "3",
  "comm",
  "\u{1F600}",
  "n".repeat(300),
];
const NUMBERS = [
  0, 1, 2, 3, 4, 5, 8, 16, 36, 100, 4095, 4096, 4097, 65536, 0x7fffffff, -1, -2, -100, -0x80000000, 0x5401, 0x5402,
  0x5404, 0x540e, 0x540f, 0x5410, 0x5413, 0x5414, 0x541b, 0x5421, 0x5422, 0o10644, 1031,
];

/** xorshift32, so that a run can be repeated from its seed. */
function randomFrom(seed: number): (below: number) => number {
  let state = seed * 2654435761 || 1;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

function run(seed: number, calls: number): void {
  const random = randomFrom(seed);
  const pick = <T>(from: readonly T[]): T => from[random(from.length)];
  const guest = new Guest(seed % 2 === 0 ? "terminal" : "streams");
  const { core } = guest;
  let nextPid = 2;

  const path = () => (random(2) ? "/" : "") + Array.from({ length: 1 + random(4) }, () => pick(NAMES)).join("/");
  const argument = (): number => {
    switch (random(8)) {
      case 0:
        return BUFFER + random(8) * 4096 + random(4096);
      case 1:
        return guest.text(path());
      case 2:
        return pick([NOWHERE, 0, -4, MEMORY + PAGES * 4096 - random(64), 0xffff_f000 | 0]);
      case 3:
        return pick(NUMBERS);
      case 4:
        return random(12);
      case 5:
        return random(0x10000) << random(16);
      case 6:
        return guest.words(pick(NUMBERS), pick(NUMBERS), BUFFER, random(9000), random(64), 0);
      default:
        return -100;
    }
  };
  const end = (p: Process): void => {
    releaseFiles(core, p.files);
    core.processes.delete(p.pid);
  };

  for (let i = 0; i < calls; i++) {
    const alive = [...core.processes.values()];
    const p = alive.length === 0 || (alive.length < 5 && random(20) === 0) ? guest.fork(nextPid++) : pick(alive);
    guest.run(p);
    p.inCall = false;
    core.hart.cycles += random(1000);
    const name = pick(CALLS);
    guest.call(name, argument(), argument(), argument(), argument(), argument(), argument());
    if (random(16) === 0)
      deliverInput(
        core,
        pick(["tty0", "stdin"]),
        Uint8Array.from({ length: random(40) }, () => random(256)),
      );
    if (random(200) === 0) setWindowSize(core, random(200), random(100));
    if (random(500) === 0) leaveTerminal(core, p);
    if (p.state === "running" && deliverSignals(core, p) !== 0) end(p);
    if (random(50) === 0) checkFiles(core);
    if (random(300) === 0) {
      const snapshot = structuredClone(core.fs.snapshot());
      core.fs.restore(snapshot);
    }
  }
  for (const p of [...core.processes.values()]) end(p);
  checkFiles(core);
  const named = [...core.fs.storedInodes()].filter(({ kind, links }) => kind === "fifo" && links > 0);
  expect(core.fs.usage.pipes).toBe(named.length);
}

test("random calls on files and terminals throw nothing and keep the books", { timeout: 1_000_000 }, () => {
  const only = process.env.FAULTLINE_SEED;
  const until = Date.now() + 1000 * Number(process.env.FAULTLINE_FUZZ_SECONDS ?? 3);
  let seed = only === undefined ? 1 : Number(only);
  do {
    try {
      run(seed, 3000);
    } catch (error) {
      throw new Error(`seed ${seed} (repeat with FAULTLINE_SEED=${seed}): ${(error as Error).stack}`);
    }
    seed++;
  } while (only === undefined && Date.now() < until);
  console.log(`${seed - 1} seeds of 3000 calls`);
});
