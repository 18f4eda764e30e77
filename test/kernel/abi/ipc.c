/* System V shared memory, semaphores and messages, between processes. ipc.txt has what Linux 6.18 prints. */
#include "../fs/programs/call.h"

enum {
  MSGGET = 186, MSGCTL = 187, MSGRCV = 188, MSGSND = 189, SEMGET = 190, SEMCTL = 191, SEMOP = 193, SHMGET = 194,
  SHMCTL = 195, SHMAT = 196, SHMDT = 197, SEMTIMEDOP = 420, RMID = 0, STAT = 2,
};
static long info[32];
static long fork_(void) { return call(CLONE, 17, 0, 0, 0, 0, 0); }
static long wait_(long child) {
  memset(info, 0, sizeof info);
  C5(WAITID, 1, child, info, 4, 0);
  return info[5];
}
static long ds[40];
static void segment(const char *what, long id) {
  memset(ds, 0, sizeof ds);
  show(what, C3(SHMCTL, id, STAT, ds));
  show(" mode", ds[5]);
  show(" bytes", ds[9]);
  show(" attached once", ds[10] != 0);
  show(" detached once", ds[12] != 0);
  show(" created by me", ds[16] == C0(GETPID));
  show(" attachments", ds[18]);
}

static void segments(long key) {
  show("no such key", C3(SHMGET, key, 100, 0600));
  show("size 0", C3(SHMGET, key, 0, 01600));
  long id = C3(SHMGET, key, 5000, 01640);
  show("made", id >= 0);
  show("exclusive", C3(SHMGET, key, 5000, 03600));
  show("the same", C3(SHMGET, key, 100, 01600) == id);
  show("too long", C3(SHMGET, key, 5001, 0600));
  segment("stat", id);
  show("lock", C3(SHMCTL, id, 11, 0));
  show("stat", C3(SHMCTL, id, STAT, ds));
  show(" mode", ds[5]);
  show("unlock", C3(SHMCTL, id, 12, 0));
  show("stat", C3(SHMCTL, id, STAT, ds));
  show(" mode", ds[5]);
  char *a = (char *)C3(SHMAT, id, 0, 0);
  show("attached", (long)a != -1 && a[4999] == 0);
  a[0] = 7;
  a[4096] = 8;
  char *b = (char *)C3(SHMAT, id, 0, 010000);
  show("twice", b != a && b[0] == 7 && b[4096] == 8);
  segment("two", id);
  show("odd address", C3(SHMAT, id, a + 1, 0));
  show("occupied", C3(SHMAT, id, a, 0));
  show("bad id", C3(SHMAT, -1, 0, 0));
  show("bad id", C3(SHMAT, 0x7fffffff, 0, 0));
  long child = fork_();
  if (child == 0) {
    a[1] = 9;
    segment("in the child", id);
    C1(EXIT_GROUP, C1(SHMDT, a) == 0 ? 0 : 1);
  }
  show("child", wait_(child));
  show("written by the child", b[1]);
  child = fork_();
  if (child == 0) {
    b[0] = 1;
    C1(EXIT_GROUP, 0);
  }
  show("store to a read-only attachment", wait_(child));
  show("detach inside", C1(SHMDT, a + 4096));
  show("detach odd", C1(SHMDT, a + 1));
  show("detach", C1(SHMDT, a));
  show("again", C1(SHMDT, a));
  show("still there", b[4096]);
  show("at a place, rounded", C3(SHMAT, id, a + 100, 020000) == (long)a);
  show("kept", a[4096]);
  show("remove", C3(SHMCTL, id, RMID, 0));
  show("key is free", C3(SHMGET, key, 100, 0600));
  show("removed, attached", C3(SHMCTL, id, STAT, ds));
  show(" mode", ds[5]);
  show(" attachments", ds[18]);
  show("detach", C1(SHMDT, a));
  C2(MUNMAP, b, 4096);
  segment("half of it", id);
  C2(MUNMAP, b + 4096, 4096);
  show("gone", C3(SHMCTL, id, STAT, ds));
  id = C3(SHMGET, 0, 4096, 0600);
  show("never attached", id >= 0 && C3(SHMCTL, id, RMID, 0) == 0);
  show("gone", C3(SHMAT, id, 0, 0));
}

struct op { unsigned short num; short op, flg; };
static long one(long id, int num, int change, int flags) {
  struct op op = { num, change, flags };
  return C3(SEMOP, id, &op, 1);
}

