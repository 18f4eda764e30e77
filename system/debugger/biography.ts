/**
 * The life of a frame, or of a page of a process, over the whole recording: who had it, when it was zeroed, evicted, written
 * to swap and fetched, and why. Made by running the recording once more with a listener.
 */
import type { FaultlineEvent } from "../../kernel/events.ts";
import { describeEvent } from "../export/trace-text.ts";
import type { Timeline } from "../timeline.ts";

export interface LifeEvent {
  readonly cycles: number;
  readonly instret: number;
  readonly turns: number;
  readonly text: string;
  readonly event: FaultlineEvent;
}

/** Does the event concern a frame? */
function concernsFrame(event: FaultlineEvent, pfn: number): boolean {
  if (event.kind === "page-copied") return event.from === pfn || event.to === pfn;
  if (event.kind === "tlb-fill") return false;
  return "pfn" in event && event.pfn === pfn;
}

/** Follows a page: events that name it, and those of the frame and the transfers that carry it. */
class PageFollower {
  private readonly pid: number;
  private readonly vpn: number;
  private readonly frames = new Set<number>();

  constructor(pid: number, vpn: number) {
    this.pid = pid;
    this.vpn = vpn;
  }

  concerns(event: FaultlineEvent): boolean {
    const isNamed = "pid" in event && event.pid === this.pid && "vpn" in event && event.vpn === this.vpn;
    switch (event.kind) {
      case "frame-allocated":
        // A page table that a fault on this page needed is not this page.
        if (!isNamed || event.purpose === "page-table") {
          this.frames.delete(event.pfn);
          return false;
        }
        this.frames.add(event.pfn);
        return true;
      case "frame-reclaimed":
      case "swap-in":
        if (isNamed) this.frames.add(event.pfn);
        return isNamed;
      case "frame-zeroed":
      case "swap-done":
        return this.frames.has(event.pfn);
      case "frame-freed":
        return this.frames.has(event.pfn);
      case "fault-begin":
      case "fault-end":
        return event.pid === this.pid && event.vaddr >>> 12 === this.vpn;
      case "pte-write":
        // The kernel writes PTEs of a space that may not be the running one: by the page, within its frames.
        return event.vpn === this.vpn && event.pid === this.pid;
      default:
        return isNamed;
    }
  }
}

function collect(timeline: Timeline, concerns: (event: FaultlineEvent) => boolean): LifeEvent[] {
  const before = timeline.moment;
  const { end } = timeline;
  const found: LifeEvent[] = [];
  timeline.goToMoment(timeline.start);
  const { machine } = timeline;
  const stop = machine.subscribe((event, cycles, instret) => {
    if (concerns(event))
      found.push({
        cycles,
        instret,
        turns: machine.moment.turns,
        text: describeEvent(event).replace(/ +/g, " "),
        event,
      });
  });
  try {
    while (!timeline.isAtEnd) {
      const status = timeline.forward({ untilCycles: machine.hart.cycles + 50_000_000, untilTurns: end.turns });
      if (status.kind === "turn" || status.kind === "halted") break;
    }
  } finally {
    stop();
    timeline.goToMoment(before);
  }
  return found;
}

/** Everything that happened to a frame, in order. */
export const frameBiography = (timeline: Timeline, pfn: number): LifeEvent[] =>
  collect(timeline, (event) => concernsFrame(event, pfn));

/** Everything that happened to a page of a process, in order: every fault, and where its contents were. */
export function pageBiography(timeline: Timeline, pid: number, vpn: number): LifeEvent[] {
  const follower = new PageFollower(pid, vpn);
  return collect(timeline, (event) => follower.concerns(event));
}
