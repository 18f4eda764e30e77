/** Linux's numbers for files on riscv32: asm-generic fcntl.h, uapi/linux/{fcntl,fs,stat,poll}.h. */

export const Open = {
  AccessMode: 3,
  ReadOnly: 0,
  WriteOnly: 1,
  ReadWrite: 2,
  Create: 0o100,
  Exclusive: 0o200,
  NoControllingTerminal: 0o400,
  Truncate: 0o1000,
  Append: 0o2000,
  NonBlock: 0o4000,
  /** Of a pipe: what is written goes in packets. */
  Direct: 0o40000,
  LargeFile: 0o100000,
  Directory: 0o200000,
  NoFollow: 0o400000,
  CloseOnExec: 0o2000000,
  Path: 0o10000000,
  /** __O_TMPFILE; O_TMPFILE is this with O_DIRECTORY. */
  Temporary: 0o20000000,
} as const;

/** Flags that fcntl(F_SETFL) may change. */
export const SETTABLE_FLAGS = Open.Append | Open.NonBlock;

/** dirfd that stands for the working directory. */
export const AT_FDCWD = -100;
export const At = {
  SymlinkNoFollow: 0x100,
  RemoveDirectory: 0x200,
  SymlinkFollow: 0x400,
  EmptyPath: 0x1000,
} as const;

/** Flags that open keeps with the open file are all but these. */
export const OPENING_FLAGS =
  Open.Create | Open.Exclusive | Open.NoControllingTerminal | Open.Truncate | Open.CloseOnExec;

export const Fcntl = {
  DuplicateFd: 0,
  GetFdFlags: 1,
  SetFdFlags: 2,
  GetFlags: 3,
  SetFlags: 4,
  /** Record locks; the 64-bit forms, which are all that riscv32 has. */
  GetLock: 12,
  SetLock: 13,
  SetLockWait: 14,
  /** F_OFD_*: record locks that belong to the open file. */
  GetFileLock: 36,
  SetFileLock: 37,
  SetFileLockWait: 38,
  DuplicateFdCloseOnExec: 1030,
  SetPipeSize: 1031,
  GetPipeSize: 1032,
  AddSeals: 1033,
  GetSeals: 1034,
} as const;

export const Seek = { Set: 0, Current: 1, End: 2, Data: 3, Hole: 4 } as const;
export const Rename = { NoReplace: 1, Exchange: 2 } as const;
export const Poll = {
  In: 1,
  Priority: 2,
  Out: 4,
  Error: 8,
  HangUp: 16,
  Invalid: 32,
  ReadNormal: 64,
  WriteNormal: 256,
} as const;

/** Longest name of a directory entry, and longest path with its terminating zero, in bytes. */
export const NAME_BYTES_MAX = 255;
export const PATH_BYTES_MAX = 4096;
/** Symbolic links followed in one walk before ELOOP. */
export const SYMLINKS_MAX = 40;

export const isReadable = (flags: number): boolean =>
  (flags & Open.AccessMode) !== Open.WriteOnly && (flags & Open.Path) === 0;
export const isWritable = (flags: number): boolean =>
  (flags & Open.AccessMode) !== Open.ReadOnly && (flags & Open.Path) === 0;
