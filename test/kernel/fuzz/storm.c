/*
 * A storm of random system calls, made by several processes at once on the emulated CPU. Pid 1 keeps it going: each epoch
 * it starts a few workers, ends whatever is left of them and of their children, removes every file they have made, and
 * writes one byte to standard output, by which whoever runs the machine knows that nothing of the epoch should be left.
 *
 * Everything random comes from one seed in argv[1]. The test puts the NUMBERS of all system calls and an NR_ macro for each
 * name in front of this text.
 */
#include <fcntl.h>
#include <setjmp.h>
#include <string.h>

enum { WORKERS = 4, ARENA_PAGES = 40 };
#define ARENA 0x303f0000u /* sixteen pages below the end of a leaf table's reach, so that ranges cross it */
#define EPOCH_NS 40000000

static unsigned state;
static jmp_buf again;
static unsigned scratch[64];
static unsigned stacks[4][512];
static unsigned action[4];
/* The id of some System V object; ids only grow. */
static int object;
static char name[16];
static char *child_argv[4];
static const unsigned read_only[64] = {1};

static unsigned rnd(void) {
  state ^= state << 13;
  state ^= state >> 17;
  state ^= state << 5;
  return state;
}
static int one_in(unsigned n) { return rnd() % n == 0; }

static long call(long number, long a, long b, long c, long d, long e, long f) {
  register long a0 __asm__("a0") = a;
  register long a1 __asm__("a1") = b;
  register long a2 __asm__("a2") = c;
  register long a3 __asm__("a3") = d;
  register long a4 __asm__("a4") = e;
  register long a5 __asm__("a5") = f;
  register long a7 __asm__("a7") = number;
  __asm__ volatile("ecall" : "+r"(a0) : "r"(a1), "r"(a2), "r"(a3), "r"(a4), "r"(a5), "r"(a7) : "memory");
  return a0;
}
#define CALL(n, a, b, c) call(n, (long)(a), (long)(b), (long)(c), 0, 0, 0)

/* clone with the arguments as they are; the child, on whatever stack it has, goes to child_main and never comes back. */
long storm_clone(long flags, long stack, long ptid, long tls, long ctid);
__asm__(".text\n.globl storm_clone\nstorm_clone:\n\tli a7, 220\n\tecall\n\tbnez a0, 1f\n\tcall child_main\n1:\tret\n");

/* ---- hostile arguments ---- */

static unsigned address(void) {
  unsigned page = ARENA + (rnd() % ARENA_PAGES) * 4096;
  switch (rnd() % 24) {
    case 0: return 0;
    case 1: return rnd() % 4096;
    case 2: return -(rnd() % 4096);
    case 3: return rnd();
    case 4: return 0x80000000u + rnd() % 8 * 4096;
    case 5: return 0x30400000u - rnd() % 16;
    case 6: return (unsigned)&address + rnd() % 4096;
    case 7: return (unsigned)__builtin_frame_address(0) - 8192 + rnd() % 16384;
    case 8: return (unsigned)read_only;
    case 9: return 0x7ffc0000u + rnd() % 64 * 4096;
    case 10: return (unsigned)scratch + rnd() % 256;
    case 11: return page + 4096 - 1 - rnd() % 8;
    case 12: return page + rnd() % 4096;
    default: return page;
  }
}

static unsigned length(unsigned start) {
  switch (rnd() % 16) {
    case 0: return 0;
    case 1: return rnd() % 64;
    case 2: return -start + rnd() % 4096;
    case 3: return 0x7fffffff;
    case 4: return -1;
    case 5: return 0xfffff000u;
    case 6: return rnd();
    case 7: return 4096 * (1 + rnd() % 4) - 1;
    case 8: return 4096 * (1 + rnd() % 64) + 1;
    default: return 4096 * (1 + rnd() % 8);
  }
}

static int descriptor(void) {
  static const int hostile[] = {-1, AT_FDCWD, 1 << 20, 0x7fffffff, 255};
  return one_in(6) ? hostile[rnd() % 5] : 3 + rnd() % 12;
}

static char *path(void) {
  static const char *const paths[] = {"/t/a", "/t/b", "/t/d", "/t/d/a", "/t/l", "a", "d/b", "/proc/self/maps",
    "/proc/self/fd", "/proc/self/pagemap", "/proc/meminfo", "/dev/null", "/dev/zero", "/dev/full", "/t", "..", ""};
  return one_in(12) ? (char *)address() : (char *)paths[rnd() % 17];
}

