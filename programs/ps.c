/* ps: the processes. Look at: RSS against SIZE, which is what is in memory against what is reserved. */
#include "lib/processes.h"

static const char usage[] =
    "usage: ps\n"
    "PID PPID PGID  process, its parent, its group    S  R runs, S sleeps, D waits for a device, T stopped, Z ended\n"
    "SIZE RSS       KiB reserved, KiB in memory       MINOR MAJOR  faults without and with a device\n"
    "TIME           of the processor, seconds\n";

int main(int argc, char **argv) {
  ProcessInfo *list;
  tool_start(argc, argv, "ps", usage);
  int count = processes_read(&list);
  printf("  PID  PPID  PGID S    SIZE     RSS   MINOR   MAJOR     TIME COMMAND\n");
  for (int i = 0; i < count; i++) {
    const ProcessInfo *p = &list[i];
    printf("%5ld %5ld %5ld %c %7ld %7ld %7ld %7ld %5ld.%02ld %s\n", p->pid, p->parent, p->group, p->state, p->reserved_kib,
           p->resident_kib, p->minor_faults, p->major_faults, p->ticks / 100, p->ticks % 100, p->command);
  }
  free(list);
  return tool_finish(0);
}
