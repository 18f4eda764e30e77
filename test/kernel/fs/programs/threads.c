/* Threads, futexes, signals for a process of several threads, and timers, without a C library. Nothing that is printed
   depends on who runs first. */
#include "call.h"

enum {
  FLOCK = 32, STATFS64 = 43, TRUNCATE64 = 45, FCHDIR = 50, FCHMOD = 52, FCHMODAT = 53, FCHOWNAT = 54, PREADV = 69,
  PWRITEV = 70, SENDFILE64 = 71, FSYNC = 82, GETITIMER = 102, SETITIMER = 103, TGKILL = 131, SIGALTSTACK = 132,
  SIGPENDING = 136, SIGQUEUEINFO = 138, GETPRIORITY = 141, SETRESUID = 147, GETSID = 156, GETGROUPS = 158, PRCTL = 167,
  GETTID = 178, CLOCK_GETRES = 406, UTIMENSAT = 412, PSELECT6 = 413, SIGTIMEDWAIT = 421, FUTEX = 422,
  USR1 = 10, USR2 = 12, ALRM = 14, SEGV = 11,
  /* VM | FS | FILES | SIGHAND | THREAD | SYSVSEM | PARENT_SETTID | CHILD_CLEARTID */
  THREAD = 0x350f00,
};

static char stacks[4][4096] __attribute__((aligned(16)));
static volatile int cleared[4];
static volatile int started[4];

/* Starts fn(argument) on a stack of its own; fn must not return. */
static long thread(int i, void (*fn)(long), long argument) {
  long *top = (long *)(stacks[i] + 4096 - 16);
  top[0] = (long)fn;
  top[1] = argument;
  cleared[i] = 1;
  register long a7 __asm__("a7") = CLONE;
  register long a0 __asm__("a0") = THREAD;
  register long a1 __asm__("a1") = (long)top;
  register long a2 __asm__("a2") = (long)&started[i];
  register long a3 __asm__("a3") = 0;
  register long a4 __asm__("a4") = (long)&cleared[i];
  __asm__ volatile(
      "ecall\n bnez a0, 1f\n lw t0, 0(sp)\n lw a0, 4(sp)\n jalr t0\n li a7, 93\n li a0, 0\n ecall\n 1:"
      : "+r"(a0) : "r"(a7), "r"(a1), "r"(a2), "r"(a3), "r"(a4) : "memory", "t0", "ra");
  return a0;
}

/* Waits until the kernel has cleared the thread's word: that it has ended. */
static void join(int i) {
  while (cleared[i]) {
    int seen = cleared[i];
    if (seen) C4(FUTEX, &cleared[i], 0, seen, 0);
  }
}

static volatile int lock_word, counter;
static void take(void) {
  while (__atomic_exchange_n(&lock_word, 1, __ATOMIC_ACQUIRE)) C4(FUTEX, &lock_word, 128, 1, 0);
}
static void give(void) {
  __atomic_store_n(&lock_word, 0, __ATOMIC_RELEASE);
  C3(FUTEX, &lock_word, 129, 1);
}
static void count(long times) {
  for (long i = 0; i < times; i++) {
    take();
    int seen = counter;
    if (i % 16 == 0) C0(124);
    counter = seen + 1;
    give();
  }
}

static volatile int gate, passed;
static void wait_at_gate(long unused) {
  while (!gate) C4(FUTEX, &gate, 128, 0, 0);
  __atomic_fetch_add(&passed, 1, __ATOMIC_RELAXED);
}
static volatile int other_gate;
static void sleep_at_gate(long unused) {
  C4(FUTEX, &gate, 128, 0, 0);
  __atomic_fetch_add(&passed, 1, __ATOMIC_RELAXED);
}
static void pause_ms(long ms) {
  u64 t[2] = {0, (u64)ms * 1000000};
  C4(NANOSLEEP, 1, 0, t, 0);
}
static void end_all(long status) {
  pause_ms(5);
  C1(EXIT_GROUP, status);
}
static void sleep_for_ever(long unused) {
  for (;;) pause_ms(900);
}
static void fault(long unused) {
  pause_ms(5);
  *(volatile int *)16 = 1;
}

