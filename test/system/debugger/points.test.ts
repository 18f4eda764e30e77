import { describe, expect, it } from "vitest";
import { type StopSpec, watcherOf } from "../../../system/debugger/breakpoints.ts";
import { type SearchResult, searchBackward, searchForward } from "../../../system/debugger/search.ts";
import { Images } from "../../../system/debugger/symbols.ts";
import type { Timeline } from "../../../system/timeline.ts";
import { DATA } from "../../kernel/support/program.ts";
import { generator, recorded, SEED } from "../timeline/support.ts";

const images = new Images(() => null);
const DENSE = { spacing: 20_000, recent: 7_000, nearest: 60, nearWork: 8_000 };

/** What a search has found, without what cannot be compared. */
const found = (result: SearchResult): unknown =>
  result.kind === "hit"
    ? {
        reason: result.hit.reason,
        moment: result.hit.moment,
        before: result.hit.watcher.isAfterwards === true ? result.hit.before : null,
      }
    : { kind: result.kind };

describe(`breakpoints and watchpoints at stop points of the engine (FAULTLINE_SEED=${SEED})`, () => {
  const timeline: Timeline = recorded(SEED, DENSE);
  const { machine } = timeline;
  /** Addresses of instructions that the run has come to, one in some hundred. */
  const addresses: number[] = [];
  timeline.goToMoment(timeline.start);
  searchForward(timeline, [
    {
      instruction: ({ pc, machine }) => {
        if (machine.hart.instret % 97 === 0) addresses.push(pc);
        return null;
      },
    },
  ]);
  const last = timeline.end.instret;

  /** Both ways from one place: with the engine's stop points, and looking at every instruction. */
  function compare(spec: StopSpec, at: number, rounds: number): void {
    for (const search of [searchForward, searchBackward]) {
      const hits: unknown[][] = [[], []];
      for (const probesEverything of [false, true]) {
        timeline.goTo(at);
        for (let i = 0; i < rounds; i++) {
          const result = search(timeline, [watcherOf(spec, images)], { probesEverything });
          hits[Number(probesEverything)].push(found(result));
          if (result.kind !== "hit") break;
        }
      }
      expect(hits[0], `${JSON.stringify(spec)} ${search.name} from ${at}`).toEqual(hits[1]);
    }
  }

  it("are found where looking at every instruction finds them, with the instruction before", () => {
    const random = generator(SEED + 1);
    const pick = (most: number): number => Math.floor(random() * most);
    for (let i = 0; i < 6; i++) {
      const vaddrs = [addresses[pick(addresses.length)], addresses[pick(addresses.length)]];
      compare({ kind: "code", vaddrs }, pick(last), 3);
      const vaddr = DATA + 0x1000 + pick(36) * 4096;
      for (const on of ["change", "write", "read", "access"] as const)
        compare({ kind: "watch", pid: 1 + pick(2), vaddr, bytes: 4, on }, pick(last), 3);
      compare({ kind: "physical", paddr: pick(machine.ram.frames) * 4096, bytes: 4 }, pick(last), 3);
    }
    // Changed by the kernel: the buffer of read(), and the word that a signal handler counts in.
    for (let vaddr = DATA; vaddr < DATA + 0x100; vaddr += 32)
      compare({ kind: "watch", pid: 1, vaddr, bytes: 4, on: "change" }, pick(last), 4);
  }, 60_000);
});
