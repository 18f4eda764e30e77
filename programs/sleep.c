/* sleep: waits; fractions of a second are possible. */
#include <ctype.h>
#include <time.h>

#include "lib/tool.h"

int main(int argc, char **argv) {
  struct timespec request = {0, 0};
  tool_start(argc, argv, "sleep", "usage: sleep SECONDS\nWaits, say, 2 or 0.25 seconds of the machine's time.\n");
  if (argc != 2) tool_misused("", "how many seconds?");
  const char *text = argv[1];
  long whole = 0;
  while (isdigit((unsigned char)*text) && whole < 100000000) whole = whole * 10 + *text++ - '0';
  request.tv_sec = whole;
  if (*text == '.')
    for (long unit = 100000000; isdigit((unsigned char)*++text);) {
      request.tv_nsec += unit * (*text - '0');
      unit /= 10;
    }
  if (*text != '\0' || text == argv[1]) tool_misused(argv[1], "this is no number of seconds");
  return nanosleep(&request, NULL) < 0 ? tool_failed("sleep") : 0;
}
