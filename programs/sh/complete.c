/* Tab: what the word before the cursor may become. A first word is a builtin or program, any other a file. */
#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "sh.h"

typedef struct Candidates {
  char **items;
  int count;
} Candidates;

static void add(Candidates *found, const char *head, const char *name, const char *tail) {
  Buffer text = {0};
  buffer_puts(&text, head);
  buffer_puts(&text, name);
  buffer_puts(&text, tail);
  char *whole = buffer_finish(&text);
  for (int i = 0; i < found->count; i++)
    if (strcmp(found->items[i], whole) == 0) return;
  found->items = grow(found->items, (size_t)(found->count + 1) * sizeof *found->items);
  found->items[found->count++] = whole;
}

/* Names in `directory` that begin with `prefix`; each is shown behind `head`. */
static void add_files(Candidates *found, const char *directory, const char *head, const char *prefix, bool is_command) {
  DIR *listing = opendir(directory);
  if (listing == NULL) return;
  for (struct dirent *entry = readdir(listing); entry != NULL; entry = readdir(listing)) {
    const char *name = entry->d_name;
    if (strncmp(name, prefix, strlen(prefix)) != 0 || (name[0] == '.' && prefix[0] != '.')) continue;
    if (is_command) {
      add(found, "", name, " ");
      continue;
    }
    Buffer path = {0};
    struct stat status;
    buffer_puts(&path, directory);
    buffer_put(&path, '/');
    buffer_puts(&path, name);
    bool is_directory = stat(buffer_finish(&path), &status) == 0 && S_ISDIR(status.st_mode);
    add(found, head, name, is_directory ? "/" : " ");
  }
  closedir(listing);
}

static void add_commands(Candidates *found, const char *word) {
  const char *name;
  for (int i = 0; (name = builtin_name(i)) != NULL; i++)
    if (strncmp(name, word, strlen(word)) == 0) add(found, "", name, " ");
  const char *path = variable_get("PATH");
  while (path != NULL && *path != '\0') {
    size_t bytes = strcspn(path, ":");
    add_files(found, arena_copy(path, bytes), "", word, true);
    path += bytes;
    if (*path == ':') path++;
  }
}

static int by_text(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

int complete(const char *line, size_t position, size_t *start, char ***sorted) {
  Candidates found = {0};
  size_t at = position;
  while (at > 0 && strchr(" \t;&|<>()='\"", line[at - 1]) == NULL) at--;
  size_t before = at;
  while (before > 0 && (line[before - 1] == ' ' || line[before - 1] == '\t')) before--;
  bool is_first = before == 0 || strchr(";&|(", line[before - 1]) != NULL;
  char *word = arena_copy(line + at, position - at);
  char *slash = strrchr(word, '/');
  *start = at;
  if (is_first && slash == NULL) add_commands(&found, word);
  else if (slash == NULL) add_files(&found, ".", "", word, false);
  else {
    char *head = arena_copy(word, (size_t)(slash - word) + 1);
    add_files(&found, expand_string(head), head, slash + 1, false);
  }
  if (found.count > 0) {
    qsort(found.items, (size_t)found.count, sizeof *found.items, by_text);
    *sorted = arena_alloc((size_t)found.count * sizeof **sorted);
    memcpy(*sorted, found.items, (size_t)found.count * sizeof **sorted);
    free(found.items);
  }
  return found.count;
}
