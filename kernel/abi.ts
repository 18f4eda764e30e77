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
  flock: row(32, "fd:fd operation:int"),
  mknodat: row(33, "dirfd:fd path:path mode:mode dev:hex"),
  mkdirat: row(34, "dirfd:fd path:path mode:mode"),
  unlinkat: row(35, "dirfd:fd path:path flags:flags"),
  symlinkat: row(36, "target:path newdirfd:fd linkpath:path"),
  linkat: row(37, "olddirfd:fd oldpath:path newdirfd:fd newpath:path flags:flags"),
  statfs64: row(43, "path:path sz:size buf:ptr"),
  fstatfs64: row(44, "fd:fd sz:size buf:ptr"),
  truncate64: row(45, "path:path length:u64"),
  ftruncate64: row(46, "fd:fd length:u64"),
  fallocate: row(47, "fd:fd mode:int offset:u64 length:u64"),
  faccessat: row(48, "dirfd:fd path:path mode:mode"),
  chdir: row(49, "path:path"),
  fchdir: row(50, "fd:fd"),
  fchmod: row(52, "fd:fd mode:mode"),
  fchmodat: row(53, "dirfd:fd path:path mode:mode"),
  fchownat: row(54, "dirfd:fd path:path user:int group:int flags:flags"),
  fchown: row(55, "fd:fd user:int group:int"),
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
  preadv: row(69, "fd:fd iov:ptr iovcnt:int offset:u64"),
  pwritev: row(70, "fd:fd iov:ptr iovcnt:int offset:u64"),
  sendfile64: row(71, "out_fd:fd in_fd:fd offset:ptr count:size"),
  readlinkat: row(78, "dirfd:fd path:path buf:outbuf bufsiz:size"),
  sync: row(81, ""),
  fsync: row(82, "fd:fd"),
  fdatasync: row(83, "fd:fd"),
  exit: row(93, "status:int", "void"),
  exit_group: row(94, "status:int", "void"),
  waitid: row(95, "idtype:int id:pid infop:ptr options:flags rusage:ptr"),
  set_tid_address: row(96, "tidptr:ptr"),
  set_robust_list: row(99, "head:ptr len:size"),
  get_robust_list: row(100, "pid:pid head_ptr:ptr len_ptr:ptr"),
  getitimer: row(102, "which:int value:ptr"),
  setitimer: row(103, "which:int new_value:ptr old_value:ptr"),
  timer_create: row(107, "clockid:clockid sevp:ptr timerid:ptr"),
  timer_getoverrun: row(109, "timerid:int"),
  timer_delete: row(111, "timerid:int"),
  sched_setparam: row(118, "pid:pid param:ptr"),
  sched_setscheduler: row(119, "pid:pid policy:int param:ptr"),
  sched_getscheduler: row(120, "pid:pid"),
  sched_getparam: row(121, "pid:pid param:ptr"),
  sched_setaffinity: row(122, "pid:pid cpusetsize:size mask:ptr"),
  sched_getaffinity: row(123, "pid:pid cpusetsize:size mask:ptr"),
  sched_yield: row(124, ""),
  sched_get_priority_max: row(125, "policy:int"),
  sched_get_priority_min: row(126, "policy:int"),
  kill: row(129, "pid:pid sig:signal"),
  tkill: row(130, "tid:pid sig:signal"),
  tgkill: row(131, "tgid:pid tid:pid sig:signal"),
  sigaltstack: row(132, "ss:ptr old_ss:ptr"),
  rt_sigsuspend: row(133, "mask:ptr sigsetsize:size"),
  rt_sigaction: row(134, "sig:signal act:ptr oldact:ptr sigsetsize:size"),
  rt_sigprocmask: row(135, "how:int set:ptr oldset:ptr sigsetsize:size"),
  rt_sigpending: row(136, "set:ptr sigsetsize:size"),
  rt_sigqueueinfo: row(138, "tgid:pid sig:signal uinfo:ptr"),
  rt_sigreturn: row(139, ""),
  setpriority: row(140, "which:int who:int prio:int"),
  getpriority: row(141, "which:int who:int"),
  setregid: row(143, "rgid:int egid:int"),
  setgid: row(144, "gid:int"),
  setreuid: row(145, "ruid:int euid:int"),
  setuid: row(146, "uid:int"),
  setresuid: row(147, "ruid:int euid:int suid:int"),
  getresuid: row(148, "ruid:ptr euid:ptr suid:ptr"),
  setresgid: row(149, "rgid:int egid:int sgid:int"),
  getresgid: row(150, "rgid:ptr egid:ptr sgid:ptr"),
  times: row(153, "buf:ptr"),
  setpgid: row(154, "pid:pid pgid:pid"),
  getpgid: row(155, "pid:pid"),
  getsid: row(156, "pid:pid"),
  setsid: row(157, ""),
  getgroups: row(158, "size:int list:ptr"),
  setgroups: row(159, "size:int list:ptr"),
  uname: row(160, "buf:ptr"),
  getrusage: row(165, "who:int usage:ptr"),
  umask: row(166, "mask:mode"),
  prctl: row(167, "option:int arg2:hex arg3:hex arg4:hex arg5:hex"),
  getpid: row(172, ""),
  getppid: row(173, ""),
  getuid: row(174, ""),
  geteuid: row(175, ""),
  getgid: row(176, ""),
  getegid: row(177, ""),
  gettid: row(178, ""),
  sysinfo: row(179, "info:ptr"),
  mq_open: row(180, "name:path flags:openflags mode:mode attr:ptr"),
  mq_unlink: row(181, "name:path"),
  mq_notify: row(184, "mqdes:fd sevp:ptr"),
  mq_getsetattr: row(185, "mqdes:fd newattr:ptr oldattr:ptr"),
  msgget: row(186, "key:hex flags:hex"),
  msgctl: row(187, "msqid:int cmd:int buf:ptr"),
  msgrcv: row(188, "msqid:int msgp:ptr msgsz:size msgtyp:int flags:hex"),
  msgsnd: row(189, "msqid:int msgp:ptr msgsz:size flags:hex"),
  semget: row(190, "key:hex nsems:int flags:hex"),
  semctl: row(191, "semid:int semnum:int cmd:int arg:hex"),
  semop: row(193, "semid:int sops:ptr nsops:size"),
  shmget: row(194, "key:hex size:size flags:hex"),
  shmctl: row(195, "shmid:int cmd:int buf:ptr"),
  shmat: row(196, "shmid:int vaddr:hex flags:hex", "hex"),
  shmdt: row(197, "vaddr:hex"),
  socket: row(198, "domain:int type:hex protocol:int"),
  socketpair: row(199, "domain:int type:hex protocol:int sv:ptr"),
  brk: row(214, "brk:hex", "hex"),
  munmap: row(215, "vaddr:hex length:size"),
  clone: row(220, "flags:hex stack:ptr ptid:ptr tls:ptr ctid:ptr"),
  execve: row(221, "path:path argv:argv envp:ptr"),
  mmap2: row(222, "vaddr:hex length:size prot:prot flags:mapflags fd:fd pgoffset:uint", "hex"),
  mremap: row(216, "vaddr:hex old_length:size new_length:size flags:flags new_vaddr:hex", "hex"),
  mprotect: row(226, "vaddr:hex length:size prot:prot"),
  msync: row(227, "vaddr:hex length:size flags:flags"),
  mlock: row(228, "vaddr:hex length:size"),
  munlock: row(229, "vaddr:hex length:size"),
  mlockall: row(230, "flags:flags"),
  munlockall: row(231, ""),
  mincore: row(232, "vaddr:hex length:size vec:ptr"),
  madvise: row(233, "vaddr:hex length:size advice:advice"),
  prlimit64: row(261, "pid:pid resource:int new_limit:ptr old_limit:ptr"),
  renameat2: row(276, "olddirfd:fd oldpath:path newdirfd:fd newpath:path flags:flags"),
  getrandom: row(278, "buf:outbuf count:size flags:flags"),
  memfd_create: row(279, "name:path flags:flags"),
  copy_file_range: row(285, "fd_in:fd off_in:ptr fd_out:fd off_out:ptr len:size flags:flags"),
  preadv2: row(286, "fd:fd iov:ptr iovcnt:int offset:u64 flags:flags"),
  pwritev2: row(287, "fd:fd iov:ptr iovcnt:int offset:u64 flags:flags"),
  statx: row(291, "dirfd:fd path:path flags:flags mask:hex statxbuf:ptr"),
  clock_gettime64: row(403, "clockid:clockid tp:ptr"),
  clock_settime64: row(404, "clockid:clockid tp:ptr"),
  clock_getres_time64: row(406, "clockid:clockid res:ptr"),
  clock_nanosleep_time64: row(407, "clockid:clockid flags:flags request:ptr remain:ptr"),
  timer_gettime64: row(408, "timerid:int curr_value:ptr"),
  timer_settime64: row(409, "timerid:int flags:flags new_value:ptr old_value:ptr"),
  utimensat_time64: row(412, "dirfd:fd path:path times:ptr flags:flags"),
  pselect6_time64: row(413, "nfds:int readfds:ptr writefds:ptr exceptfds:ptr timeout:ptr sigmask:ptr"),
  ppoll_time64: row(414, "fds:ptr nfds:uint timeout:ptr sigmask:ptr sigsetsize:size"),
  mq_timedsend_time64: row(418, "mqdes:fd msg_ptr:buf msg_len:size msg_prio:uint abs_timeout:ptr"),
  mq_timedreceive_time64: row(419, "mqdes:fd msg_ptr:outbuf msg_len:size msg_prio:ptr abs_timeout:ptr"),
  rt_sigtimedwait_time64: row(421, "set:ptr info:ptr timeout:ptr sigsetsize:size"),
  semtimedop_time64: row(420, "semid:int sops:ptr nsops:size timeout:ptr"),
  futex_time64: row(422, "uaddr:ptr op:int val:uint timeout:ptr uaddr2:ptr val3:uint"),
  sched_rr_get_interval_time64: row(423, "pid:pid interval:ptr"),
  close_range: row(436, "first:uint last:uint flags:flags"),
  faccessat2: row(439, "dirfd:fd path:path mode:mode flags:flags"),
  fchmodat2: row(452, "dirfd:fd path:path mode:mode flags:flags"),
  mlock2: row(284, "vaddr:hex length:size flags:flags"),
  virtual_alloc: row(PRIVATE_BASE, "vaddr:hex length:size type:hex protect:hex", "hex"),
  virtual_free: row(PRIVATE_BASE + 1, "vaddr:hex length:size type:hex"),
  virtual_protect: row(PRIVATE_BASE + 2, "vaddr:hex length:size protect:hex old_protect:ptr"),
  virtual_query: row(PRIVATE_BASE + 3, "vaddr:hex buffer:ptr length:size"),
  working_set: row(PRIVATE_BASE + 4, "pid:pid minimum:int maximum:int trim:int"),
  host_tool: row(PRIVATE_BASE + 0x100, "argv:argv"),
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
  ENOMSG: 42,
  EIDRM: 43,
  EOVERFLOW: 75,
  EILSEQ: 84,
  EMSGSIZE: 90,
  ENOTSUP: 95,
  EAFNOSUPPORT: 97,
  ETIMEDOUT: 110,
  ESTALE: 116,
  EDQUOT: 122,
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
  SIGURG: 23,
  SIGXCPU: 24,
  SIGXFSZ: 25,
  SIGVTALRM: 26,
  SIGPROF: 27,
  SIGWINCH: 28,
  SIGSYS: 31,
} as const;
export type SignalName = keyof typeof Signal;

/**
 * Page of the two instructions to which a signal handler returns, just below the end of user space; the stack starts
 * below it. Exec maps it as "[vdso]" (kernel/fs/trampoline.ts).
 */
export const TRAMPOLINE_VADDR = 0x7fff_f000;