/* A name that may be removed: what every machine has in /dev has to stay. */
static char *own_path(void) {
  static const char *const paths[] = {"/t/a", "/t/b", "/t/d", "/t/d/a", "/t/l", "a", "d/b", "..", ""};
  return one_in(12) ? (char *)address() : (char *)paths[rnd() % 9];
}

static char *queue_name(void) {
  static const char *const names[] = {"a", "b", "c", "", "a/b", ".."};
  return one_in(12) ? (char *)8 : (char *)names[rnd() % 6];
}

static unsigned argument(void) {
  switch (rnd() % 8) {
    case 0: return 0;
    case 1: return rnd() % 16;
    case 2: return -1 - rnd() % 4;
    case 3: return rnd();
    case 4: return descriptor();
    case 5: return length(0);
    default: return address();
  }
}

/* Words of all kinds, small ones more often, for calls that read structures. */
static unsigned *structure(void) {
  unsigned *words = one_in(8) ? (unsigned *)address() : scratch + rnd() % 16;
  if (words < scratch || words > scratch + 16) return words;
  for (int i = 0; i < 12; i++) words[i] = one_in(3) ? argument() : rnd() % 32;
  return words;
}

/* A timespec of two 64-bit words: nearly always short. */
static unsigned *moment(void) {
  unsigned *time = scratch + 40;
  time[0] = one_in(16) ? rnd() : 0;
  time[1] = one_in(32) ? rnd() : 0;
  time[2] = rnd() % 300000;
  time[3] = one_in(32) ? rnd() : 0;
  return one_in(16) ? (unsigned *)address() : time;
}

/* ---- one call ---- */

static int favourite(void) {
  static const int favourites[] = {NR_mmap2, NR_mmap2, NR_munmap, NR_mprotect, NR_madvise, NR_brk, NR_clone, NR_mremap,
    NR_mlock, NR_munlock, NR_msync, NR_mincore, NR_working_set, NR_virtual_alloc, NR_virtual_free, NR_virtual_protect,
    NR_virtual_query, NR_openat, NR_pwrite64, NR_pread64, NR_read, NR_write, NR_readv, NR_writev, NR_pipe2, NR_close,
    NR_dup3, NR_ftruncate64, NR_futex_time64, NR_ppoll_time64, NR_rt_sigaction, NR_rt_sigprocmask, NR_setitimer, NR_timer_create, NR_timer_settime64, NR_mq_open, NR_mq_timedsend_time64, NR_mq_timedreceive_time64,
    NR_shmget, NR_shmat, NR_shmdt, NR_shmctl, NR_kill, NR_sendfile64, NR_waitid, NR_mkdirat, NR_unlinkat, NR_renameat2, NR_linkat};
  return favourites[rnd() % (sizeof favourites / sizeof *favourites)];
}

static int is_final(int number) {
  return number == NR_exit || number == NR_exit_group || number == NR_execve || number == NR_rt_sigreturn ||
    number == NR_rt_sigsuspend;
}

static int may_block(int number) {
  return number == NR_read || number == NR_readv || number == NR_write || number == NR_writev || number == NR_waitid ||
    number == NR_ppoll_time64 || number == NR_pselect6_time64 || number == NR_futex_time64 || number == NR_openat ||
    number == NR_clock_nanosleep_time64 || number == NR_rt_sigtimedwait_time64 || number == NR_flock ||
    number == NR_semop || number == NR_semtimedop_time64 || number == NR_msgsnd || number == NR_msgrcv ||
    number == NR_mq_timedsend_time64 || number == NR_mq_timedreceive_time64 || number == NR_sendfile64 || number == NR_fcntl64 || number == NR_preadv || number == NR_pwritev;
}

/* A child's pid, a neighbour's, or any; pid 1 seldom, because its end is the end of the storm. */
static int process(void) { return one_in(4) ? 0 : one_in(2) ? CALL(NR_getpid, 0, 0, 0) : 2 + rnd() % 30; }

