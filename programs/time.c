/*
 * time: what a command costs on this machine: time, faults, memory. Instructions, where the kernel counts them.
 * Look at: time hello, then time thrash.
 */
#include <signal.h>
#include <sys/wait.h>

#include "lib/proc.h"
#include "lib/tool.h"

static long long microseconds_of(struct timeval value) { return (long long)value.tv_sec * 1000000 + value.tv_usec; }

static long long clock_microseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (long long)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static void print_time(const char *name, long long value) {
  fprintf(stderr, "%-14s %9lld.%06lld s\n", name, value / 1000000, value % 1000000);
}

int main(int argc, char **argv) {
  tool_start(argc, argv, "time", "usage: time COMMAND [ARGUMENT...]\nRuns COMMAND, then prints time, faults and peak memory to stderr.\n");
  if (argc < 2) tool_misused("", "which COMMAND?");
  struct rusage usage;
  siginfo_t ended;
  int status;
  char path[40];
  long long start = clock_microseconds();
  pid_t pid = fork();
  if (pid < 0) return tool_failed("fork");
  if (pid == 0) {
    execvp(argv[1], argv + 1);
    int code = errno == ENOENT ? 127 : 126;
    tool_failed(argv[1]);
    _exit(code);
  }
  signal(SIGINT, SIG_IGN);
  /* Look at it before it is collected: its /proc directory is still there. */
  memset(&ended, 0, sizeof ended);
  waitid(P_PID, (id_t)pid, &ended, WEXITED | WNOWAIT);
  snprintf(path, sizeof path, "/proc/%ld/status", (long)pid);
  long instructions = proc_number(path, "Instructions");
  waitpid(pid, &status, 0);
  getrusage(RUSAGE_CHILDREN, &usage);
  print_time("real", clock_microseconds() - start);
  print_time("user", microseconds_of(usage.ru_utime));
  print_time("system", microseconds_of(usage.ru_stime));
  if (instructions >= 0) fprintf(stderr, "%-14s %9ld\n", "instructions", instructions);
  fprintf(stderr, "%-14s %9ld (no device needed)\n%-14s %9ld (waited for a device)\n%-14s %9ld KiB at most\n", "minor faults",
          usage.ru_minflt, "major faults", usage.ru_majflt, "resident", usage.ru_maxrss);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
