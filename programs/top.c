/* top: the processes by use of the processor, again and again. q ends it. */
#include <poll.h>
#include <stdbool.h>
#include <sys/ioctl.h>
#include <termios.h>

#include "lib/processes.h"

static const char usage[] = "usage: top [-n ROUNDS] [SECONDS]\nShows the processes every SECONDS (default 1), by processor use. q or Ctrl-C ends it.\n";

static ProcessInfo *earlier;
static int earlier_count;

static long ticks_since(const ProcessInfo *process) {
  for (int i = 0; i < earlier_count; i++)
    if (earlier[i].pid == process->pid) return process->ticks - earlier[i].ticks;
  return process->ticks;
}

static int by_use(const void *a, const void *b) {
  long x = ticks_since(a), y = ticks_since(b);
  return x != y ? (x < y) - (x > y) : process_by_pid(a, b);
}

static void show(long period, bool is_terminal) {
  ProcessInfo *list;
  char memory[PROC_TEXT_BYTES];
  struct winsize size;
  int rows = is_terminal && ioctl(1, TIOCGWINSZ, &size) == 0 && size.ws_row > 7 ? size.ws_row - 7 : 100;
  int count = processes_read(&list);
  qsort(list, (size_t)count, sizeof *list, by_use);
  if (!proc_text("/proc/meminfo", memory, sizeof memory)) exit(tool_failed("/proc/meminfo"));
  if (is_terminal) fputs("\033[H\033[J", stdout);
  printf("up %ld.%ld s, %d processes\n", milliseconds() / 1000, milliseconds() / 100 % 10, count);
  printf("memory %ld KiB: %ld free (%ld zeroed, %ld dirty), %ld kernel, %ld page tables\n"
         "swap %ld KiB: %ld free\n\n",
         proc_field(memory, "MemTotal"), proc_field(memory, "MemFree"), proc_field(memory, "Zeroed"),
         proc_field(memory, "FreeDirty"), proc_field(memory, "Kernel"), proc_field(memory, "PageTables"),
         proc_field(memory, "SwapTotal"), proc_field(memory, "SwapFree"));
  printf("  PID S  CPU%%    SIZE     RSS   MINOR   MAJOR COMMAND\n");
  for (int i = 0; i < count && i < rows; i++) {
    const ProcessInfo *p = &list[i];
    long share = ticks_since(p) * 10000 / (period > 0 ? period : 1); /* a tick is 10 ms: tenths of a percent */
    printf("%5ld %c %3ld.%ld %7ld %7ld %7ld %7ld %.40s\n", p->pid, p->state, share / 10, share % 10, p->reserved_kib,
           p->resident_kib, p->minor_faults, p->major_faults, p->command);
  }
  fflush(stdout);
  free(earlier);
  earlier = list;
  earlier_count = count;
}

int main(int argc, char **argv) {
  long rounds = -1, seconds = 1;
  int first = 1;
  tool_start(argc, argv, "top", usage);
  if (argc > 2 && strcmp(argv[1], "-n") == 0) rounds = tool_number(argv[2], 1, 100000, "ROUNDS"), first = 3;
  if (first < argc) seconds = tool_number(argv[first], 1, 3600, "SECONDS");
  struct termios modes, raw;
  bool has_keys = isatty(0) && tcgetattr(0, &modes) == 0;
  if (has_keys) {
    raw = modes;
    raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
    tcsetattr(0, TCSADRAIN, &raw);
  }
  long last = 0;
  for (bool goes_on = true; goes_on && rounds != 0; rounds -= rounds > 0) {
    long now = milliseconds();
    show(now - last, isatty(1));
    last = now;
    struct pollfd key = {0, POLLIN, 0};
    char c = 0;
    if (rounds == 1) break;
    if (!has_keys) sleep_milliseconds(seconds * 1000);
    else if (poll(&key, 1, (int)seconds * 1000) != 0 && (read(0, &c, 1) != 1 || c == 'q')) goes_on = false;
  }
  if (has_keys) tcsetattr(0, TCSADRAIN, &modes);
  return tool_finish(0);
}
