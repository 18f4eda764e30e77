/** The policies by name: what `--replacement` accepts. */
import { AGING } from "./aging.ts";
import { ClockPolicy } from "./clock.ts";
import { FifoPolicy } from "./fifo.ts";
import { LFU } from "./lfu.ts";
import { LRU } from "./lru.ts";
import { NruPolicy } from "./nru.ts";
import type { ReplacementPolicy } from "./policy.ts";
import { RandomPolicy } from "./random.ts";
import { RankedPolicy } from "./ranked.ts";
import { SecondChancePolicy } from "./second-chance.ts";

const MAKERS = {
  clock: (frames: number) => new ClockPolicy(frames),
  fifo: (frames: number) => new FifoPolicy(frames),
  "second-chance": (frames: number) => new SecondChancePolicy(frames),
  nru: (frames: number) => new NruPolicy(frames),
  lru: (frames: number) => new RankedPolicy(frames, LRU),
  lfu: (frames: number) => new RankedPolicy(frames, LFU),
  aging: (frames: number) => new RankedPolicy(frames, AGING),
  random: (frames: number, seed: number) => new RandomPolicy(frames, seed),
} satisfies Record<string, (frames: number, seed: number) => ReplacementPolicy>;

export type PolicyName = keyof typeof MAKERS;

/** Names in the order in which they should be offered. */
export const POLICY_NAMES = Object.keys(MAKERS) as PolicyName[];

/** A fresh policy for a machine of so many frames, or undefined for an unknown name. */
export function makePolicy(name: string, frames: number, seed: number): ReplacementPolicy | undefined {
  return Object.hasOwn(MAKERS, name) ? MAKERS[name as PolicyName](frames, seed) : undefined;
}
