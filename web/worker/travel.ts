/**
 * The way to a moment of the past, in legs of some milliseconds each, so that the worker answers in between and the way can be
 * given up. A journey yields how much of it is done, from 0 to 1; stopped in the middle it leaves the machine at a whole moment.
 */
import type { Timeline } from "../../system/timeline.ts";

/** The first moment with so many instructions; with `turns`: where that action of the kernel began. */
export interface Destination {
  readonly instret: number;
  readonly turns?: number;
}

const LEG_MILLISECONDS = 12;
const LEAST_LEG = 20_000;

export function* travel(timeline: Timeline, to: Destination): Generator<number, void> {
  const { start, moment, end } = timeline;
  const instret = Math.min(Math.max(to.instret, start.instret), end.instret);
  const stretches = timeline.stretchesBefore(end);
  const checkpoint = stretches.find(({ from }) => from.instret < instret)?.from.instret ?? start.instret;
  const begin = moment.instret < instret ? Math.max(checkpoint, moment.instret) : checkpoint;
  let leg = 200_000;
  for (let at = begin + leg; at < instret; at += leg) {
    const before = performance.now();
    timeline.goTo(at);
    leg = Math.max(LEAST_LEG, (leg * LEG_MILLISECONDS) / Math.max(1, performance.now() - before));
    yield (at - begin) / (instret - begin);
  }
  if (to.turns !== undefined) timeline.goToAction(to.turns, to.instret);
  else if (to.instret >= end.instret) timeline.goToEnd();
  else timeline.goTo(instret);
}