static void semaphores(long key) {
  show("no such key", C3(SEMGET, key, 2, 0600));
  show("none", C3(SEMGET, key, 0, 01600));
  long id = C3(SEMGET, key, 3, 01600);
  show("made", id >= 0);
  show("more than there are", C3(SEMGET, key, 4, 0600));
  show("any", C3(SEMGET, key, 0, 0600) == id);
  show("exclusive", C3(SEMGET, key, 3, 03600));
  show("set", C4(SEMCTL, id, 1, 16, 5));
  show("get", C4(SEMCTL, id, 1, 12, 0));
  show("too great", C4(SEMCTL, id, 1, 16, 40000));
  show("no such", C4(SEMCTL, id, 3, 12, 0));
  unsigned short all[3] = { 1, 2, 3 };
  show("set all", C4(SEMCTL, id, 0, 17, all));
  all[0] = all[1] = all[2] = 0;
  show("get all", C4(SEMCTL, id, 0, 13, all));
  show("values", all[0] * 100 + all[1] * 10 + all[2]);
  show("down", one(id, 0, -1, 0));
  show("down, no waiting", one(id, 0, -1, 04000));
  show("zero", one(id, 0, 0, 0));
  show("not zero, no waiting", one(id, 1, 0, 04000));
  show("beyond", one(id, 3, 1, 0));
  show("too great", one(id, 0, 32767, 0) ? 1 : one(id, 0, 1, 0));
  C4(SEMCTL, id, 0, 16, 0);
  struct op both[2] = { { 1, -1, 0 }, { 0, -1, 04000 } };
  show("all or none", C3(SEMOP, id, both, 2));
  show("unchanged", C4(SEMCTL, id, 1, 12, 0));
  show("no operations", C3(SEMOP, id, both, 0));
  u32 soon[4] = { 0, 0, 1000000, 0 };
  struct op down = { 0, -1, 0 };
  show("timed out", C4(SEMTIMEDOP, id, &down, 1, soon));
  long child = fork_();
  if (child == 0) C1(EXIT_GROUP, one(id, 0, -1, 0) == 0 ? 3 : 4);
  while (C4(SEMCTL, id, 0, 14, 0) == 0) call(124, 0, 0, 0, 0, 0, 0);
  show("one waits", C4(SEMCTL, id, 0, 14, 0));
  show("up", one(id, 0, 1, 0));
  show("child has it", wait_(child));
  show("last by the child", C4(SEMCTL, id, 0, 11, 0) == child);
  child = fork_();
  if (child == 0) C1(EXIT_GROUP, one(id, 1, -2, 010000) ? 1 : one(id, 0, 4, 010000));
  show("undo", wait_(child));
  show("given back", C4(SEMCTL, id, 1, 12, 0));
  show("taken back", C4(SEMCTL, id, 0, 12, 0));
  child = fork_();
  if (child == 0) C1(EXIT_GROUP, -one(id, 0, -1, 0));
  while (C4(SEMCTL, id, 0, 14, 0) == 0) call(124, 0, 0, 0, 0, 0, 0);
  show("remove", C4(SEMCTL, id, 0, RMID, 0));
  show("who waited is told", wait_(child));
  show("gone", one(id, 0, 1, 0));
}

struct message { long type; char bytes[60]; };

static void messages(long key) {
  struct message m = { 3, "three" }, n;
  show("no such key", C2(MSGGET, key, 0600));
  long id = C2(MSGGET, key, 01600);
  show("made", id >= 0);
  show("exclusive", C2(MSGGET, key, 03600));
  show("send", C4(MSGSND, id, &m, 6, 0));
  m.type = 1;
  m.bytes[0] = 'o';
  show("send", C4(MSGSND, id, &m, 2, 0));
  m.type = 2;
  show("send nothing", C4(MSGSND, id, &m, 0, 0));
  m.type = 0;
  show("type 0", C4(MSGSND, id, &m, 2, 0));
  show("too long", C4(MSGSND, id, &m, 9000, 0));
  memset(ds, 0, sizeof ds);
  show("stat", C3(MSGCTL, id, STAT, ds));
  show(" bytes", ds[15]);
  show(" messages", ds[16]);
  show(" limit", ds[17]);
  show("too short", C5(MSGRCV, id, &n, 3, 3, 0));
  show("up to 2", C5(MSGRCV, id, &n, 60, -2, 0));
  show(" type", n.type);
  show("but 3", C5(MSGRCV, id, &n, 60, 3, 020000));
  show(" type", n.type);
  show("cut", C5(MSGRCV, id, &n, 3, 0, 010000));
  show(" byte", n.bytes[2]);
  show("none left", C5(MSGRCV, id, &n, 60, 0, 04000));
  long child = fork_();
  if (child == 0) {
    long got = C5(MSGRCV, id, &n, 60, 7, 0);
    C1(EXIT_GROUP, got == 5 ? n.bytes[4] : 1);
  }
  m.type = 6;
  C4(MSGSND, id, &m, 5, 0);
  m.type = 7;
  m.bytes[4] = 42;
  C4(MSGSND, id, &m, 5, 0);
  show("child", wait_(child));
  m.type = 1;
  long sent = 0;
  while (C4(MSGSND, id, &m, 60, 04000) == 0) sent++;
  show("full after", sent);
  show("remove", C3(MSGCTL, id, RMID, 0));
  show("gone", C3(MSGCTL, id, STAT, ds));
}

int main(int argc, char **argv) {
  long key = 0x46000000 + C0(GETPID);
  segments(key);
  semaphores(key);
  messages(key);
  return 0;
}
