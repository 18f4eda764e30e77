/* Copying and joining strings. */
#include <string.h>

char *stpcpy(char *to, const char *from) {
  while ((*to = *from) != 0) {
    to++;
    from++;
  }
  return to;
}

char *strcpy(char *to, const char *from) {
  stpcpy(to, from);
  return to;
}

char *stpncpy(char *to, const char *from, size_t bytes) {
  size_t i = 0;
  while (i < bytes && from[i] != 0) {
    to[i] = from[i];
    i++;
  }
  memset(to + i, 0, bytes - i);
  return to + i;
}

char *strncpy(char *to, const char *from, size_t bytes) {
  stpncpy(to, from, bytes);
  return to;
}

char *strcat(char *to, const char *from) {
  stpcpy(to + strlen(to), from);
  return to;
}

char *strncat(char *to, const char *from, size_t max) {
  char *end = to + strlen(to);
  size_t length = strnlen(from, max);
  memcpy(end, from, length);
  end[length] = 0;
  return to;
}

size_t strlcpy(char *to, const char *from, size_t bytes) {
  size_t length = strlen(from);
  if (bytes > 0) {
    size_t copied = length < bytes ? length : bytes - 1;
    memcpy(to, from, copied);
    to[copied] = 0;
  }
  return length;
}

size_t strlcat(char *to, const char *from, size_t bytes) {
  size_t have = strnlen(to, bytes);
  return have + strlcpy(to + have, from, bytes - have);
}
