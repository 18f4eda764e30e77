/*
 * wss: how much memory a process uses in a time, in contrast to how much it has (M10). Its pages' referenced bits are
 * cleared, the process runs on, and the bits that the hardware has set again are counted: WS(t, tau) by sampling.
 * Look at: wss of a process that sleeps (next to nothing), and of thrash (all it can get).
 */
#include <signal.h>

#include "lib/processes.h"

static const char usage[] =
    "usage: wss [-w] PID [SECONDS [COUNT]]\n"
    "Clears the referenced bits of process PID, waits SECONDS (default 1; 0.1 is possible) and counts the pages that it has\n"
    "touched again: its working set over that time, beside what it has resident. COUNT times; the bits are cleared each time.\n"
    "-w: counts the pages that it has written instead (soft-dirty: its PTEs lose W, and the next store to each page faults).\n";

static int clear(const char *pid, const char *what) {
  char path[64];
  snprintf(path, sizeof path, "/proc/%.20s/clear_refs", pid);
  int fd = open(path, O_WRONLY);
  int written = fd < 0 ? -1 : (int)write(fd, what, 2);
  if (fd >= 0) close(fd);
  return written == 2;
}

/* Pages in memory or in swap with bit 55 of pagemap; -1 when the process is gone. */
static long written_pages(long pid) {
  static unsigned long long entries[512];
  char path[64], line[256];
  snprintf(path, sizeof path, "/proc/%ld/maps", pid);
  FILE *maps = fopen(path, "r");
  snprintf(path, sizeof path, "/proc/%ld/pagemap", pid);
  int pagemap = open(path, O_RDONLY);
  long pages = maps != NULL && pagemap >= 0 ? 0 : -1;
  unsigned long start, end;
  while (pages >= 0 && fgets(line, sizeof line, maps) != NULL) {
    if (sscanf(line, "%lx-%lx", &start, &end) != 2) continue;
    for (unsigned long at = start / 4096; at < end / 4096; at += 512) {
      unsigned long wanted = end / 4096 - at < 512 ? end / 4096 - at : 512;
      long bytes = lseek(pagemap, (long)(at * 8), SEEK_SET) < 0 ? 0 : (long)read(pagemap, entries, wanted * 8);
      for (long i = 0; i < bytes / 8; i++) pages += (entries[i] >> 62) != 0 && ((entries[i] >> 55) & 1) != 0;
    }
  }
  if (maps != NULL) fclose(maps);
  if (pagemap >= 0) close(pagemap);
  return pages;
}

int main(int argc, char **argv) {
  char path[64], text[PROC_TEXT_BYTES], *end;
  tool_start(argc, argv, "wss", usage);
  int counts_written = argc > 1 && strcmp(argv[1], "-w") == 0;
  argc -= counts_written, argv += counts_written;
  if (argc < 2 || argc > 4) tool_misused("", "a process number is needed (ps shows them)");
  long pid = tool_number(argv[1], 1, 1000000, "PID");
  double seconds = argc > 2 ? strtod(argv[2], &end) : 1;
  if (argc > 2 && (*end != '\0' || !(seconds >= 0.001 && seconds <= 3600))) tool_misused(argv[2], "SECONDS should be from 0.001 to 3600");
  long count = argc > 3 ? tool_number(argv[3], 1, 1000000, "COUNT") : 1;
  snprintf(path, sizeof path, "/proc/%ld/smaps_rollup", pid);
  printf("%9s %9s %9s %9s %6s\n", "tau(s)", "RSS(KiB)", counts_written ? "wrt(KiB)" : "WSS(KiB)", "pages",
         "used");
  while (count-- > 0) {
    if (!clear(argv[1], counts_written ? "4\n" : "1\n")) {
      fprintf(stderr, "wss: %s: no such process (ps shows them)\n", argv[1]);
      return 1;
    }
    sleep_milliseconds((long)(seconds * 1000));
    if (!proc_text(path, text, sizeof text) || proc_field(text, "Rss") < 0) {
      fprintf(stderr, "wss: process %ld has ended meanwhile\n", pid);
      return 1;
    }
    long resident = proc_field(text, "Rss"), used = proc_field(text, "Referenced");
    if (counts_written) used = written_pages(pid) * 4;
    printf("%9.3f %9ld %9ld %9ld %5ld%%\n", seconds, resident, used, used / 4, resident > 0 ? used * 100 / resident : 0);
    fflush(stdout);
  }
  return tool_finish(0);
}
