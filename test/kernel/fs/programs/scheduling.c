/* What sched_* says of policies, priorities, affinity and threads that are not there. Real-time classes depend on who asks. */
#include "call.h"

enum { SETPARAM = 118, SETSCHEDULER = 119, GETSCHEDULER = 120, GETPARAM = 121, SETAFFINITY = 122, GET_MAX = 125, GET_MIN = 126, RR = 423 };
enum { NOBODY = 1 << 24 };

int main(int argc, char **argv) {
  int zero = 0, one = 1, hundred = 100, found = 7;
  u32 mask[2] = {1, 0}, none[2] = {0, 0};
  u64 time[2] = {9, 9};
  for (int policy = -1; policy < 7; policy++) {
    show("policy", policy);
    show(" max", C1(GET_MAX, policy));
    show(" min", C1(GET_MIN, policy));
  }
  show("getscheduler", C1(GETSCHEDULER, 0));
  show("other", C3(SETSCHEDULER, 0, 0, &zero));
  show("other, reset on fork", C3(SETSCHEDULER, 0, 0x40000000, &zero));
  show("other with priority", C3(SETSCHEDULER, 0, 0, &one));
  show("first in, first out without", C3(SETSCHEDULER, 0, 1, &zero));
  show("first in, first out with too much", C3(SETSCHEDULER, 0, 1, &hundred));
  show("no such policy", C3(SETSCHEDULER, 0, 9, &zero));
  show("negative policy", C3(SETSCHEDULER, 0, -1, &zero));
  show("nobody", C3(SETSCHEDULER, NOBODY, 0, &zero));
  show("negative id", C3(SETSCHEDULER, -1, 0, &zero));
  show("no priority", C3(SETSCHEDULER, 0, 0, 0));
  show("priority nowhere", C3(SETSCHEDULER, 0, 0, 8));
  show("setparam", C2(SETPARAM, 0, &zero));
  show("setparam of one", C2(SETPARAM, 0, &one));
  show("setparam of nobody", C2(SETPARAM, NOBODY, &zero));
  show("setparam of nothing", C2(SETPARAM, 0, 0));
  show("getparam", C2(GETPARAM, 0, &found));
  show(" priority", found);
  show("getparam of nobody", C2(GETPARAM, NOBODY, &found));
  show("affinity to the first", C3(SETAFFINITY, 0, 8, mask));
  show("affinity to none", C3(SETAFFINITY, 0, 8, none));
  show("affinity of nobody", C3(SETAFFINITY, NOBODY, 8, mask));
  show("affinity nowhere", C3(SETAFFINITY, 0, 8, 8));
  show("interval", C2(RR, 0, time));
  show(" under a second", time[0] == 0);
  show("interval of nobody", C2(RR, NOBODY, time));
  show("interval of a negative id", C2(RR, -1, time));
  return 0;
}