static void shape(int n, unsigned *a) {
  unsigned start = one_in(6) ? address() : ARENA + (rnd() % ARENA_PAGES) * 4096;
  unsigned bytes = one_in(6) ? length(start) : 4096 * (1 + rnd() % 12);
  switch (n) {
    case NR_mmap2:
      a[0] = one_in(4) ? 0 : start;
      a[1] = bytes;
      a[2] = one_in(2) ? 3 : rnd() % 8;
      a[3] = (one_in(4) ? 0 : 0x20) | (1 + rnd() % 2) | (one_in(2) ? 0x10 : 0) | (one_in(6) ? 0x8000 : 0) |
        (one_in(9) ? 0x2000 : 0) | (one_in(12) ? 0x100 : 0) | (one_in(9) ? 0x100000 : 0) | (one_in(9) ? 0x4000 : 0);
      a[4] = descriptor();
      a[5] = one_in(8) ? rnd() : rnd() % 4;
      break;
    case NR_munmap: case NR_mlock: case NR_munlock: case NR_mlock2:
      a[0] = start, a[1] = bytes, a[2] = rnd() % 2;
      break;
    case NR_mprotect: case NR_msync: a[0] = start, a[1] = bytes, a[2] = rnd() % 8; break;
    case NR_madvise: {
      static const unsigned char advice[] = {4, 4, 8, 3, 0, 1, 2, 9, 20, 21, 22, 23};
      a[0] = start, a[1] = bytes, a[2] = advice[rnd() % 12];
      break;
    }
    case NR_mremap:
      a[0] = start, a[1] = one_in(5) ? 0 : bytes, a[2] = length(start), a[3] = rnd() % 8, a[4] = address();
      if (one_in(2)) a[2] = 4096 * (1 + rnd() % 12);
      break;
    case NR_mincore: a[0] = start, a[1] = bytes, a[2] = address(); break;
    case NR_brk: a[0] = one_in(8) ? argument() : CALL(NR_brk, 0, 0, 0) + (rnd() % 16 - 8) * 2048; break;
    case NR_mlockall: a[0] = rnd() % 8; break;
    case NR_working_set: a[0] = process(), a[1] = rnd() % 12 - 1, a[2] = one_in(3) ? -1 : rnd() % 48, a[3] = one_in(6); break;
    case NR_virtual_alloc: {
      static const unsigned types[] = {0x1000, 0x2000, 0x3000, 0x3000, 0x80000};
      a[0] = one_in(3) ? 0 : start, a[1] = bytes, a[2] = types[rnd() % 5], a[3] = one_in(4) ? rnd() : 4;
      break;
    }
    case NR_virtual_free: a[0] = start, a[1] = one_in(3) ? 0 : bytes, a[2] = one_in(3) ? 0x8000 : 0x4000; break;
    case NR_virtual_protect: a[0] = start, a[1] = bytes, a[2] = 1 << rnd() % 8; break;
    case NR_virtual_query: a[1] = address(), a[2] = 28; break;
    case NR_openat:
      a[0] = one_in(6) ? descriptor() : AT_FDCWD, a[1] = (unsigned)path();
      a[2] = one_in(4) ? rnd() : (unsigned)(rnd() % 3 | (one_in(2) ? 0100 : 0) | (one_in(5) ? 01000 : 0) | (one_in(8) ? 02000 : 0));
      break;
    case NR_unlinkat: a[0] = one_in(6) ? descriptor() : AT_FDCWD, a[1] = (unsigned)own_path(), a[2] = one_in(3) ? 0x200 : 0; break;
    case NR_mkdirat: case NR_faccessat: case NR_readlinkat: case NR_statx: case NR_fchmodat:
      a[0] = one_in(6) ? descriptor() : AT_FDCWD, a[1] = (unsigned)path();
      if (n == NR_mkdirat) a[2] = 0777;
      break;
    case NR_chdir: case NR_truncate64: case NR_statfs64: a[0] = (unsigned)path(); break;
    case NR_symlinkat: a[0] = (unsigned)path(), a[1] = AT_FDCWD, a[2] = (unsigned)own_path(); break;
    case NR_linkat: case NR_renameat2:
      a[0] = a[2] = AT_FDCWD, a[1] = (unsigned)own_path(), a[3] = (unsigned)own_path(), a[4] = one_in(3) ? rnd() % 4 : 0;
      break;
    case NR_read: case NR_write: case NR_pread64: case NR_pwrite64: case NR_getdents64:
      a[0] = descriptor(), a[1] = address(), a[2] = one_in(4) ? length(a[1]) : rnd() % 9000;
      if (!one_in(4)) a[3] = rnd() % 20000, a[4] = 0;
      break;
    case NR_readv: case NR_writev: case NR_preadv: case NR_pwritev: {
      unsigned *io = structure();
      for (int i = 0; io >= scratch && io <= scratch + 16 && i < 4; i++)
        io[2 * i] = address(), io[2 * i + 1] = one_in(8) ? length(0) : rnd() % 5000;
      a[0] = descriptor(), a[1] = (unsigned)io, a[2] = one_in(8) ? rnd() : rnd() % 5;
      if (!one_in(4)) a[3] = rnd() % 20000, a[4] = 0;
      break;
    }
    case NR_sendfile64: a[0] = descriptor(), a[1] = descriptor(), a[2] = one_in(2) ? 0 : address(), a[3] = rnd() % 9000; break;
    case NR_ftruncate64: case NR_fallocate:
      a[0] = descriptor();
      if (!one_in(4)) a[1] = n == NR_fallocate ? rnd() % 4 : rnd() % 40000, a[2] = n == NR_fallocate ? rnd() % 9000 : 0, a[3] = 0, a[4] = rnd() % 40000, a[5] = 0;
      break;
    case NR_close: case NR_dup: case NR_fsync: case NR_fstatfs64: case NR_fchdir: a[0] = descriptor(); break;
    case NR_dup3: a[0] = descriptor(), a[1] = descriptor(), a[2] = one_in(2) ? 0 : 02000000; break;
    case NR_pipe2: a[0] = one_in(4) ? address() : (unsigned)scratch, a[1] = one_in(2) ? 0 : 04000; break;
    case NR_fcntl64: case NR_ioctl: case NR_flock: a[0] = descriptor(), a[1] = one_in(4) ? rnd() : rnd() % 16, a[2] = one_in(2) ? (unsigned)structure() : rnd() % 32; break;
    case NR_ppoll_time64: a[0] = (unsigned)structure(), a[1] = one_in(8) ? rnd() : rnd() % 5, a[2] = (unsigned)moment(), a[3] = 0, a[4] = 8; break;
    case NR_pselect6_time64: a[0] = one_in(8) ? rnd() : rnd() % 20, a[1] = (unsigned)structure(), a[2] = one_in(2) ? 0 : address(), a[3] = 0, a[4] = (unsigned)moment(), a[5] = 0; break;
    case NR_clock_nanosleep_time64: a[0] = rnd() % 3, a[1] = rnd() % 2, a[2] = (unsigned)moment(); break;
    case NR_futex_time64: {
      static const unsigned char operations[] = {0, 1, 3, 4, 5, 9, 10, 128, 129, 131, 132, 137, 138};
      a[0] = one_in(4) ? address() & ~3 : ARENA + rnd() % 4 * 4, a[1] = operations[rnd() % 13];
      a[2] = one_in(2) ? rnd() % 4 : *(volatile unsigned *)scratch, a[3] = (unsigned)moment(), a[4] = ARENA + rnd() % 4 * 4;
      break;
    }
    case NR_shmget: a[0] = rnd() % 3, a[1] = bytes, a[2] = 01600; break;
    case NR_semget: a[0] = rnd() % 3, a[1] = rnd() % 5, a[2] = 01600; break;
    case NR_msgget: a[0] = rnd() % 3, a[1] = 01600; break;
    case NR_shmat: a[0] = object - rnd() % 3, a[1] = one_in(2) ? 0 : start, a[2] = one_in(2) ? 0 : 1 << (12 + rnd() % 4); break;
    case NR_shmdt: a[0] = start; break;
    case NR_shmctl: case NR_semctl: case NR_msgctl: a[0] = object - rnd() % 3, a[1] = rnd() % 20, a[2] = one_in(2) ? 0 : address(); break;
    case NR_semop: case NR_semtimedop_time64: a[0] = object - rnd() % 3, a[1] = (unsigned)structure(), a[2] = rnd() % 4, a[3] = (unsigned)moment(); break;
    case NR_msgsnd: case NR_msgrcv: a[0] = object - rnd() % 3, a[1] = address(), a[2] = rnd() % 5000, a[3] = rnd() % 4, a[4] = 04000; break;
    case NR_rt_sigaction: {
      unsigned *to = structure();
      if (!one_in(4)) to = action;
      a[0] = one_in(8) ? rnd() : 1 + rnd() % 64, a[1] = one_in(4) ? 0 : (unsigned)to, a[2] = one_in(3) ? address() : 0, a[3] = 8;
      break;
    }
    case NR_rt_sigprocmask: a[0] = rnd() % 4, a[1] = one_in(2) ? (unsigned)structure() : 0, a[2] = one_in(2) ? address() : 0, a[3] = 8; break;
    case NR_rt_sigtimedwait_time64: case NR_rt_sigsuspend: a[0] = (unsigned)structure(), a[1] = n == NR_rt_sigsuspend ? 8 : one_in(2) ? 0 : address(), a[2] = (unsigned)moment(), a[3] = 8; break;
    case NR_setitimer: a[0] = rnd() % 4, a[1] = (unsigned)structure(); if (one_in(2)) scratch[3] = 0, a[2] = 0; break;
    case NR_timer_create: {
      unsigned *to = structure();
      if (to >= scratch && to < scratch + 16) to[1] = one_in(8) ? rnd() : rnd() % 66, to[2] = one_in(3) ? rnd() % 5 : 0, to[3] = process();
      a[0] = one_in(8) ? rnd() : rnd() % 8, a[1] = one_in(3) ? 0 : (unsigned)to, a[2] = one_in(3) ? address() : (unsigned)(scratch + 48);
      break;
    }
    case NR_timer_settime64: {
      unsigned *to = scratch + 52;
      for (int i = 0; i < 8; i++) to[i] = one_in(32) ? rnd() : i % 4 == 2 ? rnd() % 300000 : 0;
      if (one_in(2)) to[2] = one_in(2) ? 0 : rnd() % 40;
      a[0] = rnd() % 6, a[1] = one_in(4), a[2] = one_in(8) ? address() : (unsigned)to, a[3] = one_in(3) ? address() : 0;
      break;
    }
    case NR_mq_open: {
      unsigned *to = structure();
      if (to >= scratch && to < scratch + 16) to[1] = one_in(8) ? rnd() : rnd() % 12, to[2] = one_in(8) ? rnd() : rnd() % 6000;
      a[0] = (unsigned)queue_name(), a[1] = rnd() % 3 | (one_in(4) ? 0 : 0100) | (one_in(8) ? 0200 : 0) | (one_in(2) ? 04000 : 0), a[3] = one_in(2) ? 0 : (unsigned)to;
      break;
    }
    case NR_mq_unlink: a[0] = (unsigned)queue_name(); break;
    case NR_mq_timedsend_time64: case NR_mq_timedreceive_time64:
      a[0] = descriptor(), a[1] = address(), a[2] = one_in(2) ? 8192 : rnd() % 9000, a[3] = n == NR_mq_timedsend_time64 ? rnd() % 40000 : one_in(2) ? 0 : address();
      a[4] = one_in(2) ? 0 : (unsigned)moment();
      break;
    case NR_mq_notify: a[0] = descriptor(), a[1] = one_in(3) ? 0 : (unsigned)structure(); break;
    case NR_timer_gettime64: case NR_timer_getoverrun: case NR_timer_delete: a[0] = rnd() % 6, a[1] = address(); break;
    case NR_kill: case NR_tkill: a[0] = process(), a[1] = rnd() % 66; break;
    case NR_tgkill: a[0] = process(), a[1] = process(), a[2] = rnd() % 66; break;
    case NR_waitid: a[0] = rnd() % 4, a[1] = process(), a[2] = address(), a[3] = rnd() % 32 | (one_in(2) ? 4 : 0), a[4] = one_in(3) ? address() : 0; break;
    case NR_prlimit64: a[0] = 0, a[1] = rnd() % 16, a[2] = one_in(2) ? 0 : (unsigned)structure(), a[3] = one_in(2) ? 0 : address(); break;
    case NR_execve: a[0] = one_in(3) ? (unsigned)path() : (unsigned)name, a[1] = one_in(4) ? address() : (unsigned)child_argv, a[2] = one_in(4) ? address() : 0; break;
  }
}

