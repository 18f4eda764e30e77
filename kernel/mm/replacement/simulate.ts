/**
 * Replacement policies offline, on a reference string: which references miss with so many frames?
 *
 * The online policies run here unchanged, over a pretended memory of a few frames whose A and D bits are set by each
 * reference. They sample after every reference, so that LRU, LFU, 2Q and ARC are exact. Virtual time is the number of
 * references so far, and a write to swap is done at once. OPT (Belady's MIN) knows the future and exists only here; it is
 * the bound.
 */
import { makePolicy, POLICY_NAMES } from "./policies.ts";
import type { FrameView, ReplacementPolicy } from "./policy.ts";

export interface SimulationOptions {
  /** A new page has its A bit set by the reference that loads it (as the kernel does), or only by a later one. */
  readonly setOnLoad?: boolean;
  /** Seed of the random policy. */
  readonly seed?: number;
  /** WSClock's window, in references; by default as many as there are frames. */
  readonly tau?: number;
  /** References that write, by index: a page that has been written must be written out before it goes. */
  readonly writes?: readonly boolean[];
  /** Keep what every reference did; on by default. */
  readonly keepSteps?: boolean;
}

export interface SimulationStep {
  readonly page: number;
  readonly hit: boolean;
  /** Page that had to go, or −1. */
  readonly evicted: number;
  /** Resident pages afterwards, by frame; −1 for an empty frame. */
  readonly resident: readonly number[];
}

export interface Simulation {
  readonly policy: string;
  readonly frames: number;
  readonly misses: number;
  /** Pages that had to go for others. */
  readonly evictions: number;
  /** Of the misses, those that brought back a page that had been written out. */
  readonly pageIns: number;
  readonly pageOuts: number;
  /** One for each reference, unless they were not to be kept. */
  readonly steps: readonly SimulationStep[];
}

/** "opt" and every online policy. */
export const SIMULATED_POLICIES = ["opt", ...POLICY_NAMES] as const;

/** Runs a reference string. Undefined for an unknown policy. `frames` ≥ 1; pages ≥ 0. */
export function simulate(
  policy: string,
  trace: readonly number[],
  frames: number,
  options: SimulationOptions = {},
): Simulation | undefined {
  const memory = new PretendedMemory(frames);
  const settings = { seed: options.seed ?? 1, tau: options.tau ?? frames };
  const chooser =
    policy === "opt" ? optChooser(trace, memory) : onlineChooser(makePolicy(policy, frames, settings), memory, options);
  return chooser === undefined ? undefined : run(policy, trace, memory, chooser, options);
}

/** A few frames with their pages and bits; it is the view that policies have. */
class PretendedMemory implements FrameView {
  readonly resident: number[];
  readonly accessed: Uint8Array;
  readonly modified: Uint8Array;
  /** Frame of each resident page. */
  readonly frameOf = new Map<number, number>();
  /** Pages that have ever been written out. */
  readonly saved = new Set<number>();
  pageOuts = 0;
  /** References so far. */
  now = 0;

  constructor(frames: number) {
    this.resident = new Array<number>(frames).fill(-1);
    this.accessed = new Uint8Array(frames);
    this.modified = new Uint8Array(frames);
  }

  isCandidate(): boolean {
    return true;
  }

  isAccessed(frame: number): boolean {
    return this.accessed[frame] !== 0;
  }

  clearAccessed(frame: number): void {
    this.accessed[frame] = 0;
  }

  isModified(frame: number): boolean {
    return this.modified[frame] !== 0;
  }

  pageOf(frame: number): number {
    return this.resident[frame];
  }

  virtualTime(): number {
    return this.now;
  }

  startCleaning(frame: number): boolean {
    this.modified[frame] = 0;
    this.saved.add(this.resident[frame]);
    this.pageOuts++;
    return true;
  }
}

/** What the loop asks of a policy. */
interface Chooser {
  /** After a reference to a resident page. */
  hit(frame: number): void;
  /** Frame whose page goes; all are full. */
  choose(incoming: number): number;
  loaded(frame: number): void;
  /** Before the frame's page goes. */
  removed(frame: number): void;
}

function run(
  policy: string,
  trace: readonly number[],
  memory: PretendedMemory,
  chooser: Chooser,
  { writes, keepSteps = true }: SimulationOptions,
): Simulation {
  const { resident, frameOf, modified, saved } = memory;
  const steps: SimulationStep[] = [];
  let [misses, evictions, pageIns, used] = [0, 0, 0, 0];
  trace.forEach((page, at) => {
    memory.now = at;
    let evicted = -1;
    let frame = frameOf.get(page) ?? -1;
    const hit = frame >= 0;
    if (!hit) {
      misses++;
      frame = used < resident.length ? used++ : chooser.choose(page);
      evicted = resident[frame];
      if (evicted >= 0) {
        evictions++;
        chooser.removed(frame);
        if (modified[frame] !== 0) memory.startCleaning(frame);
        frameOf.delete(evicted);
      }
      resident[frame] = page;
      frameOf.set(page, frame);
      if (saved.has(page)) pageIns++;
    }
    if (writes?.[at] === true) modified[frame] = 1;
    if (hit) chooser.hit(frame);
    else chooser.loaded(frame);
    if (keepSteps) steps.push({ page, hit, evicted, resident: [...resident] });
  });
  return { policy, frames: resident.length, misses, evictions, pageIns, pageOuts: memory.pageOuts, steps };
}

function onlineChooser(
  policy: ReplacementPolicy | undefined,
  memory: PretendedMemory,
  { setOnLoad = true }: SimulationOptions,
): Chooser | undefined {
  if (policy === undefined) return undefined;
  const sample = () => {
    if (policy.sampleCycles > 0) policy.sample(memory);
  };
  return {
    hit: (frame) => {
      memory.accessed[frame] = 1;
      sample();
    },
    choose: (incoming) => policy.choose(memory, -1, incoming),
    loaded: (frame) => {
      memory.accessed[frame] = setOnLoad ? 1 : 0;
      policy.loaded(frame, memory);
      sample();
    },
    removed: (frame) => policy.removed(frame, memory.resident[frame]),
  };
}

/** Belady's MIN: the page whose next use lies furthest ahead; one that is never used again at once. */
function optChooser(trace: readonly number[], memory: PretendedMemory): Chooser {
  /** For each reference, when its page is used next; Infinity for never. */
  const nextUse = new Float64Array(trace.length);
  const seen = new Map<number, number>();
  for (let at = trace.length - 1; at >= 0; at--) {
    nextUse[at] = seen.get(trace[at]) ?? Number.POSITIVE_INFINITY;
    seen.set(trace[at], at);
  }
  /** For each frame, when its page is used next. */
  const next = new Float64Array(memory.resident.length);
  const used = (frame: number) => {
    next[frame] = nextUse[memory.now];
  };
  return {
    hit: used,
    choose: () => {
      let furthest = 0;
      for (let frame = 1; frame < next.length; frame++) if (next[frame] > next[furthest]) furthest = frame;
      return furthest;
    },
    loaded: used,
    removed: () => {},
  };
}
