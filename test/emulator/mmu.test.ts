import { describe, expect, test } from "vitest";
import { makePte, PTE_A, PTE_D, PTE_G, PTE_R, PTE_U, PTE_V, PTE_W, PTE_X } from "../../emulator/pte.ts";
import type { Access } from "../../emulator/trap.ts";
import { bareMetal, ROOT, RWXU } from "./bare-metal.ts";

const PAGE_FAULT = { execute: 12, load: 13, store: 15 } as const;
const ACCESS_FAULT = { execute: 1, load: 5, store: 7 } as const;
const ACCESSES: Access[] = ["execute", "load", "store"];

describe("translation of a 4 KiB page", () => {
  test("adds the offset to the frame, and walks only once", () => {
    const { mmu, map, hart, tlb } = bareMetal();
    map(0x12345, 40, RWXU);
    expect(mmu.translate(0x12345678, "load")).toBe(40 * 4096 + 0x678);
    expect(mmu.translate(0x12345ffc, "load")).toBe(40 * 4096 + 0xffc);
    expect([tlb.misses, tlb.hits]).toEqual([1, 1]);
    // Two PTEs read at 10 cycles each, once.
    expect(hart.cycles).toBe(20);
  });

  test("tells the miss, each PTE read, the A bit and the fill, in this order", () => {
    const { mmu, map, events, pteAddress } = bareMetal(64, { sets: 4, ways: 2 });
    map(0x12345, 40, RWXU);
    mmu.translate(0x12345678, "load");
    const before = makePte(40, RWXU);
    expect(events).toEqual([
      { kind: "tlb-miss", vaddr: 0x12345678, access: "load", asid: 1, set: 1 },
      // VPN[1] = 0x12345678 >> 22 = 0x48; the leaf table is the first frame after the root.
      { kind: "pte-read", level: 1, paddr: ROOT * 4096 + 0x48 * 4, pte: makePte(2, PTE_V) },
      { kind: "pte-read", level: 0, paddr: 2 * 4096 + 0x345 * 4, pte: before },
      { kind: "pte-update", paddr: pteAddress(0x12345), before, after: before | PTE_A },
      { kind: "tlb-fill", vpn: 0x12345, pfn: 40, asid: 1, set: 1, way: 0, victimVpn: -1, superpage: false },
    ]);
  });

  test("names the victim when an entry has to go", () => {
    const { mmu, map, events } = bareMetal(64, { sets: 1, ways: 1 });
    map(5, 40, RWXU);
    map(6, 41, RWXU);
    mmu.translate(0x5000, "load");
    mmu.translate(0x6000, "load");
    expect(events.at(-1)).toMatchObject({ kind: "tlb-fill", vpn: 6, victimVpn: 5, way: 0 });
  });

  test("says nothing and builds nothing while nobody listens", () => {
    const { mmu, map, events, sink } = bareMetal();
    sink.enabled = false;
    map(5, 40, RWXU);
    mmu.translate(0x5000, "store");
    mmu.fence(-1, -1);
    expect(events).toEqual([]);
  });
});

describe("A and D bits", () => {
  test("a load sets A, the first store sets D by a second walk, later stores hit", () => {
    const { mmu, map, ram, pteAddress, tlb } = bareMetal();
    map(5, 40, RWXU);
    const flags = () => ram.readWord(pteAddress(5)) & 0xff;
    mmu.translate(0x5000, "load");
    expect(flags()).toBe(RWXU | PTE_A);
    mmu.translate(0x5000, "store");
    expect(flags()).toBe(RWXU | PTE_A | PTE_D);
    expect([tlb.misses, tlb.hits]).toEqual([2, 0]);
    mmu.translate(0x5000, "store");
    expect([tlb.misses, tlb.hits]).toEqual([2, 1]);
    expect(tlb.entries().length).toBe(1);
  });

  test("a first access that stores sets both at once", () => {
    const { mmu, map, ram, pteAddress, tlb } = bareMetal();
    map(5, 40, RWXU);
    mmu.translate(0x5000, "store");
    expect(ram.readWord(pteAddress(5)) & 0xff).toBe(RWXU | PTE_A | PTE_D);
    expect(tlb.misses).toBe(1);
  });

  test("an access that faults sets neither", () => {
    const { mmu, map, ram, pteAddress } = bareMetal();
    map(5, 40, PTE_V | PTE_R | PTE_U);
    mmu.translate(0x5000, "store");
    expect(ram.readWord(pteAddress(5)) & 0xff).toBe(PTE_V | PTE_R | PTE_U);
  });

  test("the PTE's software bits and frame number survive the update", () => {
    const { mmu, map, ram, pteAddress } = bareMetal();
    map(5, 40, RWXU | 0x300);
    mmu.translate(0x5000, "store");
    expect(ram.readWord(pteAddress(5))).toBe(makePte(40, RWXU | 0x300 | PTE_A | PTE_D));
  });
});

