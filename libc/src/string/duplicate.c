/* Strings copied to the heap. */
#include <stdlib.h>
#include <string.h>

char *strndup(const char *s, size_t max) {
  size_t length = strnlen(s, max);
  char *copy = malloc(length + 1);
  if (copy != 0) {
    memcpy(copy, s, length);
    copy[length] = 0;
  }
  return copy;
}

char *strdup(const char *s) {
  size_t bytes = strlen(s) + 1;
  char *copy = malloc(bytes);
  return copy != 0 ? memcpy(copy, s, bytes) : 0;
}
