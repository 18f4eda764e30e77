/** Which segments of System V shared memory there are, and who has attached them. */
import type { Core } from "../core.ts";
import { areasOf } from "../mm/areas.ts";
import type { SharedObject, SharedSegment } from "../mm/vma.ts";

/** A segment of shared memory with its pages. */
export type Segmented = SharedObject & { readonly segment: SharedSegment };

export function* segments(core: Core): Generator<Segmented> {
  for (const object of core.sharedObjects.values()) if (object.segment) yield object as Segmented;
}

/** Areas that show the segment, over all spaces: Linux's shm_nattch. */
export function attachments(core: Core, id: number): number {
  let count = 0;
  for (const space of core.spaces.values()) {
    for (const { backing } of areasOf(space)) if (backing.kind === "shared" && backing.object === id) count++;
  }
  return count;
}
