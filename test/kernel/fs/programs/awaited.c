/* rt_sigtimedwait for signals that are not blocked: taken, not handled, except what ends the process or is ignored. */
#include "call.h"

struct action { void *handler; unsigned long flags; u32 mask[2]; };
enum { SIGTIMEDWAIT = 421, QUIT = 3, USR1 = 10, USR2 = 12, CHLD = 17, TSTP = 20, REALTIME = 40 };

static volatile int seen;
static u32 info[32];

static void on(int signal) {
  u32 mask[2];
  seen++;
  C4(SIGPROCMASK, 0, 0, mask, 8);
  show("handler", signal);
  show(" mask", (int)mask[0]);
}
static void install(int signal, void *handler) {
  struct action a = {handler, 0, {0, 0}};
  C4(SIGACTION, signal, &a, 0, 8);
}
static void pause_(long ms) {
  u64 t[2] = {0, (u64)ms * 1000000};
  C4(NANOSLEEP, 1, 0, t, 0);
}
/* Waits for a set; a child sends the process `sent` meanwhile, and `then` a while later. */
static void wait_for(const char *what, u32 low, u32 high, int sent, int then, long ms) {
  u32 set[2] = {low, high}, mask[2];
  u64 limit[2] = {(u32)ms / 1000, (u32)ms % 1000 * 1000000};
  long me = C0(GETPID);
  long child = C5(CLONE, 17, 0, 0, 0, 0);
  if (child == 0) {
    pause_(60);
    if (sent) C2(KILL, me, sent);
    pause_(60);
    if (then) C2(KILL, me, then);
    C1(EXIT_GROUP, 0);
  }
  memset(info, 0, sizeof info);
  show(what, C4(SIGTIMEDWAIT, set, info, limit, 8));
  show(" signo", (int)info[0]);
  show(" code", (int)info[2]);
  show(" from the child", info[3] == (u32)child);
  C4(SIGPROCMASK, 0, 0, mask, 8);
  show(" mask", (int)mask[0]);
  C5(WAITID, 1, child, info, 4, 0);
  show(" handled", seen);
}
#define BIT(signal) (1u << ((signal)-1))

/* With a third argument only: qemu catches the signal on the host and so does not die of it. */
static void fatal(void) {
  long child = C5(CLONE, 17, 0, 0, 0, 0);
  if (child == 0) {
    install(USR1, 0);
    wait_for("fatal by default", BIT(USR1), 0, USR1, 0, 2000);
    C1(EXIT_GROUP, 0);
  }
  memset(info, 0, sizeof info);
  C5(WAITID, 1, child, info, 4, 0);
  show("ended, code", (int)info[2]);
  show(" by", (int)info[5]);
}

int main(int argc, char **argv) {
  install(USR1, on);
  install(USR2, on);
  install(REALTIME, on);
  wait_for("with a handler", BIT(USR1), 0, USR1, 0, 2000);
  wait_for("real-time", BIT(USR1), 1u << (REALTIME - 33), REALTIME, 0, 2000);
  wait_for("another comes", BIT(USR1), 0, USR2, 0, 2000);
  wait_for("another, then it", BIT(USR1), 0, USR2, USR1, 2000);
  wait_for("none comes", BIT(USR1), 0, 0, 0, 100);
  wait_for("core by default", BIT(QUIT), 0, QUIT, 0, 2000);
  wait_for("stop by default", BIT(TSTP), 0, TSTP, 0, 2000);
  wait_for("ignored by default", BIT(CHLD), 0, CHLD, 0, 200);
  install(USR1, (void *)1);
  wait_for("ignored", BIT(USR1), 0, USR1, 0, 200);
  install(USR1, on);
  u32 set[2] = {BIT(USR1), 0};
  C4(SIGPROCMASK, 0, set, 0, 8);
  wait_for("blocked", BIT(USR1), 0, USR1, 0, 2000);
  C4(SIGPROCMASK, 1, set, 0, 8);
  show("kill", C2(KILL, C0(GETPID), USR1));
  show("handled again", seen);
  if (argc > 2) fatal();
  return 0;
}
