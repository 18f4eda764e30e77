/** The kernel's messages for people: what happened, where, and what to do. They reach the host whoever listens to events. */
import type { Core } from "./core.ts";

/** @param pid the process that it is about */
export function tell(core: Core, pid: number, text: string): void {
  core.host.message?.(pid, text);
  if (core.sink.enabled) core.sink.emit({ kind: "message", pid, text });
}
