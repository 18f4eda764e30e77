/** LFU: the page that has been seen in use the fewest times since it was loaded. */
import type { Ranking } from "./ranked.ts";

export const LFU: Ranking = {
  name: "lfu",
  description: "LFU: the page seen in use at the fewest samples since it was loaded",
  reason: "seen in use least often",
  initial: () => 0,
  update: (rank, used) => (used ? rank + 1 : rank),
};
