/**
 * How long a request to the swap device takes, from the figures of a cost profile (kernel/costs.ts).
 *
 * A solid device knows no places. A disk does: slot s lies in the 8 sectors from 8 × s on, sectors fill a track, tracks a
 * cylinder. A request moves the arm to its first track, waits until the first sector comes round, and reads on. The disk
 * turns all the time, so where the sectors are is a function of the cycle; the only state is where the arm stands.
 */
import { PAGE_BYTES } from "../../emulator/bits.ts";
import type { DeviceTiming, DiskTiming } from "../costs.ts";

/** The parts of one request, in cycles. */
export interface ServiceTime {
  /** Command and set-up, fixed. */
  readonly overhead: number;
  readonly seek: number;
  readonly rotation: number;
  readonly transfer: number;
  /** Track under the arm when it is over; 0 for a device without one. */
  readonly track: number;
}

export const totalCycles = (time: ServiceTime): number => time.overhead + time.seek + time.rotation + time.transfer;

/** Slots that a device has room for. */
export function capacitySlots(timing: DeviceTiming): number {
  if (timing.kind === "solid") return Number.POSITIVE_INFINITY;
  return Math.floor((timing.cylinders * timing.tracksPerCylinder * timing.sectorsPerTrack) / sectorsPerPage(timing));
}

const sectorsPerPage = (timing: DiskTiming): number => PAGE_BYTES / timing.sectorBytes;

/**
 * A request for `pages` slots from `slot` on, begun at `startCycles` with the arm on `track`.
 */
export function serviceTime(
  timing: DeviceTiming,
  direction: "in" | "out",
  slot: number,
  pages: number,
  startCycles: number,
  track: number,
): ServiceTime {
  if (timing.kind === "disk") return diskTime(timing, slot, pages, startCycles, track);
  const first = direction === "in" ? timing.readCycles : timing.writeCycles;
  const next = direction === "in" ? timing.nextReadCycles : timing.nextWriteCycles;
  return { overhead: first, seek: 0, rotation: 0, transfer: (pages - 1) * next, track: 0 };
}

function diskTime(
  timing: DiskTiming,
  slot: number,
  pages: number,
  startCycles: number,
  fromTrack: number,
): ServiceTime {
  const { revolutionCycles, sectorsPerTrack } = timing;
  const sectorCycles = revolutionCycles / sectorsPerTrack;
  const first = slot * sectorsPerPage(timing);
  const last = first + pages * sectorsPerPage(timing) - 1;
  const track = Math.floor(first / sectorsPerTrack);
  const lastTrack = Math.floor(last / sectorsPerTrack);
  const seek = Math.round(seekCycles(timing, fromTrack, track));
  const arrived = startCycles + timing.overheadCycles + seek;
  const wanted = ((first + skew(timing, track)) % sectorsPerTrack) * sectorCycles;
  const rotation = Math.round((wanted - (arrived % revolutionCycles) + revolutionCycles) % revolutionCycles);
  // Skew is what a switch of tracks costs while a transfer goes on: the heads are there when the first sector is.
  const passed = last - first + 1 + skew(timing, lastTrack) - skew(timing, track);
  const transfer = Math.round(passed * sectorCycles);
  return { overhead: timing.overheadCycles, seek, rotation, transfer, track: lastTrack };
}

/** Sectors by which a track begins later than track 0. */
function skew(timing: DiskTiming, track: number): number {
  const cylinder = Math.floor(track / timing.tracksPerCylinder);
  return (track - cylinder) * timing.trackSkewSectors + cylinder * timing.cylinderSkewSectors;
}

function seekCycles(timing: DiskTiming, from: number, to: number): number {
  if (from === to) return 0;
  const distance = Math.abs(Math.floor(from / timing.tracksPerCylinder) - Math.floor(to / timing.tracksPerCylinder));
  if (distance === 0) return timing.headSwitchCycles;
  if (distance < timing.longSeekCylinders)
    return timing.shortSeekCycles[0] + timing.shortSeekCycles[1] * Math.sqrt(distance);
  return timing.longSeekCycles[0] + timing.longSeekCycles[1] * distance;
}
