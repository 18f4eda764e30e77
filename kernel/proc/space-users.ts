/** Processes as users of address spaces: what exec and exit do when one leaves. */
import type { Core } from "../core.ts";
import { destroySpace } from "../mm/address-space.ts";
import { areaList } from "../mm/area-list.ts";
import { Priority } from "../mm/frames.ts";
import type { AddressSpace } from "../mm/vma.ts";
import type { Process } from "./process.ts";
import { wake } from "./scheduler.ts";

/** One user fewer of an address space; the last one takes it away. A parent in vfork may go on. */
export function leaveSpace(core: Core, p: Process, space: AddressSpace): void {
  if (space.id === NO_SPACE.id) return;
  space.users--;
  if (space.users === 0) destroySpace(core, space);
  wake(core, `vfork:${p.pid}`);
}

/**
 * What a process has before its first exec and after its exit. Each gets a copy (`noSpace`): state must not refer to a
 * constant, because a machine that was restored from a copy would then not be the same as one that was not.
 */
const NO_SPACE: AddressSpace = {
  id: 0,
  ownerPid: 0,
  users: 0,
  asid: 0 as AddressSpace["asid"],
  rootPfn: 0 as AddressSpace["rootPfn"],
  areas: areaList(),
  resetPages: new Map(),
  brkStart: 0,
  brk: 0,
  mmapTop: 0,
  stackTop: 0,
  stackLimitBytes: 0,
  residentPages: 0,
  peakResidentPages: 0,
  residentLimitPages: Number.POSITIVE_INFINITY,
  pageTablePages: 0,
  reservedPages: 0,
  committedPages: 0,
  lockedPages: 0,
  locksFuture: false,
  residentMinimumPages: 0,
  pagePriority: Priority.Default,
  swappedPages: 0,
  cpuCycles: 0,
  lastUse: new Map(),
  faultCycles: 0,
  faultVpn: -1,
  sampledCycles: 0,
};

export const noSpace = (): AddressSpace => ({
  ...NO_SPACE,
  areas: areaList(),
  lastUse: new Map(),
  resetPages: new Map(),
});
