/* sort: sorts lines by bytes (-r backwards, -n by number, -u each once). All lines are held in memory. */
#include <stdbool.h>

#include "lib/tool.h"

static const char usage[] = "usage: sort [-nru] [FILE...]\n  -n  by the number at the start\n  -r  backwards\n  -u  each line once\n";

static bool is_numeric, is_reversed, is_unique;
static char **lines;
static size_t count, room;

static void add_lines(FILE *file) {
  char *line = NULL;
  size_t bytes = 0;
  ssize_t got;
  while ((got = getline(&line, &bytes, file)) >= 0) {
    if (got > 0 && line[got - 1] == '\n') line[got - 1] = '\0';
    if (count == room) {
      room = room == 0 ? 64 : room * 2;
      lines = tool_alloc(lines, room * sizeof *lines);
    }
    lines[count++] = line;
    line = NULL;
    bytes = 0;
  }
  free(line);
}

static int by_key(const char *a, const char *b) {
  if (!is_numeric) return strcmp(a, b);
  long x = strtol(a, NULL, 10), y = strtol(b, NULL, 10);
  return x < y ? -1 : x > y;
}

/* Lines with equal numbers are told apart by their bytes, unless -u wants them equal. */
static int compare(const void *a, const void *b) {
  const char *x = *(char *const *)a, *y = *(char *const *)b;
  int order = by_key(x, y);
  if (order == 0 && !is_unique) order = strcmp(x, y);
  return is_reversed ? -order : order;
}

int main(int argc, char **argv) {
  int first = 1, status = 0;
  tool_start(argc, argv, "sort", usage);
  for (; first < argc && argv[first][0] == '-' && argv[first][1] != '\0'; first++)
    for (const char *flag = argv[first] + 1; *flag != '\0'; flag++) {
      if (*flag == 'n') is_numeric = true;
      else if (*flag == 'r') is_reversed = true;
      else if (*flag == 'u') is_unique = true;
      else tool_misused(argv[first], "no such option");
    }
  for (int i = first; i < argc || i == first; i++) {
    FILE *file = tool_open(i < argc ? argv[i] : "-");
    if (file == NULL) {
      status = 2;
      continue;
    }
    add_lines(file);
    tool_close(file);
  }
  if (count > 0) qsort(lines, count, sizeof *lines, compare);
  for (size_t i = 0; i < count; i++)
    if (!is_unique || i == 0 || by_key(lines[i - 1], lines[i]) != 0) puts(lines[i]);
  return tool_finish(status);
}
