/**
 * Millions of random system calls: storm.c makes them, this file runs it and checks. All invariants every so many calls;
 * after each epoch, when every process but the first has ended and every file is removed, that nothing is left over; and
 * at the end that every frame and slot comes back.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { SYSCALLS } from "../../../kernel/abi.ts";
import { checkFiles } from "../../../kernel/fs/check.ts";
import { releaseObject } from "../../../kernel/mm/address-space.ts";
import { committedPages } from "../../../kernel/mm/commit.ts";
import { Frame } from "../../../kernel/mm/frames.ts";
import { POLICY_NAMES } from "../../../kernel/mm/replacement/policies.ts";
import { completeTransfers } from "../../../kernel/mm/transfers.ts";
import { exitProcess } from "../../../kernel/proc/exit.ts";
import { compileSource } from "../../../system/cli/compile.ts";
import { Machine } from "../../../system/machine.ts";
import type { MachineConfig } from "../../../system/options.ts";
import type { RootEntry } from "../../../system/root-file-system.ts";
import { randomSource } from "./fuzz.ts";

/** Virtual time between two checks of all invariants: about a thousand calls. */
const CHECK_CYCLES = 1_000_000;

/**
 * Most virtual time of an epoch: pid 1 sends SIGKILL to everybody after a twentieth of it (EPOCH_NS in storm.c), and from
 * then on every third of a millisecond.
 */
const MOST_EPOCH_CYCLES = 80_000_000;

/** The storm as a program. @param root the built root file system, for libc */
export function stormProgram(root: readonly RootEntry[]): Uint8Array {
  const source = readFileSync(join(import.meta.dirname, "storm.c"), "utf8");
  const calls = Object.entries(SYSCALLS);
  const numbers = `static const int NUMBERS[] = {${calls.map(([, { number }]) => number).join(", ")}};`;
  const macros = calls.map(([name, { number }]) => `#define NR_${name} ${number}`);
  return compileSource("storm.c", [...macros, numbers, "#line 1", source].join("\n"), root);
}

function configOf(seed: number): Partial<MachineConfig> {
  const random = randomSource(seed);
  return {
    seed,
    frames: 112 + (random() % 200),
    swapSlots: random() % 4 === 0 ? random() % 60 : 500,
    maxProcesses: 14,
    zeroing: (["idle", "on-demand", "off"] as const)[random() % 3],
    replacement: POLICY_NAMES[random() % POLICY_NAMES.length],
    quantumCycles: 1000 + (random() % 30_000),
    availableTargetFrames: random() % 2 === 0 ? -1 : random() % 12,
    tlbSets: 2 ** (random() % 5),
    tlbReplacement: (["fifo", "lru", "random"] as const)[random() % 3],
    ...(random() % 2 === 0 ? {} : uncommon(random)),
  };
}

/** What few people change: each of these is on in some of the storms. */
function uncommon(random: () => number): Partial<MachineConfig> {
  const isOn = () => random() % 3 === 0;
  return {
    ...(isOn() ? { swapCluster: 1 + (random() % 16) } : {}),
    ...(isOn() ? { swapReadAhead: 1 + (random() % 16) } : {}),
    ...(isOn() ? { replacementScope: "local" } : {}),
    ...(isOn() ? { trimming: "age" } : {}),
    ...(isOn() ? { workingSetSampleCycles: 10_000 + (random() % 200_000) } : {}),
    ...(isOn() ? { workingSetMinimumPages: random() % 12, workingSetMaximumPages: 12 + (random() % 40) } : {}),
    ...(isOn() ? { pffLowCycles: 20_000, pffHighCycles: 200_000 } : {}),
    ...(isOn() ? { loadControl: true } : {}),
    ...(isOn() ? { zeroing: "background" } : {}),
    ...(isOn() ? { costs: (["modern-ssd", "nyu"] as const)[random() % 2] } : {}),
  };
}

export class Storm {
  readonly machine: Machine;
  epochs = 0;
  private isEpoch = false;
  private epochBegan = 0;
  /** What there is while pid 1 is alone. */
  private baseline: string | null = null;

