/*
 * overflow: recursion without an end. The stack grows page by page, each by a fault, until it meets its limit.
 * Look at: resident memory grows with the depth; then the guard below the stack ends it with SIGSEGV.
 */
#include "lib/proc.h"
#include "lib/tool.h"

enum { FRAME_BYTES = 1024, REPORT_EVERY = 1024 };

static long descend(long depth) {
  volatile char frame[FRAME_BYTES];
  frame[0] = (char)depth;
  if (depth % REPORT_EVERY == 0) {
    printf("depth %6ld: about %5ld KiB of stack, %6ld KiB resident, %5ld faults\n", depth, depth * FRAME_BYTES / 1024,
           resident_kib(), minor_faults());
    fflush(stdout);
  }
  return descend(depth + 1) + frame[0]; /* the addition keeps the frame alive: no tail call */
}

int main(int argc, char **argv) {
  tool_start(argc, argv, "overflow", "usage: overflow\nCalls itself, 1 KiB of stack a call, until the stack ends.\n");
  return (int)descend(1);
}
