/*
 * wss: how much memory a process uses in a time, in contrast to how much it has (M10). Its pages' referenced bits are
 * cleared, the process runs on, and the bits that the hardware has set again are counted: WS(t, tau) by sampling.
 * Look at: wss of a process that sleeps (next to nothing), and of thrash (all it can get).
 */
#include <signal.h>

#include "lib/processes.h"

static const char usage[] =
    "usage: wss PID [SECONDS [COUNT]]\n"
    "Clears the referenced bits of process PID, waits SECONDS (default 1; 0.1 is possible) and counts the pages that it has\n"
    "touched again: its working set over that time, beside what it has resident. COUNT times; the bits are cleared each time.\n";

static int clear(const char *pid) {
  char path[64];
  snprintf(path, sizeof path, "/proc/%.20s/clear_refs", pid);
  int fd = open(path, O_WRONLY);
  int written = fd < 0 ? -1 : (int)write(fd, "1\n", 2);
  if (fd >= 0) close(fd);
  return written == 2;
}

int main(int argc, char **argv) {
  char path[64], text[PROC_TEXT_BYTES], *end;
  tool_start(argc, argv, "wss", usage);
  if (argc < 2 || argc > 4) tool_misused("", "a process number is needed (ps shows them)");
  long pid = tool_number(argv[1], 1, 1000000, "PID");
  double seconds = argc > 2 ? strtod(argv[2], &end) : 1;
  if (argc > 2 && (*end != '\0' || !(seconds >= 0.001 && seconds <= 3600))) tool_misused(argv[2], "SECONDS should be from 0.001 to 3600");
  long count = argc > 3 ? tool_number(argv[3], 1, 1000000, "COUNT") : 1;
  snprintf(path, sizeof path, "/proc/%ld/smaps_rollup", pid);
  printf("%9s %9s %9s %9s %6s\n", "tau(s)", "RSS(KiB)", "WSS(KiB)", "pages", "used");
  while (count-- > 0) {
    if (!clear(argv[1])) {
      fprintf(stderr, "wss: %s: no such process (ps shows them)\n", argv[1]);
      return 1;
    }
    sleep_milliseconds((long)(seconds * 1000));
    if (!proc_text(path, text, sizeof text) || proc_field(text, "Rss") < 0) {
      fprintf(stderr, "wss: process %ld has ended meanwhile\n", pid);
      return 1;
    }
    long resident = proc_field(text, "Rss"), used = proc_field(text, "Referenced");
    printf("%9.3f %9ld %9ld %9ld %5ld%%\n", seconds, resident, used, used / 4, resident > 0 ? used * 100 / resident : 0);
    fflush(stdout);
  }
  return tool_finish(0);
}
