/** The kernel's random numbers: xorshift32 (Marsaglia 2003), seeded by the configuration, so that a run can be repeated. */
import type { KernelVariables } from "./core.ts";

/** The next value, unsigned and never 0. */
export function nextRandom(variables: KernelVariables): number {
  let x = variables.random;
  x ^= x << 13;
  x ^= x >>> 17;
  x ^= x << 5;
  variables.random = x;
  return x >>> 0;
}
