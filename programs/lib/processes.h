/* The processes of the machine, from /proc/PID/stat (Linux, proc(5)). */
#ifndef PROCESSES_H
#define PROCESSES_H

#include <ctype.h>
#include <dirent.h>

#include "proc.h"
#include "tool.h"

typedef struct ProcessInfo {
  long pid, parent, group;
  char state; /* R running, S sleeping, D waiting for a device, T stopped, Z ended and not collected */
  long minor_faults, major_faults;
  long ticks; /* of the processor, 10 ms each: user and system */
  long reserved_kib, resident_kib;
  char command[64];
} ProcessInfo;

/* pid (comm) state ppid pgrp … : the name may hold blanks, so the last ) parts it from the rest. */
static inline int process_read(const char *pid, ProcessInfo *info) {
  char path[64], text[1024];
  snprintf(path, sizeof path, "/proc/%s/stat", pid);
  if (!proc_text(path, text, sizeof text)) return 0;
  const char *open = strchr(text, '('), *close = strrchr(text, ')');
  if (open == NULL || close == NULL) return 0;
  memset(info, 0, sizeof *info);
  info->pid = strtol(text, NULL, 10);
  snprintf(info->command, sizeof info->command, "%.*s", (int)(close - open - 1), open + 1);
  const char *at = close + 2;
  info->state = *at;
  for (int field = 3; *at != '\0'; field++) { /* numbered as in proc(5): 1 pid, 2 comm, 3 state */
    long value = field == 3 ? 0 : strtol(at, NULL, 10);
    if (field == 4) info->parent = value;
    if (field == 5) info->group = value;
    if (field == 10) info->minor_faults = value;
    if (field == 12) info->major_faults = value;
    if (field == 14 || field == 15) info->ticks += value;
    if (field == 23) info->reserved_kib = (long)(strtoul(at, NULL, 10) / 1024);
    if (field == 24) info->resident_kib = value * 4;
    at = strchr(at, ' ');
    if (at == NULL) break;
    at++;
  }
  return 1;
}

/* The command line with blanks between; the name in brackets when there is none (a zombie, the kernel's own). */
static inline void process_command(ProcessInfo *info) {
  char path[64], text[64];
  snprintf(path, sizeof path, "/proc/%ld/cmdline", info->pid);
  int fd = open(path, O_RDONLY);
  ssize_t got = fd < 0 ? 0 : read(fd, text, sizeof text - 1);
  if (fd >= 0) close(fd);
  if (got <= 0) {
    char name[64];
    strcpy(name, info->command);
    snprintf(info->command, sizeof info->command, "[%.60s]", name);
    return;
  }
  while (got > 0 && text[got - 1] == '\0') got--;
  for (ssize_t i = 0; i < got; i++)
    if (text[i] == '\0' || text[i] == '\n') text[i] = ' ';
  text[got] = '\0';
  strcpy(info->command, text);
}

static inline int process_by_pid(const void *a, const void *b) {
  long x = ((const ProcessInfo *)a)->pid, y = ((const ProcessInfo *)b)->pid;
  return x < y ? -1 : x > y;
}

/* All processes, by pid; *list is from malloc. */
static inline int processes_read(ProcessInfo **list) {
  int count = 0;
  DIR *directory = opendir("/proc");
  *list = NULL;
  if (directory == NULL) exit(tool_failed("/proc"));
  for (struct dirent *entry = readdir(directory); entry != NULL; entry = readdir(directory)) {
    ProcessInfo info;
    if (!isdigit((unsigned char)entry->d_name[0]) || !process_read(entry->d_name, &info)) continue;
    process_command(&info);
    *list = tool_alloc(*list, (size_t)(count + 1) * sizeof **list);
    (*list)[count++] = info;
  }
  closedir(directory);
  if (count > 0) qsort(*list, (size_t)count, sizeof **list, process_by_pid);
  return count;
}

#endif
