/* basename and dirname (POSIX.1-2008; the table of examples there). */
#include <libgen.h>
#include <string.h>

static int is_empty(const char *path) {
  return path == 0 || *path == 0;
}

/* Index just behind the last character that is no slash; 0 if there are only slashes. */
static size_t end_without_slashes(const char *path, size_t end) {
  while (end > 0 && path[end - 1] == '/') {
    end--;
  }
  return end;
}

/* Index of the first character of the part that ends at `end`. */
static size_t start_of_part(const char *path, size_t end) {
  while (end > 0 && path[end - 1] != '/') {
    end--;
  }
  return end;
}

char *basename(char *path) {
  if (is_empty(path)) {
    return (char *)".";
  }
  size_t end = end_without_slashes(path, strlen(path));
  if (end == 0) {
    return path + strlen(path) - 1; /* only slashes: one of them */
  }
  path[end] = 0;
  return path + start_of_part(path, end);
}

char *dirname(char *path) {
  if (is_empty(path)) {
    return (char *)".";
  }
  size_t end = end_without_slashes(path, strlen(path));
  if (end == 0) {
    return (char *)"/";
  }
  size_t start = start_of_part(path, end);
  if (start == 0) {
    return (char *)".";
  }
  end = end_without_slashes(path, start);
  path[end == 0 ? 1 : end] = 0;
  return path;
}
