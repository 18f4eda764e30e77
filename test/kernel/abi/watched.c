/* mq_notify: who is told of a message in an empty queue, and when no longer. watched.txt has what Linux 6.18 prints; qemu-riscv32 lacks the call. */
#include "../fs/programs/call.h"

enum { MQ_OPEN = 180, MQ_UNLINK = 181, MQ_NOTIFY = 184, MQ_SEND = 418, MQ_RECEIVE = 419, SIGTIMEDWAIT = 421, USR1 = 10, CREAT = 0100 };
struct event { long value; int signal, notify, tid; int room[12]; };

static char buffer[9000];
static u32 info[32];

static void send(const char *what, int queue, const char *message, u32 priority) {
  show(what, C5(MQ_SEND, queue, message, length(message), priority, 0));
}
static void receive(const char *what, int queue) {
  memset(buffer, 0, 100);
  show(what, C5(MQ_RECEIVE, queue, buffer, sizeof buffer, 0, 0));
  text(" ");
  text(buffer);
  text("\n");
}
static void notification(int queue) {
  struct event e = {7, USR1, 0, 0, {0}};
  u32 set[2] = {1u << (USR1 - 1), 0};
  u64 limit[2] = {5, 0}, none[2] = {0, 0};
  C4(SIGPROCMASK, 0, set, 0, 8);
  show("by a file", C2(MQ_NOTIFY, 1, 0));
  show("by nothing", C2(MQ_NOTIFY, 99, &e));
  show("event nowhere", C2(MQ_NOTIFY, queue, 8));
  e.signal = 65;
  show("no such signal", C2(MQ_NOTIFY, queue, &e));
  e.signal = USR1;
  e.notify = 5;
  show("no such way", C2(MQ_NOTIFY, queue, &e));
  e.notify = 0;
  show("watch", C2(MQ_NOTIFY, queue, &e));
  show("watch again", C2(MQ_NOTIFY, queue, &e));
  send("first", queue, "first", 0);
  memset(info, 0, sizeof info);
  show("signal", C4(SIGTIMEDWAIT, set, info, limit, 8));
  show(" code", (int)info[2]);
  show(" from me", info[3] == C0(GETPID));
  show(" value", (int)info[5]);
  send("second", queue, "second", 0);
  show("no second signal", C4(SIGTIMEDWAIT, set, info, none, 8));
  show("watch one that has messages", C2(MQ_NOTIFY, queue, &e));
  send("third", queue, "third", 0);
  show("no signal", C4(SIGTIMEDWAIT, set, info, none, 8));
  for (int i = 0; i < 3; i++) receive("taken", queue);
  show("not any more", C2(MQ_NOTIFY, queue, 0));
  send("fourth", queue, "fourth", 0);
  show("no signal", C4(SIGTIMEDWAIT, set, info, none, 8));
  receive("taken", queue);
  e.notify = 1;
  show("watch silently", C2(MQ_NOTIFY, queue, &e));
  long child = C5(CLONE, 17, 0, 0, 0, 0);
  if (child == 0) {
    e.notify = 0;
    show("watched already", C2(MQ_NOTIFY, queue, &e));
    show("not the child's", C2(MQ_NOTIFY, queue, 0));
    show("watched still", C2(MQ_NOTIFY, queue, &e));
    C1(EXIT_GROUP, 0);
  }
  C5(WAITID, 1, child, info, 4, 0);
  send("silent", queue, "silent", 0);
  receive("taken", queue);
  e.notify = 0;
  child = C5(CLONE, 17, 0, 0, 0, 0);
  if (child == 0) {
    show("the child watches", C2(MQ_NOTIFY, queue, &e));
    C1(EXIT_GROUP, 0);
  }
  C5(WAITID, 1, child, info, 4, 0);
  show("and is gone", C2(MQ_NOTIFY, queue, &e));
  show("not any more", C2(MQ_NOTIFY, queue, 0));
}

int main(int argc, char **argv) {
  int queue = C4(MQ_OPEN, "faultline-watched", 2 | CREAT, 0600, 0);
  int twin = C4(MQ_OPEN, "faultline-watched", 2, 0, 0);
  show("unlink", C1(MQ_UNLINK, "faultline-watched"));
  notification(queue);
  struct event e = {7, USR1, 0, 0, {0}};
  show("watch", C2(MQ_NOTIFY, queue, &e));
  show("closing one descriptor", C1(CLOSE, twin));
  show("watch again", C2(MQ_NOTIFY, queue, &e));
  return 0;
}
