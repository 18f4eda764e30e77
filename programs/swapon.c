/* swapon: the swap device and how much of it is used (M9). It is always on here; the machine's --swap option sets its size. */
#include "lib/proc.h"
#include "lib/tool.h"

static const char usage[] =
    "usage: swapon [-s]\n"
    "Shows the swap devices as /proc/swaps has them: size and use in KiB, and pages to and from it since the start.\n"
    "Swap is made when the machine starts (--swap SLOTS) and cannot be switched on or off later.\n";

int main(int argc, char **argv) {
  char text[PROC_TEXT_BYTES], name[64], type[32];
  long kib, used;
  tool_start(argc, argv, "swapon", usage);
  if (argc > 2 || (argc == 2 && strcmp(argv[1], "-s") != 0 && strcmp(argv[1], "--show") != 0))
    tool_misused(argv[1], "swap cannot be changed while the machine runs");
  if (!proc_text("/proc/swaps", text, sizeof text)) return tool_failed("/proc/swaps");
  const char *line = strchr(text, '\n');
  int devices = 0;
  while (line != NULL && sscanf(line + 1, "%63s %31s %ld %ld", name, type, &kib, &used) == 4) {
    if (devices++ == 0) printf("%-12s %-10s %8s %8s %5s\n", "device", "type", "KiB", "used", "use%");
    printf("%-12s %-10s %8ld %8ld %4ld%%\n", name, type, kib, used, kib > 0 ? used * 100 / kib : 0);
    line = strchr(line + 1, '\n');
  }
  if (devices == 0) {
    printf("no swap: pages that cannot be dropped stay in memory (start the machine with --swap SLOTS)\n");
    return tool_finish(0);
  }
  printf("pages since the start: %ld in, %ld out\n", proc_number("/proc/vmstat", "pswpin"),
         proc_number("/proc/vmstat", "pswpout"));
  return tool_finish(0);
}
