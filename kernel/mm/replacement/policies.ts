/** The policies by name: what `--replacement` accepts. */
import { AGING } from "./aging.ts";
import { ArcPolicy } from "./arc.ts";
import { ClockPolicy } from "./clock.ts";
import { FifoPolicy } from "./fifo.ts";
import { LFU } from "./lfu.ts";
import { LRU } from "./lru.ts";
import { NruPolicy } from "./nru.ts";
import type { ReplacementPolicy } from "./policy.ts";
import { RandomPolicy } from "./random.ts";
import { RankedPolicy } from "./ranked.ts";
import { SecondChancePolicy } from "./second-chance.ts";
import { TwoQueuePolicy } from "./two-queue.ts";
import { WsClockPolicy } from "./wsclock.ts";

/** What some policies need to know besides the number of frames. */
export interface PolicySettings {
  /** Of the random policy. */
  readonly seed: number;
  /** Window of the working set, in cycles of CPU time (references, in the simulator). */
  readonly tau: number;
}

type Maker = (frames: number, settings: PolicySettings) => ReplacementPolicy;

const MAKERS = {
  clock: (frames) => new ClockPolicy(frames, true),
  "clock-hit": (frames) => new ClockPolicy(frames, false),
  fifo: (frames) => new FifoPolicy(frames),
  "second-chance": (frames) => new SecondChancePolicy(frames),
  nru: (frames) => new NruPolicy(frames),
  lru: (frames) => new RankedPolicy(frames, LRU),
  lfu: (frames) => new RankedPolicy(frames, LFU),
  aging: (frames) => new RankedPolicy(frames, AGING),
  wsclock: (frames, { tau }) => new WsClockPolicy(frames, tau),
  "2q": (frames) => new TwoQueuePolicy(frames),
  arc: (frames) => new ArcPolicy(frames),
  random: (frames, { seed }) => new RandomPolicy(frames, seed),
} satisfies Record<string, Maker>;

export type PolicyName = keyof typeof MAKERS;

/** Names in the order in which they should be offered. */
export const POLICY_NAMES = Object.keys(MAKERS) as PolicyName[];

/** A fresh policy for a machine of so many frames, or undefined for an unknown name. */
export function makePolicy(name: string, frames: number, settings: PolicySettings): ReplacementPolicy | undefined {
  const makers: Record<string, Maker> = MAKERS;
  return Object.hasOwn(makers, name) ? makers[name](frames, settings) : undefined;
}
