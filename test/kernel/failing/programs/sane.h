/*
 * What a program may see when something below it has failed: a call that fails with an errno that fits, or its own end by a
 * signal. Everything else it reports: exit status 99 for an errno that does not fit, 98 for bytes that are not what they were.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#define PAGE 4096

static void report(const char *what, int number, int status) {
  char line[128];
  snprintf(line, sizeof line, "%s: %d\n", what, number);
  write(2, line, strlen(line));
  _exit(status);
}

/* The result of a call, -1 for a failure that fits. */
static long sane(long result, const char *what) {
  if (result != -1) return result;
  switch (errno) {
    case ENOMEM: case EAGAIN: case EFAULT: case EIO: case ENOSPC: return -1;
    default: report(what, errno, 99);
  }
  return -1;
}

static void *sane_map(void *result, const char *what) {
  sane(result == MAP_FAILED ? -1 : 0, what);
  return result;
}

/* The bytes of a page have to be what was written. */
static void expect(int found, int wanted, const char *what) {
  if (found != wanted) report(what, found, 98);
}

/* Waits for a child, which may have been ended by a signal, but may not have found anything wrong. */
static void reap(pid_t child) {
  int status = 0;
  if (child < 0) return;
  if (sane(waitpid(child, &status, 0), "waitpid") == -1) {
    /* The status could not be stored: the child is reaped all the same, or still there. */
    waitpid(child, NULL, 0);
    return;
  }
  if (WIFEXITED(status) && (WEXITSTATUS(status) == 98 || WEXITSTATUS(status) == 99)) _exit(WEXITSTATUS(status));
  if (WIFSIGNALED(status)) {
    int signal = WTERMSIG(status);
    if (signal != 9 && signal != 7 && signal != 11 && signal != 13) report("child's signal", signal, 99);
  }
}
