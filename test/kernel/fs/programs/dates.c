/* Waiting until a date rather than for a while, and futexes that are moved to nowhere. */
#include "call.h"

enum { CLOCK_GETTIME = 403, FUTEX = 422, WAIT_BITSET = 9, REQUEUE = 3, COMPARE_REQUEUE = 4, REALTIME = 256, PRIVATE = 128 };
static volatile int word;
static long long from[2], to[2], now[2];

static void ahead(long clock, long ms) {
  C2(CLOCK_GETTIME, clock, from);
  to[0] = from[0];
  to[1] = from[1] + ms * 1000000;
  if (to[1] >= 1000000000) to[0]++, to[1] -= 1000000000;
}
static long reached(long clock) {
  C2(CLOCK_GETTIME, clock, now);
  return now[0] > to[0] || (now[0] == to[0] && now[1] >= to[1]);
}
static long futex_until(long operation) { return call(FUTEX, (long)&word, operation, 0, (long)to, 0, -1); }

int main(int argc, char **argv) {
  for (long clock = 0; clock < 2; clock++) {
    ahead(clock, 30);
    show("asleep until", C4(NANOSLEEP, clock, 1, to, 0));
    show("reached", reached(clock));
    ahead(clock, 30);
    show("futex until", futex_until(WAIT_BITSET | PRIVATE | (clock == 0 ? REALTIME : 0)));
    show("reached", reached(clock));
    to[0] = from[0], to[1] = 0;
    show("over", C4(NANOSLEEP, clock, 1, to, 0));
    show("over", futex_until(WAIT_BITSET | (clock == 0 ? REALTIME : 0)));
    to[0] = 0;
    show("long over", C4(NANOSLEEP, clock, 1, to, 0));
    show("long over", futex_until(WAIT_BITSET | (clock == 0 ? REALTIME : 0)));
  }
  long nowhere = call(MMAP2, 0, 4096, 0, 0x22, -1, 0);
  show("requeue to nowhere", call(FUTEX, (long)&word, COMPARE_REQUEUE, 1, 1, nowhere, 0));
  show("without comparing", call(FUTEX, (long)&word, REQUEUE, 1, 1, nowhere, 0));
  show("privately", call(FUTEX, (long)&word, COMPARE_REQUEUE | PRIVATE, 1, 1, nowhere, 0));
  show("another word", call(FUTEX, (long)&word, COMPARE_REQUEUE, 1, 1, nowhere, 1));
  return 0;
}