describe("page faults", () => {
  const cases: [string, number, Access[]][] = [
    ["an invalid PTE, whatever its other bits", 0xfe, ACCESSES],
    ["W without R", PTE_V | PTE_W | PTE_U, ACCESSES],
    ["W and X without R", PTE_V | PTE_W | PTE_X | PTE_U, ACCESSES],
    ["a pointer where only a leaf may stand", PTE_V, ACCESSES],
    ["a supervisor page", PTE_V | PTE_R | PTE_W | PTE_X, ACCESSES],
    ["a read-only page", PTE_V | PTE_R | PTE_U, ["execute", "store"]],
    ["a page for reading and writing", PTE_V | PTE_R | PTE_W | PTE_U, ["execute"]],
    ["an execute-only page", PTE_V | PTE_X | PTE_U, ["load", "store"]],
    ["a page for reading and executing", PTE_V | PTE_R | PTE_X | PTE_U, ["store"]],
  ];
  test.each(cases)("%s", (_, flags, faulting) => {
    for (const access of ACCESSES) {
      const { mmu, map, tlb } = bareMetal();
      map(5, 40, flags);
      const expected = faulting.includes(access) ? ~PAGE_FAULT[access] : 40 * 4096 + 0x10;
      expect(mmu.translate(0x5010, access), access).toBe(expected);
      expect(tlb.entries().length, access).toBe(faulting.includes(access) ? 0 : 1);
      // The second time the TLB answers, or the walk is done again: the result is the same.
      expect(mmu.translate(0x5010, access), access).toBe(expected);
    }
  });

  test("an empty slot in the root table faults after one PTE read", () => {
    const { mmu, hart } = bareMetal();
    expect(mmu.translate(0x80000000, "load")).toBe(~13);
    expect(hart.cycles).toBe(10);
  });

  test.each([
    ["A", PTE_A],
    ["D", PTE_D],
    ["U", PTE_U],
  ])("%s is reserved in a pointer", (_, bit) => {
    const { mmu, map, ram } = bareMetal();
    map(5, 40, RWXU);
    ram.writeWord(ROOT * 4096, ram.readWord(ROOT * 4096) | bit);
    expect(mmu.translate(0x5000, "load")).toBe(~13);
  });

  test("an entry with too few rights faults at once: the tables are not read again", () => {
    const { mmu, map, hart } = bareMetal();
    map(5, 40, PTE_V | PTE_R | PTE_U);
    mmu.translate(0x5000, "load");
    map(5, 40, RWXU);
    expect(mmu.translate(0x5000, "store")).toBe(~15);
    expect(hart.cycles).toBe(20);
    mmu.fence(5, 1);
    expect(mmu.translate(0x5000, "store")).toBe(40 * 4096);
  });
});

describe("access faults: what lies outside RAM", () => {
  test.each(ACCESSES)("a frame behind the end of RAM, for %s", (access) => {
    const { mmu, map, ram, pteAddress } = bareMetal(64);
    map(5, 64, RWXU);
    expect(mmu.translate(0x5000, access)).toBe(~ACCESS_FAULT[access]);
    expect(ram.readWord(pteAddress(5)) & (PTE_A | PTE_D)).toBe(0);
  });

  test.each(ACCESSES)("a page table behind the end of RAM, for %s", (access) => {
    const { mmu, ram } = bareMetal(64);
    ram.writeWord(ROOT * 4096, makePte(0x3fffff, PTE_V));
    expect(mmu.translate(0x5000, access)).toBe(~ACCESS_FAULT[access]);
  });

  test("a root table behind the end of RAM", () => {
    const { mmu } = bareMetal(64);
    mmu.setSatp(1, 64);
    expect(mmu.translate(0, "load")).toBe(~5);
  });
});

