/* Texts for signal numbers. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

static const char *const texts[] = {
    "Unknown signal 0", "Hangup",           "Interrupt",     "Quit",
    "Illegal instruction", "Trace/breakpoint trap", "Aborted", "Bus error",
    "Floating point exception", "Killed",   "User defined signal 1", "Segmentation fault",
    "User defined signal 2", "Broken pipe", "Alarm clock",   "Terminated",
    "Stack fault",      "Child exited",     "Continued",     "Stopped (signal)",
    "Stopped",          "Stopped (tty input)", "Stopped (tty output)", "Urgent I/O condition",
    "CPU time limit exceeded", "File size limit exceeded", "Virtual timer expired", "Profiling timer expired",
    "Window changed",   "I/O possible",     "Power failure", "Bad system call",
};

char *strsignal(int signal) {
  static char unknown[24];
  if (signal > 0 && signal < (int)(sizeof texts / sizeof texts[0])) {
    return (char *)texts[signal];
  }
  snprintf(unknown, sizeof unknown, "Unknown signal %d", signal);
  return unknown;
}

void psignal(int number, const char *what) {
  if (what != 0 && *what != 0) {
    fprintf(stderr, "%s: %s\n", what, strsignal(number));
  } else {
    fprintf(stderr, "%s\n", strsignal(number));
  }
}
