import { describe, expect, it } from "vitest";
import { type HeapBlock, heapBlocks } from "../../../system/debugger/heap-blocks.ts";
import { Image } from "../../../system/debugger/symbols.ts";
import { processOf } from "../../../system/inspect.ts";
import { debugC, lineOf } from "./support.ts";

// Of the same names as the allocators' own: the books must not be mixed up with the program's variables.
const SOURCE = `
#include <stdlib.h>
int heap = 1, first = 2, chosen = 3, lowest = 4;
char *a, *b, *c, *big;
int main(void) {
  a = malloc(100); /* before */
  b = malloc(20);
  c = malloc(3000);
  big = malloc(200000);
  free(b);
  b[-8] = b[-8]; /* made */
  b[-8] = 99;
  return heap + first + chosen + lowest; /* broken */
}`;

function stopped(allocator: string | null, mark: string) {
  const environment = ["PATH=/bin", ...(allocator === null ? [] : [`MALLOC=${allocator}`])];
  const { debug } = debugC(SOURCE, {}, environment);
  debug.breakAt(`test.c:${lineOf(SOURCE, mark)}`);
  expect(debug.run("forward").kind).toBe("breakpoint");
  const of = (name: string): number => debug.evaluate(`(unsigned) ${name}`).value.number ?? 0;
  return { debug, of, list: heapBlocks(debug.machine, debug.pid, debug.image) };
}

const plain = (blocks: readonly HeapBlock[]) => blocks.map(({ vaddr, bytes, state }) => [vaddr, bytes, state]);

describe("the blocks of a stopped program's malloc", () => {
  it("lists those of `bins`: headers of 8 bytes, sizes in steps of 16, large ones in their own pages", () => {
    const { list, of, debug } = stopped(null, "made");
    expect(list).toMatchObject({ allocator: "bins", problem: null });
    const a = of("a");
    // 100 + 8 → 112; 20 + 8 → 32; 3000 + 8 → 3008. The rest up to the break is the top. 200016 + 8 fill 49 pages.
    const { brk } = processOf(debug.machine, debug.pid)!.space;
    const top = a + 112 + 32 + 3008;
    const topBytes = ((brk - (top - 8)) & ~15) - 8;
    expect(plain(list.blocks)).toEqual([
      [a, 104, "used"],
      [a + 112, 24, "free"],
      [a + 144, 3000, "used"],
      [top, topBytes, "top"],
      [of("big"), 49 * 4096 - 16, "mapped"],
    ]);
    expect([of("b"), of("c")]).toEqual([a + 112, a + 144]);
  });

  it("lists those of `first-fit`", () => {
    const { list, of } = stopped("first-fit", "made");
    expect(list).toMatchObject({ allocator: "first-fit", problem: null });
    const a = of("a");
    // The heap grows by whole 64 KiB. The first block begins 8 bytes into it, so of 65536 there are 65528, in units of 16: 65520,
    // less 112 + 32 + 3008 = 62368. Then 200016 + 16 need 262144, and the 8 lost bytes too: 262144 - 200016 = 62128.
    const large = a + 112 + 32 + 3008 + 62368;
    expect(plain(list.blocks)).toEqual([
      [a, 104, "used"],
      [a + 112, 24, "free"],
      [a + 144, 3000, "used"],
      [a + 144 + 3008, 62360, "free"],
      [large, 200008, "used"],
      [large + 200016, 62120, "free"],
    ]);
    expect(of("big")).toBe(large);
  });

  it("lists those of `side`: slots of a size class, runs of pages", () => {
    const { list, of } = stopped("side", "made");
    expect(list).toMatchObject({ allocator: "side", problem: null });
    const used = list.blocks.filter(({ state }) => state === "used");
    const wanted = [
      [of("a"), 112, "used"],
      [of("c"), 4096, "used"],
      [of("big"), 49 * 4096, "used"],
    ];
    expect(plain(used).sort()).toEqual(wanted.sort());
    // 36 slots of 112 bytes make a page. That of 20 bytes was the only one of its slab, which became a free page again.
    expect(list.blocks.filter(({ bytes }) => bytes === 112)).toHaveLength(36);
    const pages = list.blocks.filter(({ bytes }) => bytes >= 4096);
    // An arena has 1 MiB: 256 pages.
    expect(pages.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(255 * 4096);
  });

  it.each(["bins", "first-fit"])("stops at a damaged header of `%s`, and says where", (name) => {
    const { list, of } = stopped(name, "broken");
    expect(plain(list.blocks)).toEqual([[of("a"), 104, "used"]]);
    expect(list.problem).toContain(`0x${(of("b") - 8).toString(16).padStart(8, "0")} was overwritten`);
  });

  it("says why there are none", () => {
    expect(stopped(null, "before").list.problem).toBe("no blocks: malloc was not called yet");
    const { debug } = debugC("int main(void) { return 0; }");
    expect(heapBlocks(debug.machine, debug.pid, debug.image).allocator).toBeNull();
    expect(heapBlocks(debug.machine, debug.pid, null).problem).toContain("not at hand");
    expect(heapBlocks(debug.machine, debug.pid, new Image("/x", new Uint8Array(4))).problem).toContain(
      "no symbol malloc",
    );
  });
});
