/** LRU: the page whose last use lies furthest back, by stamps taken from sampled A bits. */
import type { Ranking } from "./ranked.ts";

export const LRU: Ranking = {
  name: "lru",
  description: "LRU: the page used longest ago, by time stamps from A bits sampled every 0.5 ms of virtual time",
  reason: "its last use seen lies furthest back",
  initial: (now) => now,
  update: (rank, used, now) => (used ? now : rank),
};