static volatile int handled, handled_by, on_stack;
static char alternate[8192];
static void handler(int signal) {
  char here;
  handled = signal;
  handled_by = (int)C0(GETTID);
  on_stack = &here >= alternate && &here < alternate + sizeof alternate;
}
static void install(int signal, u32 flags) {
  struct { void *handler; u32 flags, mask[2]; } action = {(void *)handler, flags, {0, 0}};
  C4(SIGACTION, signal, &action, 0, 8);
}
static int info[32];
static void wait_line(const char *what, long pid) {
  show(what, C5(WAITID, 1, pid, info, 4, 0));
  show(" code", info[2]);
  show(" status", info[5]);
}
static long fork_(void) { return C5(CLONE, 17, 0, 0, 0, 0); }
static volatile long wait_result;
static void wait_for_usr2(long unused) {
  u32 set[2] = {1 << (USR2 - 1), 0};
  wait_result = C4(SIGTIMEDWAIT, set, 0, 0, 8);
}

static void futexes(void) {
  for (int i = 0; i < 4; i++) {
    long tid = thread(i, count, 64);
    show("tid is told", tid > 0 && started[i] == tid);
  }
  for (int i = 0; i < 4; i++) join(i);
  show("counted", counter);
  for (int i = 0; i < 3; i++) thread(i, wait_at_gate, 0);
  pause_ms(10);
  gate = 1;
  show("woken", C3(FUTEX, &gate, 129, 100));
  for (int i = 0; i < 3; i++) join(i);
  show("passed", passed);
  gate = passed = 0;
  for (int i = 0; i < 3; i++) thread(i, sleep_at_gate, 0);
  pause_ms(10);
  show("not requeued", call(FUTEX, (long)&gate, 128 | 4, 1, 100, (long)&other_gate, 7));
  show("requeued", call(FUTEX, (long)&gate, 128 | 4, 1, 100, (long)&other_gate, 0));
  show("none left", C3(FUTEX, &gate, 129, 100));
  show("woken there", C3(FUTEX, &other_gate, 129, 100));
  for (int i = 0; i < 3; i++) join(i);
  show("passed", passed);
  u64 brief[2] = {0, 5000000};
  show("timeout", C4(FUTEX, &gate, 128, 0, brief));
  show("changed", C4(FUTEX, &gate, 128, 1, brief));
  show("misaligned", C4(FUTEX, (char *)&gate + 1, 128, 0, 0));
  show("bad address", C4(FUTEX, 8, 128, 0, 0));
  u64 bad[2] = {0, 1000000000};
  show("bad time", C4(FUTEX, &gate, 128, 0, bad));
  show("no bits", call(FUTEX, (long)&gate, 128 | 9, 0, 0, 0, 0));
  int *shared = (int *)call(MMAP2, 0, 4096, 3, 0x21, -1, 0);
  long child = fork_();
  if (child == 0) {
    while (!*shared) C4(FUTEX, shared, 0, 0, 0);
    C1(EXIT_GROUP, 7);
  }
  pause_ms(10);
  *shared = 1;
  show("woken across processes", C3(FUTEX, shared, 1, 1));
  wait_line("child", child);
}

static void groups(void) {
  long child = fork_();
  if (child == 0) {
    thread(0, end_all, 42);
    sleep_for_ever(0);
  }
  wait_line("exit_group in a thread", child);
  child = fork_();
  if (child == 0) {
    thread(0, sleep_for_ever, 0);
    thread(1, fault, 0);
    sleep_for_ever(0);
  }
  wait_line("fault in a thread", child);
  child = fork_();
  if (child == 0) {
    thread(0, end_all, 9);
    C1(EXIT, 3);
  }
  wait_line("leader first", child);
  show("ids", C0(GETTID) == C0(GETPID));
  show("tgkill", C3(TGKILL, C0(GETPID), C0(GETTID), 0));
  show("tgkill wrong group", C3(TGKILL, 0x3fffff, C0(GETTID), 0));
  show("tgkill bad", C3(TGKILL, C0(GETPID), 0, 0));
  show("tkill none", C2(TKILL, 0x3fffff, 0));
}