  constructor(seed: number, program: Uint8Array, config: Partial<MachineConfig> = {}) {
    const root: RootEntry[] = [{ path: "/bin/storm", type: "file", mode: 0o755, bytes: program }];
    this.machine = new Machine({ ...configOf(seed), ...config }, root, () => {
      // A worker may write to standard output too.
      if (this.machine.kernel.core.variables.currentPid !== 1) return;
      this.isEpoch = true;
      this.machine.pause();
    });
    const argv = ["/bin/storm", String(seed)];
    const problem = this.machine.boot({ argv, environment: [], stdio: "streams" });
    if (problem !== null) throw new Error(problem);
  }

  get calls(): number {
    let calls = 0;
    const { counters } = this.machine.kernel.core;
    for (const name in counters) if (name.startsWith("syscall.")) calls += counters[name];
    return calls;
  }

  /** Runs for so many calls, or until pid 1 has ended or has been stopped (false). */
  run(calls: number): boolean {
    const { machine } = this;
    while (this.calls < calls) {
      const status = machine.run(CHECK_CYCLES);
      this.check();
      if (this.isEpoch) this.endEpoch();
      if (machine.hart.cycles > this.epochBegan + MOST_EPOCH_CYCLES) {
        const left = [...machine.kernel.core.processes.values()].map((p) => `${p.pid} ${p.state} ${p.channel}`);
        throw new Error(`epoch ${this.epochs} does not end; there are ${left.join(", ")}`);
      }
      if (status.kind === "halted" || status.kind === "input") return false;
      if (status.kind === "asleep") machine.skipTo(status.untilCycles);
    }
    return true;
  }

  private check(): void {
    const { core } = this.machine.kernel;
    this.machine.kernel.checkInvariants();
    checkFiles(core);
  }

  /** Pid 1 is alone: what there is now has to be what there was before the first epoch. */
  private endEpoch(): void {
    this.isEpoch = false;
    this.epochs++;
    this.epochBegan = this.machine.hart.cycles;
    const { core } = this.machine.kernel;
    const namedQueues = new Set(core.fs.queues.values());
    const left = JSON.stringify({
      processes: core.processes.size,
      spaces: core.spaces.size,
      sharedObjects: core.sharedObjects.size,
      systemV: core.systemV.queues.size + core.systemV.semaphores.size,
      committedPages: committedPages(core),
      fencesDue: core.fencesDue.length > 0,
      // A message queue lives until its name goes, and pid 1 does not know of every name that a random call has made.
      inodes: [...core.fs.storedInodes()]
        .filter(({ number }) => !namedQueues.has(number))
        .map((inode) => `${inode.number} ${inode.kind} ${inode.links} ${inode.holds}`)
        .sort(),
      files: { ...core.fs.usage, inodes: core.fs.usage.inodes - namedQueues.size },
    });
    this.baseline ??= left;
    if (left !== this.baseline) throw new Error(`epoch ${this.epochs} has left ${left}; before it: ${this.baseline}`);
  }

  /** Ends every process; afterwards all frames are free and all slots. */
  end(): void {
    const { kernel } = this.machine;
    const { core } = kernel;
    for (const p of [...core.processes.values()]) if (p.state !== "zombie") exitProcess(core, p, 0, 9);
    while (core.swap.queue.length > 0) {
      kernel.advanceTo(core.swap.dueCycles);
      completeTransfers(core);
    }
    // What shmget made outlives its processes.
    for (const object of [...core.sharedObjects.values()])
      if (object.segment?.isRemoved === false) releaseObject(core, object, 1);
    this.check();
    const { count, frames } = core.frames;
    if (count[Frame.Kernel] + count[Frame.Zeroed] + count[Frame.Dirty] !== frames)
      throw new Error(`frames are lost: ${JSON.stringify(kernel.report().frames)}`);
    if (core.swap.usedSlots !== 0) throw new Error(`${core.swap.usedSlots} swap slots are lost`);
    if (core.spaces.size + core.sharedObjects.size > 0) throw new Error("an address space or shared object is left");
  }
}
