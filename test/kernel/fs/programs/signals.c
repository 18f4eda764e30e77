/* Handlers, masks, interrupted calls, children and job control; one line for each result. */
#include "call.h"

struct action { void *handler; unsigned long flags; u32 mask[2]; };
enum { RESTART = 0x10000000, SIGINFO = 4, NODEFER = 0x40000000, RESETHAND = 0x80000000u };
enum { HUP = 1, SEGV = 11, USR1 = 10, USR2 = 12, PIPE = 13, TERM = 15, CHLD = 17, CONT = 18, STOP = 19 };

static volatile int depth, seen;
static int wake[2];
static u32 info[32];

static void install(int signal, void *handler, unsigned long flags, u32 mask) {
  struct action a = {handler, flags, {mask, 0}};
  show("sigaction", C4(SIGACTION, signal, &a, 0, 8));
}
static void on(int signal, u32 *si, u32 *uc) {
  depth++;
  show("handler", signal);
  show(" code", (int)si[2]);
  u32 mask[2];
  C4(SIGPROCMASK, 0, 0, mask, 8);
  show(" mask", (int)mask[0]);
  show(" saved mask", (int)uc[5]);
  if (signal == USR1 && depth == 1) {
    C2(KILL, C0(GETPID), USR2);
    show(" back in", signal);
  }
  depth--;
  seen++;
}
static void on_segv(int signal, u32 *si, u32 *uc) {
  show("segv", signal);
  show(" code", (int)si[2]);
  show(" addr", (int)si[3]);
  show(" pc in a1", uc[40] == uc[40 + 11]);
  uc[40] += 4; /* go on behind the access, which is one uncompressed instruction */
}
static void poke(long addr) {
  __asm__ volatile(".option push\n.option norvc\nlla a1, 1f\nmv a2, %0\n1: sw zero, 0(a2)\n.option pop" ::"r"(addr) : "a1", "a2", "memory");
}
static long fork_(void) { return C5(CLONE, 17, 0, 0, 0, 0); }
static void wait_line(const char *what, long pid, long options) {
  memset(info, 0, sizeof info);
  show(what, C5(WAITID, 1, pid, info, options, 0));
  show(" signo", (int)info[0]);
  show(" code", (int)info[2]);
  show(" pid ok", info[3] == (u32)pid);
  show(" status", (int)info[5]);
}
static void pause_(long ms) {
  u64 t[2] = {0, (u64)ms * 1000000};
  C4(NANOSLEEP, 1, 0, t, 0);
}

int main(int argc, char **argv) {
  /* No sa_mask here: qemu 7.2 looks for it behind a restorer, which riscv does not have. */
  install(USR1, on, SIGINFO, 0);
  install(USR2, on, SIGINFO, 0);
  show("kill", C2(KILL, C0(GETPID), USR1));
  show("seen", seen);
  show("sigaction KILL", C4(SIGACTION, 9, &(struct action){0}, 0, 8));
  show("sigaction 65", C4(SIGACTION, 65, &(struct action){0}, 0, 8));
  show("sigaction size", C4(SIGACTION, USR1, 0, 0, 4));
  show("sigaction 0", C4(SIGACTION, 0, 0, 0, 8));

  u32 set[2] = {1 << (USR1 - 1), 0}, old[2];
  show("block", C4(SIGPROCMASK, 0, set, 0, 8));
  C2(KILL, C0(GETPID), USR1);
  C2(KILL, C0(GETPID), USR1);
  show("still", seen);
  show("unblock", C4(SIGPROCMASK, 1, set, old, 8));
  show("old", (int)old[0]);
  show("once", seen);
  show("bad how", C4(SIGPROCMASK, 9, set, 0, 8));

  install(SEGV, on_segv, SIGINFO, 0);
  poke(0x100);
  long page = call(MMAP2, 0, 4096, 1, 0x22, -1, 0);
  memset(info, 0, 4);
  install(SEGV, on_segv, SIGINFO | RESETHAND, 0);
  poke(0x200);
  struct action was;
  C4(SIGACTION, SEGV, 0, &was, 8);
  show("reset", was.handler == 0);
  C2(MUNMAP, page, 4096);

  C2(PIPE2, wake, 0);
  install(USR1, on, SIGINFO, 0);
  long child = fork_();
  if (child == 0) {
    pause_(50);
    C2(KILL, C0(GETPPID), USR1);
    C1(EXIT_GROUP, 7);
  }
  char byte;
  show("read", C3(READ, wake[0], &byte, 1));
  wait_line("waitid", child, 4);

  install(USR1, on, SIGINFO | RESTART, 0);
  child = fork_();
  if (child == 0) {
    pause_(50);
    C2(KILL, C0(GETPPID), USR1);
    pause_(50);
    C3(WRITE, wake[1], "x", 1);
    C1(EXIT_GROUP, 300);
  }
  show("read", C3(READ, wake[0], &byte, 1));
  wait_line("waitid", child, 4);

  child = fork_();
  if (child == 0) {
    pause_(50);
    C2(KILL, C0(GETPPID), USR1);
    C1(EXIT_GROUP, 0);
  }
  u64 second[2] = {5, 0};
  show("nanosleep", C4(NANOSLEEP, 1, 0, second, 0));
  wait_line("waitid", child, 4);
  set[0] = 1 << (USR1 - 1);
  C4(SIGPROCMASK, 0, set, 0, 8);
  C2(KILL, C0(GETPID), USR1);
  u32 none[2] = {0, 0};
  show("sigsuspend", C2(SIGSUSPEND, none, 8));
  C4(SIGPROCMASK, 1, set, old, 8);
  show("mask is back", (int)old[0]);
  struct { int fd; short events, revents; } polls = {wake[0], 1, 0};
  C4(SIGPROCMASK, 0, set, 0, 8);
  C2(KILL, C0(GETPID), USR1);
  show("ppoll", C5(PPOLL, &polls, 1, second, none, 8));
  C4(SIGPROCMASK, 1, set, 0, 8);

  child = fork_();
  if (child == 0)
    for (;;) pause_(900);
  pause_(20);
  C2(KILL, child, STOP);
  wait_line("stopped", child, 2);
  C2(KILL, child, CONT);
  wait_line("continued", child, 8);
  wait_line("nothing", child, 4 | 1);
  C2(KILL, child, TERM);
  wait_line("terminated", child, 4);
  show("none left", C5(WAITID, 0, 0, info, 4, 0));

  child = fork_();
  if (child == 0) {
    C1(CLOSE, wake[0]);
    C3(WRITE, wake[1], "x", 1);
    int mine[2];
    C2(PIPE2, mine, 0);
    C1(CLOSE, mine[0]);
    C3(WRITE, mine[1], "x", 1);
    C1(EXIT_GROUP, 0);
  }
  wait_line("sigpipe", child, 4);
  child = fork_();
  if (child == 0) {
    *(volatile int *)64 = 1;
    C1(EXIT_GROUP, 0);
  }
  wait_line("segv", child, 4);
  show("kill 0 signal", C2(KILL, C0(GETPID), 0));
  show("kill bad", C2(KILL, C0(GETPID), 65));
  show("kill none", C2(KILL, 0x3fffff, 0));
  show("tkill bad", C2(TKILL, 0, 0));
  install(CHLD, (void *)1, 0, 0);
  child = fork_();
  if (child == 0) C1(EXIT_GROUP, 0);
  show("ignored child", C5(WAITID, 0, 0, info, 4, 0));
  return 0;
}
