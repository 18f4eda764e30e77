/** The lists of frames in words, for steps of a fault. */
import { Priority } from "../../kernel/mm/frames.ts";
import type { ListCounts } from "../inspect.ts";

/** Is there a page on the standby list whose page priority is not the usual one? */
const hasUnusualPriority = (standby: readonly number[]): boolean =>
  standby.some((frames, priority) => frames > 0 && priority !== Priority.Default);

/** "3 zeroed, 0 dirty, 9 standby, 1 modified"; `standby`, frames by page priority 0 … 7, is told as soon as one is not the usual. */
export function listsText(lists: ListCounts, standby: readonly number[]): string {
  const parts = standby.flatMap((frames, priority) => (frames === 0 ? [] : [`${frames} of priority ${priority}`]));
  const priorities = hasUnusualPriority(standby) ? ` (${parts.join(", ")})` : "";
  return `${lists.zeroed} zeroed, ${lists.dirty} dirty, ${lists.standby} standby${priorities}, ${lists.modified} modified`;
}
