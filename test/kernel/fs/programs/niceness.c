/* Nice values: who has which, who inherits it, and what is no such thing. Only upwards: the way down is root's alone. */
#include "call.h"

enum { SETPRIORITY = 140, GETPRIORITY = 141, PROCESS = 0, GROUP = 1, USER = 2, NOBODY = 1 << 24 };

int main(int argc, char **argv) {
  int fds[2], back[2];
  char byte = 0;
  C2(PIPE2, fds, 0);
  C2(PIPE2, back, 0);
  C2(SETPGID, 0, 0);
  show("set", C3(SETPRIORITY, PROCESS, 0, 10));
  show("get", C2(GETPRIORITY, PROCESS, 0));
  show("get by number", C2(GETPRIORITY, PROCESS, C0(GETPID)));
  long child = call(CLONE, 17, 0, 0, 0, 0, 0);
  if (child == 0) {
    show("inherited", C2(GETPRIORITY, PROCESS, 0));
    show("the parent's", C2(GETPRIORITY, PROCESS, C0(GETPPID)));
    C3(WRITE, back[1], &byte, 1);
    C3(READ, fds[0], &byte, 1);
    C1(EXIT_GROUP, C2(GETPRIORITY, PROCESS, 0));
  }
  C3(READ, back[0], &byte, 1);
  show("set the child's", C3(SETPRIORITY, PROCESS, child, 15));
  show("the child's", C2(GETPRIORITY, PROCESS, child));
  show("its own", C2(GETPRIORITY, PROCESS, 0));
  show("set the group's", C3(SETPRIORITY, GROUP, 0, 18));
  show("the group's", C2(GETPRIORITY, GROUP, C0(GETPID)));
  show("beyond the most", C3(SETPRIORITY, PROCESS, 0, 100));
  show("the most", C2(GETPRIORITY, PROCESS, 0));
  show("no such process", C3(SETPRIORITY, PROCESS, NOBODY, 19));
  show("no such group", C2(GETPRIORITY, GROUP, NOBODY));
  show("no such user", C2(GETPRIORITY, USER, NOBODY));
  show("no such kind", C2(GETPRIORITY, 3, 0));
  show("no such kind", C3(SETPRIORITY, -1, 0, 19));
  long info[32];
  memset(info, 0, sizeof info);
  C3(WRITE, fds[1], &byte, 1);
  C5(WAITID, 1, child, info, 4, 0);
  show("the child's in the end", info[5]);
  return 0;
}
