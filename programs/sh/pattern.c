/* Patterns: * ? [a-z] [!a-z], and a backslash that takes the next character's meaning away. XCU 2.13; globbing. */
#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "sh.h"

/* The bytes of the UTF-8 character at `text`, so that ? is one character. */
static size_t character_bytes(const char *text) {
  size_t bytes = 1;
  while (((unsigned char)text[bytes] & 0xC0) == 0x80) bytes++;
  return bytes;
}

/* [...] at `pattern` (behind the bracket) against c. Returns what follows the ], or NULL when there is none. */
static const char *match_set(const char *pattern, unsigned char c, bool *matches) {
  bool is_negated = *pattern == '!' || *pattern == '^';
  if (is_negated) pattern++;
  *matches = false;
  for (bool is_first = true; is_first || *pattern != ']'; is_first = false) {
    if (*pattern == '\\') pattern++;
    if (*pattern == '\0') return NULL;
    unsigned char low = (unsigned char)*pattern++;
    unsigned char high = low;
    if (pattern[0] == '-' && pattern[1] != ']' && pattern[1] != '\0') {
      pattern++;
      if (*pattern == '\\' && pattern[1] != '\0') pattern++;
      high = (unsigned char)*pattern++;
    }
    if (low <= c && c <= high) *matches = true;
  }
  if (is_negated) *matches = !*matches;
  return pattern + 1;
}

bool pattern_matches(const char *pattern, const char *text) {
  for (; *pattern != '\0'; pattern++) {
    if (*pattern == '*') {
      while (*pattern == '*') pattern++;
      for (;; text++) {
        if (pattern_matches(pattern, text)) return true;
        if (*text == '\0') return false;
      }
    }
    if (*pattern == '[') {
      bool matches;
      const char *rest = match_set(pattern + 1, (unsigned char)*text, &matches);
      if (rest != NULL) {
        if (*text == '\0' || !matches) return false;
        text++;
        pattern = rest - 1;
        continue;
      }
    }
    if (*pattern == '?') {
      if (*text == '\0') return false;
      text += character_bytes(text);
      continue;
    }
    if (*pattern == '\\' && pattern[1] != '\0') pattern++;
    if (*pattern != *text++) return false;
  }
  return *text == '\0';
}

bool has_pattern(const char *text) {
  for (; *text != '\0'; text++) {
    if (*text == '\\' && text[1] != '\0') text++;
    else if (*text == '*' || *text == '?' || (*text == '[' && strchr(text, ']') != NULL)) return true;
  }
  return false;
}

char *pattern_unescape(char *text) {
  char *out = text;
  for (const char *in = text; *in != '\0'; in++) {
    if (*in == '\\' && in[1] != '\0') in++;
    *out++ = *in;
  }
  *out = '\0';
  return text;
}

typedef struct Paths {
  char **items; /* in the arena once finished, from malloc before */
  int count;
} Paths;

static void add_path(Paths *paths, const char *path) {
  paths->items = grow(paths->items, (size_t)(paths->count + 1) * sizeof *paths->items);
  paths->items[paths->count++] = arena_copy(path, strlen(path));
}

/* `directory` is what is settled ("" or ending in a slash), `pattern` the rest of the path. */
static void glob_from(Paths *paths, const char *directory, const char *pattern) {
  const char *slash = strchr(pattern, '/');
  size_t bytes = slash == NULL ? strlen(pattern) : (size_t)(slash - pattern);
  const char *rest = slash;
  while (rest != NULL && *rest == '/') rest++;
  char *component = arena_copy(pattern, bytes);
  DIR *listing = NULL;
  if (!has_pattern(component)) {
    Buffer path = {0};
    struct stat status;
    buffer_puts(&path, directory);
    buffer_puts(&path, pattern_unescape(component));
    if (slash != NULL) buffer_put(&path, '/');
    char *whole = buffer_finish(&path);
    if (slash != NULL && *rest != '\0') glob_from(paths, whole, rest);
    else if (stat(whole, &status) == 0) add_path(paths, whole);
    return;
  }
  listing = opendir(*directory == '\0' ? "." : directory);
  if (listing == NULL) return;
  for (struct dirent *entry = readdir(listing); entry != NULL; entry = readdir(listing)) {
    if (entry->d_name[0] == '.' && component[0] != '.' && strncmp(component, "\\.", 2) != 0) continue;
    if (!pattern_matches(component, entry->d_name)) continue;
    Buffer path = {0};
    struct stat status;
    buffer_puts(&path, directory);
    buffer_puts(&path, entry->d_name);
    if (slash != NULL) buffer_put(&path, '/');
    char *whole = buffer_finish(&path);
    if (slash == NULL) add_path(paths, whole);
    else if (stat(whole, &status) == 0 && *rest != '\0') glob_from(paths, whole, rest);
    else if (stat(whole, &status) == 0) add_path(paths, whole);
  }
  closedir(listing);
}

static int by_name(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

int glob_fields(const char *pattern, char ***sorted) {
  Paths paths = {0};
  const char *start = pattern;
  while (*pattern == '/') pattern++;
  glob_from(&paths, arena_copy(start, (size_t)(pattern - start)), pattern);
  if (paths.count > 0) {
    qsort(paths.items, (size_t)paths.count, sizeof *paths.items, by_name);
    *sorted = arena_alloc((size_t)paths.count * sizeof **sorted);
    memcpy(*sorted, paths.items, (size_t)paths.count * sizeof **sorted);
    free(paths.items);
  }
  return paths.count;
}
