/*
 * free: where the machine's memory is (M7, M11). Every frame is in one of these places.
 * Look at: zeroed and dirty before and after a program has run; standby and modified while thrash runs.
 */
#include "lib/proc.h"
#include "lib/tool.h"

static const struct {
  const char *field, *meaning;
} rows[] = {{"MemTotal", "all of it"},
            {"MemFree", "free: zeroed and dirty"},
            {"Zeroed", "  ready to hand out"},
            {"FreeDirty", "  freed, to be zeroed while idle"},
            {"MemAvailable", "could be had without hurting anybody"},
            {"Standby", "taken from a process, still valid, clean"},
            {"Modified", "taken from a process, to be written to swap"},
            {"Cached", "contents of files"},
            {"PageTables", "page tables"},
            {"Kernel", "the kernel"},
            {"SwapTotal", "swap, all of it"},
            {"SwapFree", "swap, not in use"}};

int main(int argc, char **argv) {
  char text[PROC_TEXT_BYTES];
  tool_start(argc, argv, "free", "usage: free\nShows memory by use, in KiB and in frames of 4 KiB.\n");
  if (!proc_text("/proc/meminfo", text, sizeof text)) return tool_failed("/proc/meminfo");
  printf("%-12s %9s %8s\n", "", "KiB", "frames");
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    long kib = proc_field(text, rows[i].field);
    if (kib >= 0) printf("%-12s %9ld %8ld  %s\n", rows[i].field, kib, kib / 4, rows[i].meaning);
  }
  return tool_finish(0);
}
