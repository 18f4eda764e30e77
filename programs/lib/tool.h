/*
 * What every tool does alike: --help, messages that name the tool, the subject and the reason, and numbers that are
 * checked. All functions are static: a program stays one translation unit.
 */
#ifndef TOOL_H
#define TOOL_H

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *tool_name;
static const char *tool_usage_text;

/* Call first in main. `usage` begins with "usage: NAME"; --help prints it and ends the program with status 0. */
static inline void tool_start(int argc, char **argv, const char *name, const char *usage) {
  tool_name = name;
  tool_usage_text = usage;
  if (argc > 1 && strcmp(argv[1], "--help") == 0) {
    fputs(usage, stdout);
    exit(0);
  }
}

/* A mistake in the arguments: says which, shows the usage, ends with status 2. */
static inline void tool_misused(const char *subject, const char *problem) {
  fprintf(stderr, "%s: %s%s%s\n%s", tool_name, subject, *subject == '\0' ? "" : ": ", problem, tool_usage_text);
  exit(2);
}

/* "cat: notes: No such file or directory", by errno. Returns 1, for use as an exit status. */
static inline int tool_failed(const char *subject) {
  int error = errno;
  fflush(stdout);
  const char *remedy = error == ENOENT    ? " (ls shows what is here)"
                       : error == ENOMEM  ? " (free shows what memory is left)"
                       : error == EISDIR  ? " (ls lists a directory)"
                       : error == ENOSPC  ? " (rm makes room)"
                       : error == EACCES || error == EROFS ? " (/tmp can always be written)"
                                          : "";
  fprintf(stderr, "%s: %s: %s%s\n", tool_name, subject, strerror(error), remedy);
  return 1;
}

/* A whole number from `low` to `high`, or the program ends with a message. */
static inline long tool_number(const char *text, long low, long high, const char *what) {
  char *end;
  errno = 0;
  long value = strtol(text, &end, 0);
  if (*text != '\0' && *end == '\0' && errno == 0 && value >= low && value <= high) return value;
  fprintf(stderr, "%s: %s: %s should be a whole number from %ld to %ld\n%s", tool_name, text, what, low, high,
          tool_usage_text);
  exit(2);
}

/* A file to read; "-" is the input. NULL: a message was printed. */
static inline FILE *tool_open(const char *path) {
  if (strcmp(path, "-") == 0) return stdin;
  FILE *file = fopen(path, "r");
  if (file == NULL) tool_failed(path);
  return file;
}

static inline void tool_close(FILE *file) {
  if (file != stdin) fclose(file);
}

/* Memory or the end of the program. */
static inline void *tool_alloc(void *old, size_t bytes) {
  void *block = realloc(old, bytes);
  if (block != NULL || bytes == 0) return block;
  errno = ENOMEM;
  exit(tool_failed("memory"));
}

/* The exit status of a filter: 1 when the output could not be written (a full disk, a closed descriptor). */
static inline int tool_finish(int status) {
  if (fflush(stdout) == 0 && !ferror(stdout)) return status;
  return tool_failed("output");
}

#endif
