/* Where the shell's lines come from: the line editor, a descriptor read byte by byte, or a string. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sh.h"

Source source_of_string(const char *text, const char *name) {
  Source source = {0};
  source.text = copy_string(text);
  source.length = strlen(text);
  source.fd = SOURCE_STRING;
  source.name = name;
  source.line = 1;
  return source;
}

void source_close(Source *source) {
  free(source->text);
  source->text = NULL;
}

static void append(Source *source, const char *text, size_t bytes) {
  source->text = grow(source->text, source->length + bytes + 1);
  memcpy(source->text + source->length, text, bytes);
  source->length += bytes;
  source->text[source->length] = '\0';
}

/* "~/src" rather than "/root/src", and the status when the last command failed. */
static void make_prompt(char *prompt, size_t bytes, bool is_continued) {
  if (is_continued) {
    snprintf(prompt, bytes, "> ");
    return;
  }
  char directory[256];
  if (getcwd(directory, sizeof directory) == NULL) strcpy(directory, "?");
  const char *home = variable_get("HOME");
  size_t home_bytes = home == NULL ? 0 : strlen(home);
  const char *shown = directory;
  const char *tilde = "";
  if (home_bytes > 1 && strncmp(directory, home, home_bytes) == 0 &&
      (directory[home_bytes] == '/' || directory[home_bytes] == '\0')) {
    shown += home_bytes;
    tilde = "~";
  }
  if (last_status == 0) snprintf(prompt, bytes, "%s%s $ ", tilde, shown);
  else snprintf(prompt, bytes, "%s%s [%d] $ ", tilde, shown, last_status);
}

static bool more_from_editor(Source *source) {
  char prompt[320];
  if (!source->is_continued) jobs_report();
  make_prompt(prompt, sizeof prompt, source->is_continued);
  char *line = edit_line(prompt);
  if (line == NULL) return false;
  history_add(line);
  append(source, line, strlen(line));
  append(source, "\n", 1);
  free(line);
  return true;
}

/* Byte by byte, since what follows the line on stdin may be meant for the command that the line starts. */
static bool more_from_fd(Source *source) {
  char c;
  size_t before = source->length;
  for (;;) {
    ssize_t got = read(source->fd, &c, 1);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    append(source, &c, 1);
    if (c == '\n') break;
  }
  return source->length > before;
}

bool source_more(Source *source) {
  bool has_more = false;
  if (source->is_ended) return false;
  if (source->fd == SOURCE_EDITOR) has_more = more_from_editor(source);
  else if (source->fd >= 0) has_more = more_from_fd(source);
  if (has_more) source->is_continued = true;
  else source->is_ended = true;
  return has_more;
}
