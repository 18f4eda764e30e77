/* date: the machine's clock (UTC). It is virtual: it runs with the cycles of the machine, not with the host's clock. */
#include <time.h>

#include "lib/tool.h"

int main(int argc, char **argv) {
  char text[128];
  tool_start(argc, argv, "date", "usage: date [+FORMAT]\nPrints the machine's time; FORMAT as in strftime: %Y-%m-%d %H:%M:%S, %s.\n");
  if (argc > 1 && argv[1][0] != '+') tool_misused(argv[1], "a format begins with +");
  const char *format = argc > 1 ? argv[1] + 1 : "%a %b %e %H:%M:%S UTC %Y";
  time_t now = time(NULL);
  if (strftime(text, sizeof text, format, gmtime(&now)) == 0 && *format != '\0') tool_misused(format, "the result is too long");
  puts(*format == '\0' ? "" : text);
  return tool_finish(0);
}
