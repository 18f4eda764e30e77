/* seq: counts. */
#include "lib/tool.h"

int main(int argc, char **argv) {
  long first = 1, step = 1;
  tool_start(argc, argv, "seq", "usage: seq [FIRST [STEP]] LAST\nPrints the numbers from FIRST (default 1) to LAST, one a line.\n");
  if (argc < 2 || argc > 4) tool_misused("", "one to three numbers are needed");
  long last = tool_number(argv[argc - 1], -2147483647, 2147483647, "LAST");
  if (argc > 2) first = tool_number(argv[1], -2147483647, 2147483647, "FIRST");
  if (argc > 3) step = tool_number(argv[2], -2147483647, 2147483647, "STEP");
  if (step == 0) tool_misused("STEP", "with 0 it would never end");
  for (long long value = first; step > 0 ? value <= last : value >= last; value += step)
    if (printf("%lld\n", value) < 0) break;
  return tool_finish(0);
}
