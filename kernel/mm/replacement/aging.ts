/**
 * Aging: an 8-bit counter a page, shifted right at each sample with the A bit coming in at the top, so that recent use
 * weighs most and old use fades.
 */
import type { Ranking } from "./ranked.ts";

export const AGING: Ranking = {
  name: "aging",
  description: "Aging: 8-bit counters shifted right at each sample, A bit in at the top; the lowest goes",
  reason: "lowest age counter",
  initial: () => 0x80,
  update: (rank, used) => (rank >>> 1) | (used ? 0x80 : 0),
};
