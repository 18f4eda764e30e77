/*
 * POSIX message queues: names, sizes, order by priority, waiting, time limits, poll, and what close and unlink leave. A slash stands before
 * each name, as in C libraries: qemu looks for it there.
 */
#include "call.h"

enum {
  MQ_OPEN = 180, MQ_UNLINK = 181, MQ_GETSETATTR = 185, MQ_SEND = 418, MQ_RECEIVE = 419, CLOCK_GETTIME = 403, CREAT = 0100, EXCL = 0200, NONBLOCK = 04000,
};
static char names[2][24] = {"/faultline-queue-000000", "/faultline-other-000000"};
static char *const name = names[0] + 1, *const other = names[1] + 1;
static long attributes[8];
static char buffer[9000];
static u32 info[32];

static void send(const char *what, int queue, const char *message, u32 priority) {
  show(what, C5(MQ_SEND, queue, message, length(message), priority, 0));
}
static void receive(const char *what, int queue) {
  u32 priority = 77;
  memset(buffer, 0, 100);
  show(what, C5(MQ_RECEIVE, queue, buffer, sizeof buffer, &priority, 0));
  text(" ");
  text(buffer);
  show(" priority", (int)priority);
}
static void attributes_of(const char *what, int queue) {
  memset(attributes, 0, sizeof attributes);
  show(what, C3(MQ_GETSETATTR, queue, 0, attributes));
  show(" flags", attributes[0]);
  show(" messages at most", attributes[1]);
  show(" bytes at most", attributes[2]);
  show(" messages", attributes[3]);
}
static void pause_(u32 ms) {
  u64 t[2] = {0, (u64)ms * 1000000};
  C4(NANOSLEEP, 1, 0, t, 0);
}
static int ready(int queue) {
  struct { int fd; short events, revents; } set = {queue, 5, 0};
  u64 none[2] = {0, 0};
  C5(PPOLL, &set, 1, none, 0, 8);
  return set.revents;
}
static void errors(void) {
  long bad[8] = {0, 0, 10};
  show("no such queue", C4(MQ_OPEN, name, 2, 0, 0));
  show("no name", C4(MQ_OPEN, "/" + 1, 2 | CREAT, 0600, 0));
  show("a path", C4(MQ_OPEN, "/a/b" + 1, 2 | CREAT, 0600, 0));
  show("two dots", C4(MQ_OPEN, "/.." + 1, 2 | CREAT, 0600, 0));
  show("name nowhere", C4(MQ_OPEN, 8, 2 | CREAT, 0600, 0));
  show("attributes nowhere", C4(MQ_OPEN, name, 2 | CREAT, 0600, 8));
  show("no message", C4(MQ_OPEN, name, 2 | CREAT, 0600, bad));
  bad[1] = 10;
  bad[2] = 0;
  show("no byte", C4(MQ_OPEN, name, 2 | CREAT, 0600, bad));
  show("unlink nothing", C1(MQ_UNLINK, name));
  show("unlink a path", C1(MQ_UNLINK, "/a/b" + 1));
  show("send to a file", C5(MQ_SEND, 1, "x", 1, 0, 0));
  show("receive from nothing", C5(MQ_RECEIVE, 99, buffer, 1, 0, 0));
  show("attributes of a file", C3(MQ_GETSETATTR, 1, 0, attributes));
}
static void messages(int queue, int reader, int writer) {
  send("low", queue, "low", 1);
  send("high", queue, "high", 9);
  send("high again", queue, "high again", 9);
  send("empty", queue, "", 5);
  attributes_of("four", queue);
  receive("first", queue);
  receive("second", queue);
  receive("third", reader);
  receive("fourth", queue);
  show("too high", C5(MQ_SEND, queue, "x", 1, 32768, 0));
  show("highest", C5(MQ_SEND, queue, "x", 1, 32767, 0));
  receive("highest", queue);
  show("too long", C5(MQ_SEND, queue, buffer, 101, 0, 0));
  show("from nowhere", C5(MQ_SEND, queue, 8, 10, 0, 0));
  show("too little room", C5(MQ_RECEIVE, queue, buffer, 99, 0, 0));
  show("only to read", C5(MQ_SEND, reader, "x", 1, 0, 0));
  show("only to write", C5(MQ_RECEIVE, writer, buffer, 100, 0, 0));
}
static void waiting(int queue, int impatient) {
  u64 date[2], wrong[2] = {0, 1000000000};
  show("empty", C5(MQ_RECEIVE, impatient, buffer, 100, 0, 0));
  show("poll of an empty one", ready(queue));
  C2(CLOCK_GETTIME, 0, date);
  date[0] += 1;
  show("a second for nothing", C5(MQ_RECEIVE, queue, buffer, 100, 0, date));
  show("that is over", C5(MQ_RECEIVE, queue, buffer, 100, 0, date));
  show("no time", C5(MQ_RECEIVE, queue, buffer, 100, 0, wrong));
  show("time nowhere", C5(MQ_RECEIVE, queue, buffer, 100, 0, 8));
  send("one", queue, "one", 0);
  show("poll of one", ready(queue));
  show("time counts only for who waits", C5(MQ_RECEIVE, queue, buffer, 100, 0, date));
  for (int i = 0; i < 5; i++) send("fill", queue, "fill", 0);
  show("poll of a full one", ready(queue));
  show("full", C5(MQ_SEND, impatient, "x", 1, 0, 0));
  show("full until a date", C5(MQ_SEND, queue, "x", 1, 0, date));
  long child = C5(CLONE, 17, 0, 0, 0, 0);
  if (child == 0) {
    pause_(60);
    C5(MQ_RECEIVE, queue, buffer, 100, 0, 0);
    pause_(300);
    C5(MQ_SEND, queue, "child", 5, 3, 0);
    C1(EXIT_GROUP, 0);
  }
  send("waits for room", queue, "late", 0);
  for (int i = 0; i < 5; i++) receive("taken", queue);
  receive("waits for a message", queue);
  C5(WAITID, 1, child, info, 4, 0);
}
int main(int argc, char **argv) {
  long pid = C0(GETPID);
  for (int i = 0; i < 6; i++, pid /= 10) name[16 + i] = other[16 + i] = (char)('0' + pid % 10);
  errors();
  long made[8] = {0, 5, 100};
  int queue = C4(MQ_OPEN, name, 2 | CREAT | EXCL, 0600, made);
  show("made", queue > 2);
  show("closed by exec", C3(FCNTL, queue, 1, 0));
  show("exclusive", C4(MQ_OPEN, name, 2 | CREAT | EXCL, 0600, made));
  int reader = C4(MQ_OPEN, name, 0, 0, 0), writer = C4(MQ_OPEN, name, 1, 0, 0);
  int impatient = C4(MQ_OPEN, name, 2 | NONBLOCK, 0, 0);
  attributes_of("made", queue);
  attributes_of("impatient", impatient);
  messages(queue, reader, writer);
  waiting(queue, impatient);
  long wanted[8] = {NONBLOCK, 9, 9, 9};
  show("set", C3(MQ_GETSETATTR, reader, wanted, attributes));
  show(" flags before", attributes[0]);
  attributes_of("set", reader);
  wanted[0] = 1;
  show("another flag", C3(MQ_GETSETATTR, reader, wanted, 0));
  int usual = C4(MQ_OPEN, other, 2 | CREAT, 0600, 0);
  attributes_of("of usual size", usual);
  send("sent", usual, "kept", 2);
  show("unlink", C1(MQ_UNLINK, other));
  show("unlink again", C1(MQ_UNLINK, other));
  receive("of a queue without a name", usual);
  show("read", C3(READ, usual, buffer, 3) == 3 && buffer[0] == 'Q');
  show("write", C3(WRITE, usual, "x", 1));
  show("close", C1(CLOSE, usual));
  show("unlink", C1(MQ_UNLINK, name));
  return 0;
}