static void worker(unsigned seed);

/* Where every child begins, threads among them. */
void child_main(void) { worker(rnd() ^ CALL(NR_gettid, 0, 0, 0) * 0x9e3779b1u); }

static void clone_one(void) {
  static const unsigned flags[] = {17, 17, 17, 0x4100 | 17, 0x350f00, 0x10f00, 0x100 | 17, 0x400 | 17, 0x200 | 17, 0x80000011};
  unsigned kind = one_in(12) ? rnd() : flags[rnd() % 10];
  /* Who shares the memory needs a stack of its own, and gets it nearly always. */
  unsigned stack = (kind & 0x100) != 0 || one_in(8) ? (unsigned)(stacks[rnd() % 4] + 512) : 0;
  storm_clone(kind, one_in(16) ? address() : stack, address(), 0, address());
}

static void touch(unsigned vaddr) {
  volatile unsigned char *byte = (volatile unsigned char *)vaddr;
  if (one_in(2)) *byte = rnd();
  else (void)*byte;
}

static void handler(int signal) {
  (void)signal;
  if (one_in(2)) longjmp(again, 1);
}

static void prepare(void) {
  static unsigned none[2];
  call(NR_rt_sigprocmask, 2, (long)none, 0, 8, 0, 0);
  action[0] = (unsigned)handler, action[1] = 0x40000000 | (one_in(2) ? 0x10000000 : 0), action[2] = action[3] = 0;
  static const unsigned char signals[] = {4, 5, 7, 8, 10, 11, 13, 14, 17};
  for (int i = 0; i < 9; i++) call(NR_rt_sigaction, signals[i], (long)action, 0, 8, 0, 0);
  /* A group of its own: what it sends to its group must not stop pid 1. */
  CALL(NR_setpgid, 0, 0, 0);
  CALL(NR_mkdirat, AT_FDCWD, "/t/d", 0777);
  CALL(NR_chdir, "/t", 0, 0);
  call(NR_openat, AT_FDCWD, (long)"/t/a", O_RDWR | O_CREAT, 0666, 0, 0);
  CALL(NR_pipe2, scratch, 0, 0);
  call(NR_mmap2, ARENA, 24 * 4096, 3, 0x32, -1, 0);
  call(NR_mmap2, ARENA + 24 * 4096, 8 * 4096, 3, 0x31, -1, 0);
  call(NR_ftruncate64, 3, 16384, 0, 0, 0, 0);
  call(NR_mmap2, ARENA + 32 * 4096, 4 * 4096, 3, 0x11, 3, 0);
}

