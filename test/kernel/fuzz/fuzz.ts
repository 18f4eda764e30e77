/**
 * Random system calls from several processes, with hostile arguments, as one guest program that interprets a script of
 * random words: each record is a7 and a0 … a5. Between calls it touches random pages, so that faults, copy-on-write, swap
 * and stack growth mix in. Signals are handled by retrying at the next record.
 */
import { SYSCALLS, type SyscallName } from "../../../kernel/abi.ts";
import { FAIL_KINDS } from "../../../kernel/config.ts";
import { COST_PROFILE_NAMES } from "../../../kernel/costs.ts";
import { releaseObject } from "../../../kernel/mm/address-space.ts";
import { POLICY_NAMES } from "../../../kernel/mm/replacement/policies.ts";
import { type MachineOptions, TestMachine } from "../support/machine.ts";
import { DATA, Program } from "../support/program.ts";

/** Seeded generator (mulberry32). */
export function randomSource(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return (t ^ (t >>> 14)) >>> 0;
  };
}

/** Calls that would only end or block the guest at once; they are made now and then. */
const RARE: readonly SyscallName[] = [
  "exit",
  "exit_group",
  "rt_sigsuspend",
  "kill",
  "execve",
  "rt_sigreturn",
  "ppoll_time64",
  "read",
  "readv",
  "waitid",
  "clock_nanosleep_time64",
  "futex_time64",
  "pselect6_time64",
  "rt_sigtimedwait_time64",
  "setitimer",
  "timer_settime64",
  "tkill",
  "tgkill",
  "rt_sigqueueinfo",
];
const NAMES = Object.keys(SYSCALLS) as SyscallName[];
/** Calls that change memory and processes, made more often than the rest. */
const FAVOURED: readonly SyscallName[] = [
  "mmap2",
  "munmap",
  "mprotect",
  "madvise",
  "brk",
  "clone",
  "mremap",
  "mlock",
  "munlock",
  "msync",
  "working_set",
  "virtual_alloc",
  "virtual_free",
  "virtual_protect",
  "openat",
  "pwrite64",
];

const RECORDS = 120;
const BSS_PAGES = 40;

/** The interpreter of the script: s1 points at the next record of 8 words; the 8th is a page to touch, or 0. */
function fuzzProgram(random: () => number): Uint8Array {
  const program = new Program();
  program.words("timespec", 0, 0, 1000, 0);
  program.words("argv", 0);
  program.string("path", "/tmp/x").string("self", "/bin/test");
  const script: number[] = [];
  for (let i = 0; i < RECORDS; i++) script.push(...record(random));
  program.words("script", ...script);
  program.words("action", 0, 0x40000000, 0, 0);
  program.data("scratch", new Uint8Array(256)).bss(BSS_PAGES * 4096);

  // A handler for SIGSEGV and SIGBUS goes on with the next record, on a fresh stack pointer.
  program.li("s2", "action").li("t0", "handler").store("sw", "t0", "s2");
  for (const signal of [7, 11, 13]) program.call("rt_sigaction", signal, "action", 0, 8);
  program.mv("s3", "sp").li("s1", "script").li("s4", RECORDS);
  program.label("loop").branch("beq", "s4", "zero", "done").op("addi", "s4", "s4", -1);
  // Every fourth time round all of the bss is written: together the processes want more than there is.
  program.op("andi", "t0", "s4", 3).branch("bne", "t0", "zero", "call");
  program
    .li("t0", DATA + 0x4000)
    .li("t1", BSS_PAGES - 8)
    .li("t2", 4096);
  program
    .label("walk")
    .store("sw", "s4", "t0")
    .op("add", "t0", "t0", "t2")
    .op("addi", "t1", "t1", -1)
    .branch("bne", "t1", "zero", "walk");
  program.label("call");
  for (let i = 0; i < 6; i++) program.load("lw", `a${i}`, "s1", 4 + 4 * i);
  program.load("lw", "a7", "s1", 0).load("lw", "s5", "s1", 28).op("addi", "s1", "s1", 32).ecall();
  program.branch("beq", "s5", "zero", "loop");
  program.load("lw", "t1", "s5").store("sw", "t1", "s5").jump("loop");
  program.label("done").exit(0);
  program.label("handler").mv("sp", "s3").jump("loop");
  return program.elf();
}

