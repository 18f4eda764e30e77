/*
 * pages: every frame of the machine, by what it is used for and on which list it stands, as RAMMap shows them (M7-M11).
 * Look at: pages before and after a program; and while thrash runs, where its pages are.
 */
#include "lib/processes.h"

static const char usage[] =
    "usage: pages [-p] [-s]\n"
    "Shows how many frames of 4 KiB are in each use (rows) and state (columns). -p: by process, too. -s: the standby list by\n"
    "page priority (0 goes first, 5 is usual; /proc/PID/page_priority sets it), and how many pages each has lost to others.\n"
    "  active  mapped by a process         transition  a transfer is under way or has just ended\n"
    "  standby unmapped, a copy exists     modified    unmapped, no copy: swap comes first\n"
    "  zeroed  free, all zeros             dirty       free, with old bytes\n";

enum { USES = 6, STATES = 6 };
static const char *const uses[USES] = {"private", "mapped file", "page table", "kernel", "free", "total"};
static const char *const states[STATES] = {"active", "transition", "standby", "modified", "zeroed", "dirty"};
static long counts[USES][STATES + 1];

static void add(int use, int state, long frames) {
  counts[use][state] += frames;
  counts[use][STATES] += frames;
  counts[USES - 1][state] += frames;
  counts[USES - 1][STATES] += frames;
}

/* "first last state mapped copy slot", one run of frames that are alike a line. */
static void count_run(const char *line) {
  long first, last;
  char state[16], copy[16];
  if (sscanf(line, "%ld %ld %15s %*s %15s", &first, &last, state, copy) != 4) return;
  int column = -1;
  for (int i = 0; i < STATES; i++)
    if (strcmp(states[i], state) == 0) column = i;
  int is_file = strcmp(copy, "file") == 0;
  if (strcmp(state, "page-table") == 0) add(2, 0, last - first + 1);
  else if (strcmp(state, "kernel") == 0) add(3, 0, last - first + 1);
  else if (column >= 4) add(4, column, last - first + 1);
  else if (column >= 0) add(is_file, column, last - first + 1);
}

/* Columns are as wide as their heads and the number of frames of the largest machine: so a line has room in 80 columns. */
static int width_of(const char *state) { return strlen(state) < 7 ? 7 : (int)strlen(state); }

static void by_process(void) {
  ProcessInfo *list;
  int count = processes_read(&list);
  printf("\n%5s %9s %9s %9s %9s %9s  %s\n", "PID", "private", "shared", "tables", "resident", "in swap", "COMMAND");
  for (int i = 0; i < count; i++) {
    char path[64], text[PROC_TEXT_BYTES];
    snprintf(path, sizeof path, "/proc/%ld/smaps_rollup", list[i].pid);
    if (!proc_text(path, text, sizeof text) || proc_field(text, "Rss") < 0) continue;
    long own = proc_field(text, "Private_Clean") + proc_field(text, "Private_Dirty");
    long resident = proc_field(text, "Rss"), swapped = proc_field(text, "Swap");
    snprintf(path, sizeof path, "/proc/%ld/status", list[i].pid);
    long tables = proc_text(path, text, sizeof text) ? proc_field(text, "VmPTE") : 0;
    printf("%5ld %9ld %9ld %9ld %9ld %9ld  %.40s\n", list[i].pid, own / 4, (resident - own) / 4, tables / 4, resident / 4,
           swapped / 4, list[i].command);
  }
  free(list);
}

/* "priority frames repurposed", as RAMMap's Priority Summary has them. */
static int by_priority(void) {
  char line[128];
  long priority, frames, repurposed;
  FILE *file = fopen("/proc/faultline/standby", "r");
  if (file == NULL) return tool_failed("/proc/faultline/standby");
  printf("\n%-12s %10s %10s\n", "priority", "standby", "repurposed");
  while (fgets(line, sizeof line, file) != NULL)
    if (sscanf(line, "%ld %ld %ld", &priority, &frames, &repurposed) == 3)
      printf("%-12ld %10ld %10ld\n", priority, frames, repurposed);
  fclose(file);
  return 0;
}

int main(int argc, char **argv) {
  char line[128];
  int shows_processes = 0, shows_priorities = 0;
  tool_start(argc, argv, "pages", usage);
  for (int i = 1; i < argc; i++) {
    if (strcmp(argv[i], "-p") == 0) shows_processes = 1;
    else if (strcmp(argv[i], "-s") == 0) shows_priorities = 1;
    else tool_misused(argv[i], "not an option");
  }
  FILE *file = fopen("/proc/faultline/frames", "r");
  if (file == NULL) return tool_failed("/proc/faultline/frames");
  while (fgets(line, sizeof line, file) != NULL) count_run(line);
  fclose(file);
  printf("%-12s %7s", "frames", "total");
  for (int i = 0; i < STATES; i++) printf(" %*s", width_of(states[i]), states[i]);
  printf("\n");
  for (int use = 0; use < USES; use++) {
    printf("%-12s %7ld", uses[use], counts[use][STATES]);
    for (int i = 0; i < STATES; i++) printf(" %*ld", width_of(states[i]), counts[use][i]);
    printf("\n");
  }
  if (shows_processes) by_process();
  if (shows_priorities && by_priority() != 0) return 1;
  return tool_finish(0);
}
