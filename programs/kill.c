/* kill: sends a signal to processes. The shell has its own, which knows jobs (%1) as well. */
#include <ctype.h>
#include <signal.h>

#include "lib/tool.h"

static const char usage[] = "usage: kill [-SIGNAL] PID...\nSends SIGNAL (default TERM); a negative PID is a process group. kill -l lists the signals.\n";

static const struct {
  int number;
  const char *name;
} signals[] = {{SIGHUP, "HUP"},   {SIGINT, "INT"},   {SIGQUIT, "QUIT"}, {SIGILL, "ILL"},   {SIGABRT, "ABRT"},
               {SIGBUS, "BUS"},   {SIGFPE, "FPE"},   {SIGKILL, "KILL"}, {SIGUSR1, "USR1"}, {SIGSEGV, "SEGV"},
               {SIGUSR2, "USR2"}, {SIGPIPE, "PIPE"}, {SIGALRM, "ALRM"}, {SIGTERM, "TERM"}, {SIGCHLD, "CHLD"},
               {SIGCONT, "CONT"}, {SIGSTOP, "STOP"}, {SIGTSTP, "TSTP"}};

enum { SIGNALS = sizeof signals / sizeof signals[0] };

static int parse(const char *name) {
  if (isdigit((unsigned char)*name)) return (int)tool_number(name, 0, 64, "SIGNAL");
  if (strncmp(name, "SIG", 3) == 0) name += 3;
  for (int i = 0; i < SIGNALS; i++)
    if (strcmp(signals[i].name, name) == 0) return signals[i].number;
  tool_misused(name, "no such signal (kill -l lists them)");
  return -1;
}

int main(int argc, char **argv) {
  int number = SIGTERM, first = 1, status = 0;
  tool_start(argc, argv, "kill", usage);
  if (argc > 1 && strcmp(argv[1], "-l") == 0) {
    for (int i = 0; i < SIGNALS; i++) printf("%2d %s\n", signals[i].number, signals[i].name);
    return tool_finish(0);
  }
  if (argc > 1 && argv[1][0] == '-') {
    number = strcmp(argv[1], "-s") == 0 && argc > 2 ? parse(argv[++first]) : parse(argv[1] + 1);
    first++;
  }
  if (first >= argc) tool_misused("", "which process? (ps shows them)");
  for (int i = first; i < argc; i++) {
    pid_t pid = (pid_t)tool_number(argv[i], -1000000, 1000000, "PID");
    if (kill(pid, number) < 0) status = tool_failed(argv[i]);
  }
  return status;
}
