/** Areas of private anonymous memory, and as much of a space as its list of areas needs. */
import { areaList } from "../../../kernel/mm/area-list.ts";
import type { AddressSpace, Vma } from "../../../kernel/mm/vma.ts";

export const anonymousArea = (start: number, end: number, prot = 3): Vma => ({
  start,
  end,
  prot,
  shared: false,
  backing: { kind: "anonymous" },
  name: "",
  growsDown: false,
  charge: "none",
  locked: false,
  allocation: null,
  guarded: null,
  atFork: 0,
  softDirty: true,
});

export const spaceOf = (...vmas: Vma[]): AddressSpace =>
  ({ areas: areaList(vmas), reservedPages: 0, committedPages: 0, lockedPages: 0 }) as unknown as AddressSpace;