describe("superpages", () => {
  test("a leaf in the root table maps 4 MiB with one PTE read", () => {
    const { mmu, ram, hart, tlb, events } = bareMetal(2048);
    ram.writeWord(ROOT * 4096 + 3 * 4, makePte(1024, RWXU));
    expect(mmu.translate(0x00c12345, "load")).toBe(1024 * 4096 + 0x12345);
    expect(hart.cycles).toBe(10);
    expect(mmu.translate(0x00ffffff, "load")).toBe(1024 * 4096 + 0x3fffff);
    expect([tlb.misses, tlb.hits]).toEqual([1, 1]);
    expect(events.at(-1)).toMatchObject({ kind: "tlb-fill", vpn: 0xc00, pfn: 1024, superpage: true });
  });

  test("a superpage whose PPN[0] is not 0 is a page fault", () => {
    const { mmu, ram } = bareMetal(2048);
    ram.writeWord(ROOT * 4096, makePte(1025, RWXU));
    expect(mmu.translate(0, "execute")).toBe(~12);
  });

  test("the part of a superpage that lies outside RAM is an access fault, the rest is usable", () => {
    const { mmu, ram } = bareMetal(1024 + 10);
    ram.writeWord(ROOT * 4096, makePte(1024, RWXU));
    expect(mmu.translate(0x9ffc, "load")).toBe(1024 * 4096 + 0x9ffc);
    expect(mmu.translate(0xa000, "load")).toBe(~5);
    mmu.fence(-1, -1);
    expect(mmu.translate(0xa000, "load")).toBe(~5);
  });
});

describe("address spaces", () => {
  test("two ASIDs keep their translations of one page apart without a flush", () => {
    const { mmu, map, ram, tlb } = bareMetal();
    const other = 20;
    map(5, 40, RWXU);
    ram.writeWord(other * 4096, makePte(21, PTE_V));
    ram.writeWord(21 * 4096 + 5 * 4, makePte(50, RWXU));
    const translate = (asid: number, root: number): number => {
      mmu.setSatp(asid, root);
      return mmu.translate(0x5000, "load");
    };
    expect([translate(1, ROOT), translate(2, other), translate(1, ROOT), translate(2, other)]).toEqual([
      40 * 4096,
      50 * 4096,
      40 * 4096,
      50 * 4096,
    ]);
    expect([tlb.misses, tlb.hits]).toEqual([2, 2]);
  });

  test("a page below a global pointer is global itself", () => {
    const { mmu, map, ram, tlb } = bareMetal();
    map(5, 40, RWXU);
    ram.writeWord(ROOT * 4096, ram.readWord(ROOT * 4096) | PTE_G);
    mmu.translate(0x5000, "load");
    mmu.setSatp(9, ROOT);
    mmu.translate(0x5000, "load");
    expect([tlb.misses, tlb.hits]).toEqual([1, 1]);
  });

  test("a stale entry is believed until the fence", () => {
    const { mmu, map } = bareMetal();
    map(5, 40, RWXU);
    mmu.translate(0x5000, "load");
    map(5, 41, RWXU);
    expect(mmu.translate(0x5000, "load")).toBe(40 * 4096);
    expect(mmu.fence(5, 1)).toBe(1);
    expect(mmu.translate(0x5000, "load")).toBe(41 * 4096);
  });
});

describe("a look from outside", () => {
  test("shows the PTEs and the address, and changes nothing", () => {
    const { mmu, map, ram, hart, tlb, events } = bareMetal();
    map(5, 40, RWXU);
    const before = [ram.snapshot(), hart.snapshot(), tlb.snapshot()];
    expect(mmu.peek(0x5123, "store")).toEqual({
      paddr: 40 * 4096 + 0x123,
      reads: [
        { level: 1, paddr: ROOT * 4096, pte: makePte(2, PTE_V) },
        { level: 0, paddr: 2 * 4096 + 20, pte: makePte(40, RWXU) },
      ],
      fault: null,
    });
    expect([ram.snapshot(), hart.snapshot(), tlb.snapshot()]).toEqual(before);
    expect(events).toEqual([]);
  });

  test("says which fault an access would meet", () => {
    const { mmu, map } = bareMetal();
    map(5, 40, PTE_V | PTE_R | PTE_U);
    expect(mmu.peek(0x5000, "store").fault).toBe(15);
    expect(mmu.peek(0x5000, "load").fault).toBe(null);
    expect(mmu.peek(0x6000, "load")).toMatchObject({ paddr: -1, fault: 13 });
  });

  test("sees the identity while translation is off", () => {
    const { mmu, ram } = bareMetal();
    mmu.setBare();
    expect(mmu.peek(0x5123)).toEqual({ paddr: 0x5123, reads: [], fault: null });
    expect(mmu.peek(ram.bytes)).toEqual({ paddr: -1, reads: [], fault: 5 });
  });
});