static void signals(void) {
  u32 usr2[2] = {1 << (USR2 - 1), 0}, set[2] = {0, 0};
  C4(SIGPROCMASK, 0, usr2, 0, 8);
  thread(0, wait_for_usr2, 0);
  pause_ms(5);
  show("kill", C2(KILL, C0(GETPID), USR2));
  join(0);
  show("a thread waited for it", wait_result);
  C2(KILL, C0(GETPID), USR2);
  show("sigpending", C2(SIGPENDING, set, 8));
  show(" set", set[0]);
  u64 now[2] = {0, 0};
  show("sigtimedwait", C4(SIGTIMEDWAIT, usr2, info, now, 8));
  show(" code", info[2]);
  show(" from me", info[3] == C0(GETPID));
  show("sigtimedwait again", C4(SIGTIMEDWAIT, usr2, info, now, 8));
  show("sigtimedwait size", C4(SIGTIMEDWAIT, usr2, info, now, 4));
  int sent[32] = {USR2, 0, -1, C0(GETPID), 0, 77};
  show("sigqueue", C3(SIGQUEUEINFO, C0(GETPID), USR2, sent));
  show("sigtimedwait", C4(SIGTIMEDWAIT, usr2, info, now, 8));
  show(" code", info[2]);
  show(" value", info[5]);
  install(USR1, 0x08000000);
  u32 stack[3] = {(u32)alternate, 0, sizeof alternate}, old[3] = {9, 9, 9};
  show("sigaltstack", C2(SIGALTSTACK, stack, old));
  show(" flags", old[1]);
  C2(TKILL, C0(GETTID), USR1);
  show("handled", handled);
  show(" on the alternate stack", on_stack);
  stack[2] = 100;
  show("too small", C2(SIGALTSTACK, stack, 0));
  stack[1] = 64;
  show("bad flags", C2(SIGALTSTACK, stack, 0));
  stack[1] = 2;
  show("disabled", C2(SIGALTSTACK, stack, 0));
  C2(TKILL, C0(GETTID), USR1);
  show(" on the alternate stack", on_stack);
}

static void timers(void) {
  install(ALRM, 0);
  long once[4] = {0, 0, 0, 20000}, left[4] = {9, 9, 9, 9}, bad[4] = {0, 0, 0, 1000000};
  handled = 0;
  show("setitimer", C3(SETITIMER, 0, once, left));
  show(" before", left[2] + left[3]);
  u64 second[2] = {3, 0}, rest[2] = {0, 0};
  show("nanosleep", C4(NANOSLEEP, 1, 0, second, rest));
  show(" rest", (long)rest[0]);
  show("handled", handled);
  show("getitimer", C2(GETITIMER, 0, left));
  show(" left", left[2] + left[3]);
  show("bad", C3(SETITIMER, 0, bad, 0));
  show("bad which", C2(GETITIMER, 3, left));
  u64 resolution[2] = {9, 9};
  show("clock_getres", C2(CLOCK_GETRES, 1, resolution));
  show(" seconds", (long)resolution[0]);
  show("clock_getres none", C2(CLOCK_GETRES, 77, resolution));
  int ends[2];
  C2(PIPE2, ends, 0);
  u32 reading[2] = {1u << ends[0], 0}, writing[2] = {1u << ends[1], 0};
  u64 brief[2] = {0, 5000000};
  show("pselect6", call(PSELECT6, ends[1] + 1, (long)reading, (long)writing, 0, (long)brief, 0));
  show(" readable", reading[0] != 0);
  show(" writable", writing[0] != 0);
  reading[0] = 1u << ends[0];
  show("pselect6 timeout", call(PSELECT6, ends[1] + 1, (long)reading, 0, 0, (long)brief, 0));
  show(" left", (long)(brief[0] + brief[1]));
  reading[0] = 1u << 25;
  show("pselect6 bad", call(PSELECT6, 30, (long)reading, 0, 0, (long)brief, 0));
}

