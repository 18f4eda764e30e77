/**
 * /proc/sys: figures of the kernel, and the switches of memory management that programs may turn (proc_sys_vm(5)).
 *
 * Those that Linux has too take the values that it takes, and EINVAL for others; in addition the watermarks may not be so high
 * that less than half of RAM is left. Left out: what would mean nothing here.
 */
import { Errno } from "../../abi.ts";
import { SWAPPINESS_MOST } from "../../config.ts";
import type { Core } from "../../core.ts";
import { MAX_AREAS, USER_END, USER_START } from "../../mm/address-space.ts";
import { physicalPages } from "../../mm/commit.ts";
import { Copy, Frame } from "../../mm/frames.ts";
import { freeFrame, takeStandby } from "../../mm/pages.ts";
import { scaleOf, watermarksFrom } from "../../mm/watermarks.ts";
import { nextSample, setWorkingSet } from "../../mm/working-set.ts";
import { writerThreshold } from "../../mm/writer.ts";
import type { Process } from "../../proc/process.ts";
import { IpcLimit } from "../../proc/system-v.ts";
import { PIPE_CAPACITY_MAX_BYTES } from "../pipe.ts";
import { PAGE_KB } from "./machine.ts";

/** Text of a file in /proc/sys, by its name. */
export function controlText(core: Core, name: string, owner?: Process): string {
  switch (name) {
    case "working_set":
      return workingSetText(owner);
    case "ws_sample_cycles":
      return `${core.variables.wsSampleCycles}\n`;
    case "ws_tau_cycles":
      return `${core.variables.tauCycles}\n`;
    case "drop_caches":
      return `${core.counters[DROPPED] ?? 0}\n`;
    case "overcommit_memory":
      return `${core.variables.overcommitMode}\n`;
    case "overcommit_ratio":
      return `${core.variables.overcommitRatio}\n`;
    case "max_map_count":
      return `${MAX_AREAS}\n`;
    case "mmap_min_addr":
      return `${USER_START}\n`;
    case "min_free_kbytes":
      return `${core.watermarks.min * PAGE_KB}\n`;
    case "watermark_scale_factor":
      return `${core.variables.watermarkScale < 0 ? scaleOf(core.config) : core.variables.watermarkScale}\n`;
    case "swappiness":
      return `${core.variables.swappiness}\n`;
    case "page-cluster":
      return `${31 - Math.clz32(core.variables.swapReadAhead)}\n`;
    case "dirty_background_ratio":
      return `${writerRatio(core)}\n`;
    case "panic_on_oom":
      return "0\n";
    case "hostname":
      return "faultline\n";
    case "ostype":
      return "Linux\n";
    case "osrelease":
      return "6.1.0-faultline\n";
    case "pid_max":
      return "32768\n";
    case "shmmax":
      return `${USER_END}\n`;
    case "shmall":
      return `${physicalPages(core)}\n`;
    case "shmmni":
      return `${IpcLimit.SHMMNI}\n`;
    case "msgmax":
      return `${IpcLimit.MSGMAX}\n`;
    case "msgmnb":
      return `${IpcLimit.MSGMNB}\n`;
    case "msgmni":
      return `${IpcLimit.MSGMNI}\n`;
    case "sem":
      return `${IpcLimit.SEMMSL}\t${IpcLimit.SEMMNS}\t${IpcLimit.SEMOPM}\t${IpcLimit.SEMMNI}\n`;
    case "pipe-max-size":
      return `${PIPE_CAPACITY_MAX_BYTES}\n`;
    case "tainted":
      return "0\n";
    default:
      return "";
  }
}

/** What was last written to drop_caches; Linux gives it back. */
const DROPPED = "vm.drop_caches";
/** Bytes that a number and its newline may have. */
export const CONTROL_BYTES_MAX = 32;

/** "MINIMUM MAXIMUM" in pages, the maximum "max" when there is none. */
function workingSetText(owner: Process | undefined): string {
  if (owner === undefined || owner.space.id === 0) return "";
  const { residentMinimumPages, residentLimitPages } = owner.space;
  return `${residentMinimumPages} ${residentLimitPages === Number.POSITIVE_INFINITY ? "max" : residentLimitPages}\n`;
}

