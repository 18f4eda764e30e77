/**
 * Replacement policies offline, on a reference string: which references miss with so many frames?
 *
 * The online policies run here unchanged, over a pretended memory of a few frames whose A bits are set by each
 * reference. They sample after every reference, so that LRU and LFU are exact. OPT (Belady's MIN) knows the future and
 * exists only here; it is the bound.
 */

import { makePolicy, POLICY_NAMES, type PolicyName } from "./policies.ts";
import type { FrameView } from "./policy.ts";

export interface SimulationOptions {
  /** A new page has its A bit set by the reference that loads it (as the kernel does), or only by a later one. */
  readonly setOnLoad?: boolean;
  /** Seed of the random policy. */
  readonly seed?: number;
  /** References that write, by index: what NRU calls modified. */
  readonly writes?: readonly boolean[];
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
  readonly steps: readonly SimulationStep[];
}

/** "opt" and every online policy. */
export const SIMULATED_POLICIES = ["opt", ...POLICY_NAMES] as const;

/** Runs a reference string. Undefined for an unknown policy. `frames` ≥ 1. */
export function simulate(
  policy: string,
  trace: readonly number[],
  frames: number,
  options: SimulationOptions = {},
): Simulation | undefined {
  if (policy === "opt") return run(policy, trace, frames, optChooser(trace));
  const chooser = onlineChooser(policy as PolicyName, frames, options);
  return chooser === undefined ? undefined : run(policy, trace, frames, chooser);
}

/** What the loop asks of a policy. */
interface Chooser {
  hit(frame: number, at: number): void;
  /** Frame whose page goes; all are full. */
  choose(resident: readonly number[], at: number): number;
  loaded(frame: number, at: number): void;
  removed(frame: number): void;
}

function run(policy: string, trace: readonly number[], frames: number, chooser: Chooser): Simulation {
  const resident: number[] = new Array<number>(frames).fill(-1);
  const steps: SimulationStep[] = [];
  let misses = 0;
  trace.forEach((page, at) => {
    const found = resident.indexOf(page);
    let evicted = -1;
    if (found >= 0) chooser.hit(found, at);
    else {
      misses++;
      let frame = resident.indexOf(-1);
      if (frame < 0) {
        frame = chooser.choose(resident, at);
        evicted = resident[frame];
        chooser.removed(frame);
      }
      resident[frame] = page;
      chooser.loaded(frame, at);
    }
    steps.push({ page, hit: found >= 0, evicted, resident: [...resident] });
  });
  return { policy, frames, misses, steps };
}

function onlineChooser(name: PolicyName, frames: number, options: SimulationOptions): Chooser | undefined {
  const policy = makePolicy(name, frames, options.seed ?? 1);
  if (policy === undefined) return undefined;
  const accessed = new Uint8Array(frames);
  const modified = new Uint8Array(frames);
  const view: FrameView = {
    isCandidate: () => true,
    isAccessed: (frame) => accessed[frame] !== 0,
    clearAccessed: (frame) => {
      accessed[frame] = 0;
    },
    isModified: (frame) => modified[frame] !== 0,
  };
  const touch = (frame: number, at: number, used: boolean) => {
    if (used) accessed[frame] = 1;
    if (options.writes?.[at]) modified[frame] = 1;
    if (policy.sampleCycles > 0) policy.sample(view);
  };
  return {
    hit: (frame, at) => touch(frame, at, true),
    choose: () => policy.choose(view, -1),
    loaded: (frame, at) => {
      policy.loaded(frame);
      touch(frame, at, options.setOnLoad ?? true);
    },
    removed: (frame) => {
      accessed[frame] = 0;
      modified[frame] = 0;
      policy.removed(frame);
    },
  };
}

/** Belady's MIN: the page whose next use lies furthest ahead; one that is never used again at once. */
function optChooser(trace: readonly number[]): Chooser {
  return {
    hit: () => {},
    choose: (resident, at) => {
      const distance = resident.map((page) => {
        const next = trace.indexOf(page, at + 1);
        return next < 0 ? Number.POSITIVE_INFINITY : next;
      });
      return distance.indexOf(Math.max(...distance));
    },
    loaded: () => {},
    removed: () => {},
  };
}