static void files(void) {
  static char bytes[64];
  long fd = C4(OPENAT, HERE, "t-file", 0x242, 0666), out = C4(OPENAT, HERE, "t-out", 0x242, 0666);
  C3(WRITE, fd, "hello world", 11);
  u64 from = 6;
  show("sendfile", C4(SENDFILE64, out, fd, &from, 100));
  show(" offset", (long)from);
  show("sendfile at the end", C4(SENDFILE64, out, fd, 0, 5));
  show("sendfile bad", C4(SENDFILE64, out, 99, 0, 5));
  struct { const void *base; u32 length; } two[2] = {{"ab", 2}, {"cde", 3}}, into[2] = {{bytes, 3}, {bytes + 8, 4}};
  show("pwritev", C5(PWRITEV, out, two, 2, 1, 0));
  show("preadv", C5(PREADV, out, into, 2, 0, 0));
  bytes[3] = bytes[12] = 10;
  text(bytes);
  text(bytes + 8);
  show("truncate", C3(TRUNCATE64, "t-out", 2, 0));
  show("truncate none", C3(TRUNCATE64, "t-none", 2, 0));
  show("truncate directory", C3(TRUNCATE64, ".", 2, 0));
  show("fchmod", C2(FCHMOD, fd, 04751));
  show("fchmodat none", C3(FCHMODAT, HERE, "t-none", 0));
  show("fchownat", C5(FCHOWNAT, HERE, "t-file", -1, -1, 0));
  u64 times[4] = {1000000000, 0, 0, 0x3ffffffe};
  show("utimensat", C4(UTIMENSAT, HERE, "t-file", times, 0));
  static unsigned char attributes[256];
  C5(STATX, HERE, "t-file", 0, 0xfff, attributes);
  show(" mode", *(unsigned short *)(attributes + 28));
  show(" atime", *(int *)(attributes + 64));
  times[1] = 1000000000;
  show("utimensat bad", C4(UTIMENSAT, HERE, "t-file", times, 0));
  show("fsync", C1(FSYNC, fd));
  show("fsync bad", C1(FSYNC, 99));
  show("statfs none", C3(STATFS64, "t-none", 88, attributes));
  long again = C4(OPENAT, HERE, "t-file", 2, 0);
  show("flock", C2(FLOCK, fd, 2));
  show("flock taken", C2(FLOCK, again, 2 | 4));
  show("flock shared", C2(FLOCK, fd, 1));
  show("flock both", C2(FLOCK, again, 1 | 4));
  show("flock bad", C2(FLOCK, again, 16));
  show("fchdir file", C1(FCHDIR, fd));
  show("getgroups", C2(GETGROUPS, -1, 0));
  show("setresuid", C3(SETRESUID, -1, -1, -1));
  show("getsid none", C1(GETSID, 0x3fffff));
  show("getpriority bad", C2(GETPRIORITY, 9, 0));
  show("prctl", C2(PRCTL, 15, "a name that is too long"));
  C2(PRCTL, 16, bytes);
  bytes[15] = 10;
  bytes[16] = 0;
  text(bytes);
  show("prctl bad", C2(PRCTL, 9999, 0));
  C3(UNLINKAT, HERE, "t-file", 0);
  C3(UNLINKAT, HERE, "t-out", 0);
}

int main(int argc, char **argv) {
  C1(CHDIR, argv[1]);
  futexes();
  groups();
  signals();
  timers();
  files();
  return 0;
}
