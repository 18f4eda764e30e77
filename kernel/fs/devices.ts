/** Character devices that are neither a terminal nor a stream of the host: null, zero, full, random, urandom. */
import { Errno } from "../abi.ts";
import type { Core } from "../core.ts";
import type { Process } from "../proc/process.ts";
import { nextRandom } from "../random.ts";
import { fillSpan, type Span } from "./transfer.ts";

export type PlainDevice = "null" | "zero" | "full" | "random" | "urandom";

export function fillRandom(core: Core, dst: Uint8Array): void {
  for (let i = 0; i < dst.length; i++) dst[i] = nextRandom(core.variables) >>> 24;
}

export function readDevice(core: Core, p: Process, device: PlainDevice, span: Span): number {
  if (device === "null") return 0;
  return fillSpan(core, p, span, {
    peek: (dst) => {
      if (device === "random" || device === "urandom") fillRandom(core, dst);
      else dst.fill(0);
      return dst.length;
    },
    consume: () => true,
  });
}

export function writeDevice(device: PlainDevice, span: Span): number {
  return device === "full" && span.bytes > 0 ? -Errno.ENOSPC : span.bytes;
}
