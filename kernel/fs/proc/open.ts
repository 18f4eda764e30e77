/** Opening a file of /proc: its text is made now, once, so that whoever reads it in pieces reads one moment's state. */
import { Errno } from "../../abi.ts";
import type { Core } from "../../core.ts";
import { encodeUtf8 } from "../../mm/user-memory.ts";
import type { Process } from "../../proc/process.ts";
import type { Inode } from "../inode.ts";
import { controlText } from "./controls.ts";
import { faultlineText } from "./faultline.ts";
import { machineText } from "./machine.ts";
import { isControl, isOwnControl, type ProcNode, procInode, procNode } from "./nodes.ts";
import { processText } from "./process.ts";
import { systemVText } from "./system-v.ts";
import { ownerOf } from "./tree.ts";

/** What an open file of /proc refers to: a file with the text, or −errno. */
export function openProcFile(core: Core, number: number): Inode | number {
  const node = procNode(number);
  const owner = ownerOf(core, node);
  if (node.pid !== 0 && !owner) return -Errno.ENOENT;
  // pagemap is too long to be made in advance: input-output.ts reads it from the page tables.
  if (isPagemap(node)) return procInode(number);
  const text = textOf(core, node, owner);
  return core.fs.makeGenerated(number, encodeUtf8(text), core.hart.cycles) ?? -Errno.ENOMEM;
}

export const isPagemap = (node: ProcNode): boolean =>
  (node.inside === "pid" || node.inside === "thread") && node.name === "pagemap";

function textOf(core: Core, node: ProcNode, owner: Process | undefined): string {
  if (isControl(node) && !isOwnControl(node)) return controlText(core, node.name, owner);
  if (owner) return processText(core, owner, node.name, node.inside === "thread");
  if (node.inside === "faultline") return faultlineText(core, node.name);
  if (node.inside === "kernel" || node.inside === "fs") return controlText(core, node.name);
  if (node.inside === "sysvipc") return systemVText(core, node.name);
  return machineText(core, node.name);
}