/* Turns one of the switches of memory management, for everybody or for a process. */
static void turn_switch(void) {
  static const char *const switches[] = {"/proc/sys/vm/swappiness", "/proc/sys/vm/page-cluster", "/proc/sys/vm/min_free_kbytes",
    "/proc/sys/vm/watermark_scale_factor", "/proc/sys/vm/dirty_background_ratio", "/proc/sys/vm/drop_caches", "/proc/self/clear_refs",
    "/proc/self/page_priority"};
  static const unsigned short most[] = {201, 8, 200, 900, 101, 4, 5, 8};
  int which = rnd() % 8;
  int file = call(NR_openat, AT_FDCWD, (long)switches[which], O_WRONLY, 0, 0, 0);
  char text[8];
  int at = 8;
  for (unsigned value = one_in(4) ? 0 : rnd() % (most[which] + 1); at == 8 || value > 0; value /= 10) text[--at] = '0' + value % 10;
  CALL(NR_write, file, text + at, 8 - at);
  CALL(NR_close, file, 0, 0);
}

static void worker(unsigned seed) {
  state = seed | 1;
  prepare();
  setjmp(again);
  for (;;) {
    unsigned a[6];
    int n = one_in(2) ? favourite() : NUMBERS[rnd() % (sizeof NUMBERS / sizeof *NUMBERS)];
    if (is_final(n) && !one_in(24)) n = favourite();
    for (int i = 0; i < 6; i++) a[i] = argument();
    if (n == NR_mq_open || !one_in(6)) shape(n, a);
    if (may_block(n) && !one_in(8)) {
      unsigned soon[4] = {0, 0, 0, 100 + rnd() % 400};
      CALL(NR_setitimer, 0, soon, 0);
    }
    if (n == NR_clone) clone_one();
    else {
      long result = call(one_in(200) ? rnd() % 2048 : n, a[0], a[1], a[2], a[3], a[4], a[5]);
      if (result > 0 && (n == NR_shmget || n == NR_semget || n == NR_msgget)) object = result;
    }
    if (one_in(50)) turn_switch();
    if (one_in(2)) touch(one_in(4) ? address() : ARENA + (rnd() % ARENA_PAGES) * 4096);
    /* Everybody wants everything at once: there is less than that. */
    if (one_in(40))
      for (unsigned page = 0; page < ARENA_PAGES; page++) touch(ARENA + page * 4096);
  }
}