/** A program has written to /proc/PID/working_set. 0 or −errno. */
function setWorkingSetText(core: Core, owner: Process | undefined, text: string): number {
  const match = /^[ \t]*([0-9]{1,9})[ \t]+([0-9]{1,9}|max)[ \t]*\n?$/.exec(text);
  if (match === null) return -Errno.EINVAL;
  if (owner === undefined || owner.space.id === 0) return -Errno.ESRCH;
  const maximum = match[2] === "max" ? Number.POSITIVE_INFINITY : Number(match[2]);
  return setWorkingSet(core, owner.space, Number(match[1]), maximum) ? 0 : -Errno.EINVAL;
}

/** vm.dirty_background_ratio, or what stands for the configuration's threshold in pages. */
const writerRatio = (core: Core): number =>
  core.variables.writerRatio >= 0
    ? core.variables.writerRatio
    : Math.round((writerThreshold(core) * 100) / core.config.frames);

/** New watermarks, unless they leave less than half of RAM. 0 or −errno. */
function setWatermarks(core: Core, min: number, scale: number): number {
  const watermarks = watermarksFrom(core.config, min, scale);
  if (watermarks.high > core.config.frames / 2) return -Errno.EINVAL;
  core.watermarks = watermarks;
  core.variables.watermarkScale = scale;
  return 0;
}

/** Largest vm.page-cluster (mm/swap.c) and vm.watermark_scale_factor (kernel/sysctl.c). */
const PAGE_CLUSTER_MOST = 31;
const SCALE_MOST = 3000;

/** Fewest cycles between two samples of working sets. */
const SAMPLE_CYCLES_LEAST = 1000;

/** A program has written `text` to a file of /proc/sys/vm, or of `owner`. 0 or −errno. */
export function setControl(core: Core, name: string, text: string, owner?: Process): number {
  if (name === "working_set") return setWorkingSetText(core, owner, text);
  const match = /^[ \t]*([0-9]+)[ \t]*\n?$/.exec(text);
  if (match === null) return -Errno.EINVAL;
  const value = Number(match[1]);
  switch (name) {
    case "drop_caches":
      if (value < 1 || value > 4) return -Errno.EINVAL;
      core.counters[DROPPED] = value;
      if ((value & 1) !== 0) dropFilePages(core);
      return 0;
    case "ws_sample_cycles":
      if ((value !== 0 && value < SAMPLE_CYCLES_LEAST) || value > 1e12) return -Errno.EINVAL;
      core.variables.wsSampleCycles = value;
      core.variables.wsDueCycles = nextSample(core, value);
      return 0;
    case "ws_tau_cycles":
      if (value < 1 || value > 1e12) return -Errno.EINVAL;
      core.variables.tauCycles = value;
      return 0;
    case "overcommit_memory":
      if (value > 2) return -Errno.EINVAL;
      core.variables.overcommitMode = value;
      return 0;
    case "overcommit_ratio":
      if (value > 0x7fffffff) return -Errno.EINVAL;
      core.variables.overcommitRatio = value;
      return 0;
    case "min_free_kbytes":
      return setWatermarks(core, Math.floor(value / PAGE_KB), core.variables.watermarkScale);
    case "watermark_scale_factor":
      if (value < 1 || value > SCALE_MOST) return -Errno.EINVAL;
      return setWatermarks(core, core.watermarks.min, value);
    case "swappiness":
      if (value > SWAPPINESS_MOST) return -Errno.EINVAL;
      core.variables.swappiness = value;
      core.variables.swappinessSum = 0;
      return 0;
    case "page-cluster":
      if (value > PAGE_CLUSTER_MOST) return -Errno.EINVAL;
      core.variables.swapReadAhead = 2 ** value;
      return 0;
    case "dirty_background_ratio":
      if (value > 100) return -Errno.EINVAL;
      core.variables.writerRatio = value;
      return 0;
    default:
      return -Errno.EACCES;
  }
}

/** Frees the pages of files that no process maps at the moment: those on the standby list. */
function dropFilePages(core: Core): void {
  const { frames } = core;
  for (let pfn = frames.oldest(Frame.Standby); pfn >= 0; ) {
    const next = frames.following(pfn);
    if (frames.copy[pfn] === Copy.File) {
      takeStandby(core, pfn);
      freeFrame(core, pfn);
    }
    pfn = next;
  }
}
