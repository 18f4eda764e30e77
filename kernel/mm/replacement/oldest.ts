/** The victim of every policy that keeps its pages in order and takes the first that it may. */
import type { FrameOrder } from "./order.ts";
import type { FrameView } from "./policy.ts";

/** The oldest candidate of an order, or −1. Adds the frames looked at to the policy's `scanned`. */
export function oldestCandidate(
  policy: { scanned: number },
  order: FrameOrder,
  view: FrameView,
  space: number,
): number {
  for (let pfn = order.first; pfn >= 0; pfn = order.after(pfn)) {
    policy.scanned++;
    if (view.isCandidate(pfn, space)) return pfn;
  }
  return -1;
}