function record(random: () => number): number[] {
  const pick = <T>(values: readonly T[]): T => values[random() % values.length];
  let name = random() % 3 === 0 ? pick(FAVOURED) : pick(NAMES);
  if (RARE.includes(name) && random() % 8 !== 0) name = pick(FAVOURED);
  const number = random() % 64 === 0 ? random() % 2000 : SYSCALLS[name].number;
  const args = Array.from({ length: 6 }, () => argument(random));
  shape(name, args, random);
  const touch = random() % 2 === 0 ? addresses(random) : 0;
  return [number, ...args, touch & ~3];
}

const addresses = (random: () => number): number => {
  const bases = [
    0x10000, 0x20000, 0x21000, 0x22000, 0x30000000, 0x30001000, 0x30400000, 0x7dfff000, 0x7fffd000, 0x7ffc0000,
    0x7ffff000, 0x4d000,
  ];
  return (bases[random() % bases.length] + (random() % 8) * 0x1000 + (random() % 64) * 4) | 0;
};

function argument(random: () => number): number {
  switch (random() % 9) {
    case 0:
      return 0;
    case 1:
      return random() % 16;
    case 2:
      return -1 - (random() % 4);
    case 3:
      return random() | 0;
    case 4:
      return (random() % 64) * 4096;
    case 5:
      return [0x7fffffff, 0x80000000, 0xfffff000, 0xffffffff, 0x7ffff000][random() % 5] | 0;
    default:
      return addresses(random);
  }
}

/** Makes some calls likely to succeed, so that there is something to break. */
function shape(name: SyscallName, args: number[], random: () => number): void {
  if (random() % 4 === 0) return;
  const page = () => (addresses(random) & ~0xfff) | 0;
  switch (name) {
    case "mmap2":
      args.splice(
        0,
        6,
        page(),
        4096 * (1 + (random() % 40)),
        random() % 8,
        (random() % 4 === 0 ? 0 : 0x20) |
          (1 + (random() % 2)) |
          (random() % 3 === 0 ? 0x10 : 0) |
          (random() % 5 === 0 ? 0x8000 : 0) |
          (random() % 9 === 0 ? 0x2000 : 0),
        3 + (random() % 3),
        random() % 3,
      );
      break;
    case "mremap":
      args.splice(
        0,
        5,
        page(),
        4096 * (random() % 8),
        4096 * (1 + (random() % 12)),
        [0, 1, 1, 1, 3, 5][random() % 6],
        page(),
      );
      break;
    case "mlock":
    case "munlock":
      args.splice(0, 2, page(), 4096 * (1 + (random() % 8)));
      break;
    case "mincore":
    case "msync":
      args.splice(
        0,
        3,
        page(),
        4096 * (1 + (random() % 8)),
        name === "msync" ? [1, 4, 2, 6][random() % 4] : addresses(random),
      );
      break;
    case "working_set":
      args.splice(0, 4, 0, (random() % 12) - 1, [0, -1, 8, 12, 20, 40][random() % 6], random() % 6 === 0 ? 1 : 0);
      break;
    case "virtual_alloc":
      args.splice(
        0,
        4,
        random() % 3 === 0 ? 0 : page(),
        4096 * (1 + (random() % 40)),
        [0x1000, 0x2000, 0x3000, 0x3000, 0x80000][random() % 5],
        [1, 2, 4, 4, 4, 0x40][random() % 6],
      );
      break;
    case "virtual_free":
      args.splice(0, 3, page(), random() % 3 === 0 ? 0 : 4096 * (random() % 8), random() % 3 === 0 ? 0x8000 : 0x4000);
      break;
    case "virtual_protect":
      args.splice(0, 4, page(), 4096 * (1 + (random() % 8)), [1, 2, 4][random() % 3], addresses(random));
      break;
    case "openat":
      args.splice(0, 4, -100, 0x20018, [0o102, 0o1102, 0][random() % 3], 0o644);
      break;
    case "pwrite64":
      args.splice(0, 5, 3 + (random() % 3), page(), 1 + (random() % 9000), random() % 9000, 0);
      break;
    case "ftruncate64":
      args.splice(0, 3, 3 + (random() % 3), random() % 20000, 0);
      break;
    case "munmap":
      args.splice(0, 2, page(), 4096 * (1 + (random() % 8)));
      break;
    case "mprotect":
      args.splice(0, 3, page(), 4096 * (1 + (random() % 8)), random() % 8);
      break;
    case "madvise":
      args.splice(0, 3, page(), 4096 * (1 + (random() % 8)), [4, 4, 8, 3, 20, 21, 22, 23][random() % 8]);
      break;
    case "brk":
      args[0] = 0x50000 + (random() % 64) * 0x1000;
      break;
    case "clone":
      // A fork, a vfork, or a thread (with its words set and cleared); the interpreter needs no stack of its own.
      args.splice(
        0,
        5,
        [17, 17, 17, 17, 0x4100 | 17, 0x350f00][random() % 6],
        0,
        addresses(random),
        0,
        addresses(random),
      );
      break;
    case "clock_nanosleep_time64":
      args.splice(0, 4, 1, 0, 0x20000, 0);
      break;
    case "kill":
      args[0] = 2 + (random() % 20);
      break;
  }
}

