/*
 * smem: what each process really costs (M5, M10). RSS counts a shared page for everybody who maps it; PSS divides it among
 * them, so that its sum is what memory holds; USS is what would come free if the process ended.
 * Look at: smem while forks runs: RSS multiplies, PSS does not.
 */
#include "lib/processes.h"

static const char usage[] =
    "usage: smem\n"
    "Shows for each process, in KiB: pages in swap, USS (its alone), PSS (its share), RSS (all it maps).\n";

typedef struct Row {
  long swap, uss, pss, rss;
} Row;

static int by_pss(const void *a, const void *b) {
  long x = ((const ProcessInfo *)a)->resident_kib, y = ((const ProcessInfo *)b)->resident_kib;
  return x != y ? (x > y) - (x < y) : process_by_pid(a, b);
}

/* False: the process has ended meanwhile. */
static int measure(long pid, Row *row) {
  char path[64], text[PROC_TEXT_BYTES];
  snprintf(path, sizeof path, "/proc/%ld/smaps_rollup", pid);
  if (!proc_text(path, text, sizeof text) || proc_field(text, "Rss") < 0) return 0;
  row->swap = proc_field(text, "Swap");
  row->uss = proc_field(text, "Private_Clean") + proc_field(text, "Private_Dirty");
  row->pss = proc_field(text, "Pss");
  row->rss = proc_field(text, "Rss");
  return 1;
}

int main(int argc, char **argv) {
  ProcessInfo *list;
  Row total = {0, 0, 0, 0};
  tool_start(argc, argv, "smem", usage);
  if (argc > 1) tool_misused(argv[1], "nothing is expected here");
  int count = processes_read(&list);
  qsort(list, (size_t)count, sizeof *list, by_pss);
  printf("%5s %8s %8s %8s %8s  %s\n", "PID", "Swap", "USS", "PSS", "RSS", "COMMAND");
  for (int i = 0; i < count; i++) {
    Row row;
    if (!measure(list[i].pid, &row)) continue;
    printf("%5ld %8ld %8ld %8ld %8ld  %.40s\n", list[i].pid, row.swap, row.uss, row.pss, row.rss, list[i].command);
    total.swap += row.swap;
    total.uss += row.uss;
    total.pss += row.pss;
    total.rss += row.rss;
  }
  printf("%5s %8ld %8ld %8ld %8ld\n", "total", total.swap, total.uss, total.pss, total.rss);
  free(list);
  return tool_finish(0);
}
