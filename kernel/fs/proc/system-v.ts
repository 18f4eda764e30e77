/** /proc/sysvipc: what there is of System V IPC, in the columns of a 32-bit Linux (ipc/shm.c, sem.c, msg.c). */
import { PAGE_BYTES } from "../../../emulator/bits.ts";
import type { Core } from "../../core.ts";
import { SoftwarePte, softwareKind } from "../../mm/software-pte.ts";
import { attachments, segments } from "../../proc/shared-segments.ts";
import { type IpcIdentity, secondsOf } from "../../proc/system-v.ts";

/** Every object is root's. */
const OWNERS = "    0     0     0     0";

/** Text of a file of /proc/sysvipc, by its name. */
export function systemVText(core: Core, name: string): string {
  switch (name) {
    case "shm":
      return shm(core);
    case "sem":
      return sem(core);
    default:
      return msg(core);
  }
}

const right = (value: number, width: number): string => String(value).padStart(width);
const identity = ({ key, id, mode }: IpcIdentity): string =>
  `${right(key, 10)} ${right(id, 10)}  ${mode.toString(8).padStart(4)}`;
const times = (...cycles: number[]): string =>
  cycles
    .map((time) => {
      const [low, high] = secondsOf(time);
      return right(high * 2 ** 32 + (low >>> 0), 10);
    })
    .join(" ");

function shm(core: Core): string {
  let text =
    "       key      shmid perms       size  cpid  lpid nattch   uid   gid  cuid  cgid      atime      dtime      ctime        rss       swap\n";
  for (const { segment, pages } of segments(core)) {
    const swapped = [...pages.values()].filter((pte) => softwareKind(pte) === SoftwarePte.Swap).length;
    const { bytes, creatorPid, lastPid, attachCycles, detachCycles, changeCycles } = segment;
    const users = `${right(creatorPid, 5)} ${right(lastPid, 5)}  ${right(attachments(core, segment.id), 5)}`;
    const memory = `${right((pages.size - swapped) * PAGE_BYTES, 10)} ${right(swapped * PAGE_BYTES, 10)}`;
    const dates = times(attachCycles, detachCycles, changeCycles);
    text += `${identity(segment)} ${right(bytes, 10)} ${users} ${OWNERS} ${dates} ${memory}\n`;
  }
  return text;
}

function sem(core: Core): string {
  let text = "       key      semid perms      nsems   uid   gid  cuid  cgid      otime      ctime\n";
  for (const set of core.systemV.semaphores.values())
    text += `${identity(set)} ${right(set.values.length, 10)} ${OWNERS} ${times(set.operationCycles, set.changeCycles)}\n`;
  return text;
}

function msg(core: Core): string {
  let text =
    "       key      msqid perms      cbytes       qnum lspid lrpid   uid   gid  cuid  cgid      stime      rtime      ctime\n";
  for (const queue of core.systemV.queues.values()) {
    const bytes = queue.messages.reduce((sum, message) => sum + message.bytes.length, 0);
    const waiting = `${right(bytes, 10)} ${right(queue.messages.length, 10)}`;
    const users = `${right(queue.lastSender, 5)} ${right(queue.lastReceiver, 5)}`;
    const dates = times(queue.sendCycles, queue.receiveCycles, queue.changeCycles);
    text += `${identity(queue)}  ${waiting} ${users} ${OWNERS} ${dates}\n`;
  }
  return text;
}
