/*
 * Numbers out of /proc: "Name:   12 kB" (status, meminfo) and "name 12" (vmstat). Nothing here calls malloc, so that a
 * program that watches its own heap does not disturb it.
 */
#ifndef PROC_H
#define PROC_H

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

enum { PROC_TEXT_BYTES = 4096 };

/* The first bytes of a file as a string; false when it cannot be read. */
static inline int proc_text(const char *path, char *text, size_t bytes) {
  size_t length = 0;
  ssize_t got = 1;
  int fd = open(path, O_RDONLY);
  if (fd < 0) return 0;
  while (length + 1 < bytes && (got = read(fd, text + length, bytes - 1 - length)) > 0) length += (size_t)got;
  close(fd);
  text[length] = '\0';
  return 1;
}

/* The number behind `name` in `text`; -1 when no line begins with it. */
static inline long proc_field(const char *text, const char *name) {
  size_t bytes = strlen(name);
  for (const char *line = text; line != NULL && *line != '\0'; line = strchr(line, '\n')) {
    if (*line == '\n') line++;
    if (strncmp(line, name, bytes) == 0 && (line[bytes] == ':' || line[bytes] == ' '))
      return strtol(line + bytes + 1, NULL, 10);
  }
  return -1;
}

static inline long proc_number(const char *path, const char *name) {
  static char text[PROC_TEXT_BYTES]; /* not on the stack: overflow measures that */
  return proc_text(path, text, sizeof text) ? proc_field(text, name) : -1;
}

/* This process, in KiB: what of its reservation holds a frame; and the whole reservation. */
static inline long resident_kib(void) { return proc_number("/proc/self/status", "VmRSS"); }
static inline long reserved_kib(void) { return proc_number("/proc/self/status", "VmSize"); }

/* Faults of this process so far: without a device (minor: zero-fill, copy-on-write, soft), and with one (major). */
static inline long minor_faults(void) {
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_minflt;
}

static inline long major_faults(void) {
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_majflt;
}

/* The machine's clock, from its start, in milliseconds. */
static inline long milliseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (long)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static inline void sleep_milliseconds(long duration) {
  struct timespec request;
  request.tv_sec = duration / 1000;
  request.tv_nsec = duration % 1000 * 1000000;
  nanosleep(&request, NULL);
}

#endif