/* ---- pid 1 ---- */

static int is_kept(const char *entry) {
  static const char *const kept[] = {"bin", "dev", "proc", "tmp", "t"};
  for (int i = 0; i < 5; i++)
    if (strcmp(entry, kept[i]) == 0) return 1;
  return 0;
}

/* Removes what is in the directory that `directory` is open on; of the root, what was not there at boot. */
static void empty(int directory, int depth, int is_root) {
  static char entries[6][1024];
  char *buffer = entries[depth];
  for (;;) {
    call(NR__llseek, directory, 0, 0, (long)scratch, 0, 0);
    long bytes = CALL(NR_getdents64, directory, buffer, 1024);
    int removed = 0;
    for (long at = 0; at < bytes; at += *(unsigned short *)(buffer + at + 16)) {
      char *entry = buffer + at + 19;
      if (strcmp(entry, ".") == 0 || strcmp(entry, "..") == 0 || (is_root && is_kept(entry))) continue;
      if (CALL(NR_unlinkat, directory, entry, 0) == 0) { removed++; continue; }
      int inside = call(NR_openat, directory, (long)entry, O_DIRECTORY | O_NOFOLLOW, 0, 0, 0);
      if (inside >= 0 && depth < 5) empty(inside, depth + 1, 0);
      if (inside >= 0) CALL(NR_close, inside, 0, 0);
      if (CALL(NR_unlinkat, directory, entry, 0x200) == 0) removed++;
    }
    if (removed == 0) return;
  }
}

