/**
 * The system-call table: the single source from which the dispatcher, libc's stubs (build/stubs) and strace derive.
 *
 * Numbers are Linux's for riscv32 (asm-generic unistd with 64-bit time); the calls at PRIVATE_BASE and above are
 * Faultline's own (VirtualAlloc and its family, after the Win32 calls of those names) and exist nowhere else.
 * Argument kinds drive decoding only: a 64-bit argument travels as two registers, low half first, with no padding.
 */

/** How an argument is shown and read. `u64` takes two registers. `out:` kinds are shown after the call. */
export type ArgKind =
  | "int"
  | "uint"
  | "hex"
  | "fd"
  | "path"
  | "string"
  | "buf"
  | "outbuf"
  | "size"
  | "ptr"
  | "flags"
  | "u64"
  | "pid"
  | "signal"
  | "prot"
  | "mapflags"
  | "openflags"
  | "mode"
  | "advice"
  | "argv"
  | "clockid";

export interface SyscallRow {
  readonly number: number;
  readonly args: readonly `${string}:${ArgKind}`[];
  /** How the result is shown. */
  readonly result?: "int" | "hex" | "void";
}

/** First number of the calls that are Faultline's own. */
export const PRIVATE_BASE = 0x46000;

const row = (number: number, args: string, result: "int" | "hex" | "void" = "int"): SyscallRow => ({
  number,
  args: args === "" ? [] : (args.split(" ") as `${string}:${ArgKind}`[]),
  result,
});

export const SYSCALLS = {
  getcwd: row(17, "buf:outbuf size:size"),
  dup: row(23, "fd:fd"),
  dup3: row(24, "oldfd:fd newfd:fd flags:openflags"),
  fcntl64: row(25, "fd:fd cmd:int arg:hex"),
  ioctl: row(29, "fd:fd request:hex argp:ptr"),
  mkdirat: row(34, "dirfd:fd path:path mode:mode"),
  unlinkat: row(35, "dirfd:fd path:path flags:flags"),
  symlinkat: row(36, "target:path newdirfd:fd linkpath:path"),
  linkat: row(37, "olddirfd:fd oldpath:path newdirfd:fd newpath:path flags:flags"),
  ftruncate64: row(46, "fd:fd length:u64"),
  faccessat: row(48, "dirfd:fd path:path mode:mode"),
  chdir: row(49, "path:path"),
  openat: row(56, "dirfd:fd path:path flags:openflags mode:mode"),
  close: row(57, "fd:fd"),
  pipe2: row(59, "fds:ptr flags:openflags"),
  getdents64: row(61, "fd:fd dirp:outbuf count:size"),
  _llseek: row(62, "fd:fd offset_high:uint offset_low:uint result:ptr whence:int"),
  read: row(63, "fd:fd buf:outbuf count:size"),
  write: row(64, "fd:fd buf:buf count:size"),
  readv: row(65, "fd:fd iov:ptr iovcnt:int"),
  writev: row(66, "fd:fd iov:ptr iovcnt:int"),
  pread64: row(67, "fd:fd buf:outbuf count:size offset:u64"),
  pwrite64: row(68, "fd:fd buf:buf count:size offset:u64"),
  readlinkat: row(78, "dirfd:fd path:path buf:outbuf bufsiz:size"),
  exit: row(93, "status:int", "void"),
  exit_group: row(94, "status:int", "void"),
  waitid: row(95, "idtype:int id:pid infop:ptr options:flags rusage:ptr"),
  set_tid_address: row(96, "tidptr:ptr"),
  sched_yield: row(124, ""),
  kill: row(129, "pid:pid sig:signal"),
  tkill: row(130, "tid:pid sig:signal"),
  rt_sigsuspend: row(133, "mask:ptr sigsetsize:size"),
  rt_sigaction: row(134, "sig:signal act:ptr oldact:ptr sigsetsize:size"),
  rt_sigprocmask: row(135, "how:int set:ptr oldset:ptr sigsetsize:size"),
  rt_sigreturn: row(139, ""),
  times: row(153, "buf:ptr"),
  setpgid: row(154, "pid:pid pgid:pid"),
  getpgid: row(155, "pid:pid"),
  setsid: row(157, ""),
  uname: row(160, "buf:ptr"),
  getrusage: row(165, "who:int usage:ptr"),
  umask: row(166, "mask:mode"),
  getpid: row(172, ""),
  getppid: row(173, ""),
  getuid: row(174, ""),
  geteuid: row(175, ""),
  getgid: row(176, ""),
  getegid: row(177, ""),
  gettid: row(178, ""),
  sysinfo: row(179, "info:ptr"),
  brk: row(214, "brk:hex", "hex"),
  munmap: row(215, "vaddr:hex length:size"),
  clone: row(220, "flags:hex stack:ptr ptid:ptr tls:ptr ctid:ptr"),
  execve: row(221, "path:path argv:argv envp:ptr"),
  mmap2: row(222, "vaddr:hex length:size prot:prot flags:mapflags fd:fd pgoffset:uint", "hex"),
  mprotect: row(226, "vaddr:hex length:size prot:prot"),
  madvise: row(233, "vaddr:hex length:size advice:advice"),
  prlimit64: row(261, "pid:pid resource:int new_limit:ptr old_limit:ptr"),
  renameat2: row(276, "olddirfd:fd oldpath:path newdirfd:fd newpath:path flags:flags"),
  getrandom: row(278, "buf:outbuf count:size flags:flags"),
  statx: row(291, "dirfd:fd path:path flags:flags mask:hex statxbuf:ptr"),
  clock_gettime64: row(403, "clockid:clockid tp:ptr"),
  clock_nanosleep_time64: row(407, "clockid:clockid flags:flags request:ptr remain:ptr"),
  ppoll_time64: row(414, "fds:ptr nfds:uint timeout:ptr sigmask:ptr sigsetsize:size"),
} as const satisfies Record<string, SyscallRow>;

