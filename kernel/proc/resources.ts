/** The resources that have a limit (getrlimit(2)), as plain data; limits.ts has what they bound. */

/** RLIMIT_* (include/uapi/asm-generic/resource.h). */
export const Resource = {
  Cpu: 0,
  FileSize: 1,
  Data: 2,
  Stack: 3,
  Core: 4,
  Resident: 5,
  Processes: 6,
  OpenFiles: 7,
  LockedMemory: 8,
  AddressSpace: 9,
  FileLocks: 10,
  PendingSignals: 11,
  MessageQueues: 12,
  Nice: 13,
  RealtimePriority: 14,
  RealtimeTime: 15,
} as const;

/** Stands for "no limit" (RLIM_INFINITY). */
export const UNLIMITED = 0xffff_ffff;

export interface ResourceLimit {
  soft: number;
  hard: number;
}

/** A first process's limits, by resource: Linux's INIT_RLIMITS, where they say anything here. */
export function initialLimits(stackBytes: number): ResourceLimit[] {
  const limits = Array.from({ length: 16 }, () => ({ soft: UNLIMITED, hard: UNLIMITED }));
  limits[Resource.Stack] = { soft: stackBytes, hard: UNLIMITED };
  limits[Resource.Core] = { soft: 0, hard: UNLIMITED };
  limits[Resource.OpenFiles] = { soft: 1024, hard: 1024 };
  limits[Resource.LockedMemory] = { soft: 8 << 20, hard: 8 << 20 };
  limits[Resource.MessageQueues] = { soft: 819200, hard: 819200 };
  limits[Resource.Nice] = { soft: 0, hard: 0 };
  limits[Resource.RealtimePriority] = { soft: 0, hard: 0 };
  return limits;
}
