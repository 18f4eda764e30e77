/* timer_create and its companions: errors, what is left of a timer, the signal and its siginfo, overruns, fork. */
#include "call.h"

enum {
  TIMER_CREATE = 107, GETOVERRUN = 109, TIMER_DELETE = 111, SIGTIMEDWAIT = 421, GETTIME = 408, SETTIME = 409, GETTID = 178, CLOCK_GETTIME = 403, FUTEX = 422,
  USR1 = 10, USR2 = 12, ALRM = 14, CONT = 18, REALTIME = 40,
};
#define BIT(signal) (1u << ((signal)-1))

struct event { long value; int signal, notify, tid; int room[12]; };
struct spec { u64 interval[2], value[2]; };
struct action { void *handler; unsigned long flags; u32 mask[2]; };

static u32 info[32];
static int id, other;

static void set_times(struct spec *s, u32 first_ms, u32 then_ms) {
  s->interval[0] = then_ms / 1000;
  s->interval[1] = (u64)(then_ms % 1000) * 1000000;
  s->value[0] = first_ms / 1000;
  s->value[1] = (u64)(first_ms % 1000) * 1000000;
}
static long set(int timer, int flags, u32 first_ms, u32 then_ms) {
  struct spec s;
  set_times(&s, first_ms, then_ms);
  return C4(SETTIME, timer, flags, &s, 0);
}
static void pause_(u32 ms) {
  u64 t[2] = {ms / 1000, (u64)(ms % 1000) * 1000000};
  C4(NANOSLEEP, 1, 0, t, 0);
}
static void wait_for(const char *what, u32 low, u32 high, u32 limit_ms) {
  u32 mask[2] = {low, high};
  u64 limit[2] = {limit_ms / 1000, (u64)(limit_ms % 1000) * 1000000};
  memset(info, 0, sizeof info);
  show(what, C4(SIGTIMEDWAIT, mask, info, limit, 8));
  show(" code", (int)info[2]);
  show(" value", (int)info[5]);
  show(" overrun", (int)info[4]);
}
/* What is left, in seconds, rounded up, and the interval likewise: a busy computer may be late. */
static long seconds(const u64 *time) { return (long)time[0] + (time[1] != 0); }
static void left(const char *what, int timer) {
  struct spec s = {{9, 9}, {9, 9}};
  show(what, C2(GETTIME, timer, &s));
  show(" left", seconds(s.value));
  show(" interval", seconds(s.interval));
}
static void errors(void) {
  struct event e = {7, USR1, 0, 0, {0}};
  struct spec s;
  show("no such clock", C3(TIMER_CREATE, 99, &e, &id));
  show("no memory for it", C3(TIMER_CREATE, 1, 8, &id));
  e.signal = 65;
  show("no such signal", C3(TIMER_CREATE, 1, &e, &id));
  e.signal = 0;
  show("signal 0", C3(TIMER_CREATE, 1, &e, &id));
  e.signal = USR1;
  e.notify = 3;
  show("no such way", C3(TIMER_CREATE, 1, &e, &id));
  e.notify = 0;
  show("create", C3(TIMER_CREATE, 1, &e, &id));
  show("settime without a time", C4(SETTIME, id, 0, 0, 0));
  set_times(&s, 10, 0);
  s.value[1] = 1000000000;
  show("a second in nanoseconds", C4(SETTIME, id, 0, &s, 0));
  show("settime of no timer", set(77, 0, 10, 0));
  show("gettime of no timer", C2(GETTIME, 77, &s));
  show("overrun of no timer", C1(GETOVERRUN, 77));
  show("delete no timer", C1(TIMER_DELETE, 77));
  show("delete", C1(TIMER_DELETE, id));
  show("delete again", C1(TIMER_DELETE, id));
}
/* The program gets on all the same. */
static long each_nanosecond(int timer) {
  struct spec s = {{0, 1}, {0, 1}};
  long outcome = C4(SETTIME, timer, 0, &s, 0);
  for (volatile int i = 0; i < 20000; i++) {
  }
  return outcome;
}
static void nothing(int signal) {}
static volatile int handled;
static void on(int signal, u32 *siginfo) {
  handled++;
  show(" handler", signal);
  show("  code", (int)siginfo[2]);
  show("  value", (int)siginfo[5]);
}
int main(int argc, char **argv) {
  struct event e = {7, USR1, 0, 0, {0}};
  struct action a = {on, 4, {0, 0}}, quiet = {nothing, 0, {0, 0}};
  u32 blocked[2] = {BIT(USR1) | BIT(ALRM), 1u << (REALTIME - 33)};
  errors();
  C4(SIGPROCMASK, 0, blocked, 0, 8);

  show("once", C3(TIMER_CREATE, 1, &e, &id));
  left("before it is set", id);
  show("set", set(id, 0, 100, 0));
  left("set", id);
  wait_for("signal", BIT(USR1), 0, 5000);
  left("after it", id);
  wait_for("no second one", BIT(USR1), 0, 300);

  e.signal = REALTIME;
  show("again and again", C3(TIMER_CREATE, 1, &e, &other));
  show("set", set(other, 0, 400, 400));
  left("set", other);
  pause_(1400);
  wait_for("late", 0, blocked[1], 5000);
  show("overrun", C1(GETOVERRUN, other));
  wait_for("in time", 0, blocked[1], 5000);
  show("overrun", C1(GETOVERRUN, other));
  show("stop", set(other, 0, 0, 0));
  left("stopped", other);
  wait_for("none", 0, blocked[1], 600);

  struct spec s, old = {{9, 9}, {9, 9}};
  set_times(&s, 0, 0);
  set(other, 0, 5000, 2000);
  show("set with the old", C4(SETTIME, other, 0, &s, &old));
  show(" old value", seconds(old.value));
  show(" old interval", seconds(old.interval));
  show("an hour after 1970", set(id, 1, 3600000, 0));
  e.signal = USR1;
  int dated;
  show("by date", C3(TIMER_CREATE, 0, &e, &dated));
  show("an hour after 1970", set(dated, 1, 3600000, 0));
  wait_for("at once", BIT(USR1), 0, 5000);
  u64 date[2], after[2];
  C2(CLOCK_GETTIME, 0, date);
  date[0] += 2;
  s.interval[0] = s.interval[1] = 0;
  s.value[0] = date[0];
  s.value[1] = date[1];
  show("in two seconds", C4(SETTIME, dated, 1, &s, 0));
  wait_for("not yet", BIT(USR1), 0, 100);
  wait_for("by date", BIT(USR1), 0, 9000);
  C2(CLOCK_GETTIME, 0, after);
  show("the second has come", after[0] >= date[0]);
  date[0] += 2;
  show("sleep until a date", C4(NANOSLEEP, 0, 1, date, 0));
  C2(CLOCK_GETTIME, 0, after);
  show("the second has come", after[0] >= date[0]);
  u32 word = 0;
  date[0] = after[0] + 2;
  show("wait until a date", call(FUTEX, (long)&word, 9 | 256, 0, (long)date, 0, -1));
  C2(CLOCK_GETTIME, 0, after);
  show("the second has come", after[0] >= date[0]);
  date[0] = (u64)1 << 40;
  s.value[0] = date[0];
  show("in thousands of years", C4(SETTIME, dated, 1, &s, 0));
  wait_for("not yet", BIT(USR1), 0, 100);
  show("delete", C1(TIMER_DELETE, dated));
  show("delete", C1(TIMER_DELETE, id));

  e.notify = 1;
  show("silent", C3(TIMER_CREATE, 1, &e, &id));
  show("set", set(id, 0, 100, 0));
  pause_(200);
  left("over", id);
  show("set", set(id, 0, 300, 3000));
  pause_(600);
  left("second round", id);
  show("delete", C1(TIMER_DELETE, id));

  e.notify = 4;
  e.tid = 1 << 20;
  show("no such thread", C3(TIMER_CREATE, 1, &e, &id));
  e.tid = C0(GETTID);
  show("for the thread", C3(TIMER_CREATE, 1, &e, &id));
  show("set", set(id, 0, 50, 0));
  wait_for("signal", BIT(USR1), 0, 5000);
  show("delete", C1(TIMER_DELETE, id));

  u64 now[2] = {0, 0};
  e.notify = 0;
  show("of CPU time", C3(TIMER_CREATE, 2, &e, &id));
  show("set", set(id, 0, 20, 0));
  while (C4(SIGTIMEDWAIT, blocked, info, now, 8) < 0) {
  }
  show("signal", (int)info[0]);
  show("delete", C1(TIMER_DELETE, id));
  show("of the thread's", C3(TIMER_CREATE, 3, &e, &id));
  show("set", set(id, 0, 20, 0));
  while (C4(SIGTIMEDWAIT, blocked, info, now, 8) < 0) {
  }
  show("signal", (int)info[0]);
  show("delete", C1(TIMER_DELETE, id));

  show("by default", C3(TIMER_CREATE, 1, 0, &id));
  show("set", set(id, 0, 50, 0));
  /* The value is the timer's id on Linux; qemu-riscv32 passes none on. */
  blocked[0] = BIT(ALRM);
  while (C4(SIGTIMEDWAIT, blocked, info, now, 8) < 0) {
  }
  show("SIGALRM", (int)info[0]);
  blocked[0] = BIT(USR1) | BIT(ALRM);
  C4(SIGACTION, USR1, &a, 0, 8);
  C4(SIGPROCMASK, 1, blocked, 0, 8);
  show("for a handler", C3(TIMER_CREATE, 1, &e, &id));
  show("set", set(id, 0, 50, 50));
  while (handled < 3) pause_(1000);
  show("delete", C1(TIMER_DELETE, id));

  e.signal = CONT;
  u32 later[2] = {BIT(CONT), 0};
  C4(SIGPROCMASK, 0, later, 0, 8);
  show("of a signal that is blocked, and does nothing", C3(TIMER_CREATE, 1, &e, &id));
  show("set", set(id, 0, 50, 50));
  pause_(1000);
  C4(SIGPROCMASK, 1, later, 0, 8);
  show("many overruns", C1(GETOVERRUN, id) > 10);
  show("delete", C1(TIMER_DELETE, id));
  show("without a handler", C3(TIMER_CREATE, 1, &e, &id));
  show("every nanosecond", each_nanosecond(id));
  show("delete", C1(TIMER_DELETE, id));
  e.signal = USR2;
  C4(SIGACTION, USR2, &quiet, 0, 8);
  show("of CPU time", C3(TIMER_CREATE, 2, &e, &id));
  show("every nanosecond", each_nanosecond(id));
  show("delete", C1(TIMER_DELETE, id));

  show("for the parent", C3(TIMER_CREATE, 1, &e, &id));
  long child = C5(CLONE, 17, 0, 0, 0, 0);
  if (child == 0) {
    show("the child's", set(id, 0, 50, 0));
    C1(EXIT_GROUP, 0);
  }
  C5(WAITID, 1, child, info, 4, 0);
  show("delete", C1(TIMER_DELETE, id));
  return 0;
}