export type SyscallName = keyof typeof SYSCALLS;

/** Linux error numbers (asm-generic errno-base.h and errno.h). A system call returns their negative. */
export const Errno = {
  EPERM: 1,
  ENOENT: 2,
  ESRCH: 3,
  EINTR: 4,
  EIO: 5,
  ENXIO: 6,
  E2BIG: 7,
  ENOEXEC: 8,
  EBADF: 9,
  ECHILD: 10,
  EAGAIN: 11,
  ENOMEM: 12,
  EACCES: 13,
  EFAULT: 14,
  ENOTBLK: 15,
  EBUSY: 16,
  EEXIST: 17,
  EXDEV: 18,
  ENODEV: 19,
  ENOTDIR: 20,
  EISDIR: 21,
  EINVAL: 22,
  ENFILE: 23,
  EMFILE: 24,
  ENOTTY: 25,
  ETXTBSY: 26,
  EFBIG: 27,
  ENOSPC: 28,
  ESPIPE: 29,
  EROFS: 30,
  EMLINK: 31,
  EPIPE: 32,
  EDOM: 33,
  ERANGE: 34,
  EDEADLK: 35,
  ENAMETOOLONG: 36,
  ENOLCK: 37,
  ENOSYS: 38,
  ENOTEMPTY: 39,
  ELOOP: 40,
  EOVERFLOW: 75,
  EILSEQ: 84,
  ENOTSUP: 95,
  ETIMEDOUT: 110,
} as const;
export type ErrnoName = keyof typeof Errno;

/**
 * What a handler returns (in place of a result) when its process now sleeps and the ecall is to be executed again once
 * it wakes. Linux's ERESTARTSYS; a program never sees it.
 */
export const RESTART = -512;

/** Linux signal numbers. */
export const Signal = {
  SIGHUP: 1,
  SIGINT: 2,
  SIGQUIT: 3,
  SIGILL: 4,
  SIGTRAP: 5,
  SIGABRT: 6,
  SIGBUS: 7,
  SIGFPE: 8,
  SIGKILL: 9,
  SIGUSR1: 10,
  SIGSEGV: 11,
  SIGUSR2: 12,
  SIGPIPE: 13,
  SIGALRM: 14,
  SIGTERM: 15,
  SIGCHLD: 17,
  SIGCONT: 18,
  SIGSTOP: 19,
  SIGTSTP: 20,
  SIGTTIN: 21,
  SIGTTOU: 22,
  SIGWINCH: 28,
} as const;
export type SignalName = keyof typeof Signal;

/**
 * Page of the two instructions to which a signal handler returns, just below the end of user space; the stack starts
 * below it. Exec maps it as "[vdso]" (kernel/fs/trampoline.ts).
 */
export const TRAMPOLINE_VADDR = 0x7fff_f000;