static void empty_path(const char *path) {
  int directory = call(NR_openat, AT_FDCWD, (long)path, O_DIRECTORY, 0, 0, 0);
  if (directory < 0) return;
  empty(directory, 0, path[1] == 0);
  CALL(NR_close, directory, 0, 0);
}

/* System V objects outlive their makers: removes every one whose id is below that of a new one. */
static void remove_objects(void) {
  static int segments, others;
  int segment = CALL(NR_shmget, 0, 4096, 0600), other = CALL(NR_msgget, 0, 0600, 0);
  for (; segments <= segment; segments++) CALL(NR_shmctl, segments, 0, 0);
  for (; others <= other; others++) {
    CALL(NR_semctl, others, 0, 0);
    CALL(NR_msgctl, others, 0, 0);
  }
  CALL(NR_mq_unlink, "a", 0, 0);
  CALL(NR_mq_unlink, "b", 0, 0);
  CALL(NR_mq_unlink, "c", 0, 0);
}

static long long now(void) {
  long long time[2] = {0, 0};
  CALL(NR_clock_gettime64, 1, time, 0);
  return time[0] * 1000000000LL + time[1];
}

static void epoch(void) {
  unsigned info[32];
  for (int i = 0; i < WORKERS; i++) {
    unsigned seed = rnd();
    if (call(NR_clone, 17, 0, 0, 0, 0, 0) == 0) worker(seed);
  }
  long long end = now() + EPOCH_NS;
  for (;;) {
    info[3] = 0;
    long result = call(NR_waitid, 0, 0, (long)info, 4 | 1 | 0x40000000, 0, 0);
    if (result == -10) break;
    if (result == 0 && info[3] != 0) continue;
    static unsigned nap[4] = {0, 0, 300000, 0};
    if (now() > end) CALL(NR_kill, -1, 9, 0);
    call(NR_clock_nanosleep_time64, 1, 0, (long)nap, 0, 0, 0);
  }
  remove_objects();
  empty_path("/");
  CALL(NR_mkdirat, AT_FDCWD, "/t", 0777);
  empty_path("/t");
}

int main(int argc, char **argv) {
  unsigned seed = 0;
  for (char *digit = argc > 1 ? argv[1] : ""; *digit; digit++) seed = seed * 10 + (*digit - '0');
  for (int i = 0; i < 11; i++) name[i] = "/bin/storm"[i];
  child_argv[0] = name, child_argv[1] = "7", child_argv[2] = "worker";
  if (CALL(NR_getpid, 0, 0, 0) != 1) worker(seed ^ CALL(NR_gettid, 0, 0, 0) * 0x9e3779b1u ^ (unsigned)now());
  state = seed * 0x9e3779b1u | 1;
  static unsigned all[2] = {-1, -1};
  call(NR_rt_sigprocmask, 2, (long)all, 0, 8, 0, 0);
  CALL(NR_mkdirat, AT_FDCWD, "/t", 0777);
  for (;;) {
    CALL(NR_write, 1, "E", 1);
    epoch();
  }
}