/** Most events that a run is checked after, one by one: some seconds. */
const MOST_EVENTS = 8_000;

export interface FuzzResult {
  readonly machine: TestMachine;
  readonly syscalls: number;
}

/** A swap device of some kind; in every fourth run something about it, or about memory, fails once. */
function deviceOptions(seed: number): MachineOptions {
  const random = randomSource(seed ^ 0x5eed);
  return {
    swapCluster: [1, 1, 4, 16][random() % 4],
    swapReadAhead: [1, 1, 4, 8][random() % 4],
    costs: COST_PROFILE_NAMES[random() % COST_PROFILE_NAMES.length],
    failKind: random() % 4 === 0 ? FAIL_KINDS[1 + (random() % 4)] : "none",
    // The first frame is the boot's own: without it there is no run.
    failAt: 2 + (random() % 60),
  };
}

/** How memory is managed besides the policy, from the seed, without drawing from the run's own numbers. */
function memoryOptions(seed: number): Partial<MachineOptions> {
  const random = randomSource(seed + 77);
  const oneOf = <T>(...choices: T[]): T => choices[random() % choices.length];
  return {
    replacement: oneOf(...POLICY_NAMES),
    zeroing: oneOf("idle", "background", "on-demand", "off"),
    replacementScope: oneOf("global", "global", "local"),
    trimming: oneOf("policy", "policy", "age"),
    workingSetSampleCycles: oneOf(0, 0, 50_000),
    workingSetMaximumPages: oneOf(0, 0, 0, 20),
    ...oneOf({}, {}, { pffLowCycles: 500, pffHighCycles: 5000 }),
    loadControl: oneOf(true, false),
    writerThresholdPages: oneOf(-1, 3),
    zeroingRate: oneOf(0, 10_000),
    tauCycles: oneOf(1000, 1_000_000),
  };
}

/** One run. Throws when an invariant breaks, the kernel throws, or a frame is lost. */
export function fuzzOnce(seed: number, options: MachineOptions = {}): FuzzResult {
  const random = randomSource(seed);
  const small = {
    frames: 64 + (random() % 200),
    swapSlots: random() % 3 === 0 ? random() % 40 : 400,
    maxProcesses: 12,
  };
  const quantumCycles = 1000 + (random() % 20000);
  const availableTargetFrames = random() % 2 === 0 ? -1 : random() % 12;
  const machine = new TestMachine({
    ...small,
    quantumCycles,
    availableTargetFrames,
    ...deviceOptions(seed),
    ...memoryOptions(seed),
    seed,
    ...options,
  });
  machine.boot(fuzzProgram(random));
  // Checking after every event is slow: then only the beginning of the run.
  const most = options.check === "end" ? 60_000 : 1_500;
  for (let steps = 0; steps < most && machine.events.length < MOST_EVENTS && machine.step(2_000_000); steps++) {
    if (options.check === "end" && steps % 64 === 0) machine.check();
  }
  machine.check();
  const syscalls = Object.values(machine.kernel.report().syscalls).reduce((sum, n) => sum + n, 0);
  endAll(machine);
  return { machine, syscalls };
}

/** Ends every process and checks that every frame and slot has come back. */
export function endAll(machine: TestMachine): void {
  const { core } = machine;
  for (const p of [...core.processes.values()]) if (p.state !== "zombie") machine.end(p.pid);
  while (core.swap.queue.length > 0) {
    machine.kernel.advanceTo(core.swap.dueCycles);
    machine.finishTransfers();
  }
  // What shmget made outlives its processes.
  for (const object of [...core.sharedObjects.values()])
    if (object.segment?.isRemoved === false) releaseObject(core, object, 1);
  machine.check();
  const { total, kernel, zeroed, dirty } = machine.kernel.report().frames;
  if (kernel + zeroed + dirty !== total) {
    throw new Error(`frames are lost: ${JSON.stringify(machine.kernel.report().frames)}`);
  }
  if (core.swap.usedSlots !== 0) throw new Error(`${core.swap.usedSlots} swap slots are lost`);
  if (core.spaces.size !== 0 || core.sharedObjects.size !== 0)
    throw new Error("an address space or shared object is left");
}
