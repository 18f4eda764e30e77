/* The lines typed so far, kept in $HOME/.sh_history, or /tmp/.sh_history where HOME cannot be written. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sh.h"

enum { HISTORY_LINES = 500, LINE_BYTES = 1024 };

static char *lines[HISTORY_LINES];
static int count;
static char path[256];

int history_count(void) { return count; }
const char *history_line(int index) { return lines[index]; }

static void remember(const char *line) {
  if (count == HISTORY_LINES) {
    free(lines[0]);
    memmove(lines, lines + 1, (HISTORY_LINES - 1) * sizeof lines[0]);
    count--;
  }
  lines[count++] = copy_string(line);
}

void history_start(void) {
  const char *home = variable_get("HOME");
  snprintf(path, sizeof path, "%s/.sh_history", home == NULL ? "/tmp" : home);
  FILE *file = fopen(path, "a+");
  if (file == NULL) {
    strcpy(path, "/tmp/.sh_history");
    file = fopen(path, "a+");
  }
  if (file == NULL) {
    path[0] = '\0';
    return;
  }
  char line[LINE_BYTES];
  rewind(file);
  while (fgets(line, sizeof line, file) != NULL) {
    line[strcspn(line, "\n")] = '\0';
    if (line[0] != '\0') remember(line);
  }
  fclose(file);
}

/* Blank lines and repetitions of the last line are not kept. */
void history_add(const char *line) {
  if (line[strspn(line, " \t")] == '\0') return;
  if (count > 0 && strcmp(lines[count - 1], line) == 0) return;
  remember(line);
  FILE *file = path[0] == '\0' ? NULL : fopen(path, "a");
  if (file == NULL) return;
  fprintf(file, "%s\n", line);
  fclose(file);
}
