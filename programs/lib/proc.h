/* Numbers out of /proc: "Name:   12 kB" (status, meminfo) and "name 12" (vmstat). */
#ifndef PROC_H
#define PROC_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

/* The number behind `name` in the file at `path`; -1 when the file or the line is not there. */
static inline long proc_number(const char *path, const char *name) {
  char line[256];
  long value = -1;
  FILE *file = fopen(path, "r");
  if (file == NULL) return -1;
  size_t bytes = strlen(name);
  while (value < 0 && fgets(line, sizeof line, file) != NULL)
    if (strncmp(line, name, bytes) == 0 && (line[bytes] == ':' || line[bytes] == ' '))
      value = strtol(line + bytes + 1, NULL, 10);
  fclose(file);
  return value;
}

/* This process: pages of its reservation that hold a frame, in KiB; and the whole reservation. */
static inline long resident_kib(void) { return proc_number("/proc/self/status", "VmRSS"); }
static inline long reserved_kib(void) { return proc_number("/proc/self/status", "VmSize"); }

/* Faults of this process so far: without a device (soft), and with one (hard). */
static inline long soft_faults(void) {
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_minflt;
}

static inline long hard_faults(void) {
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_majflt;
}

#endif
