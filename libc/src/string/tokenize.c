/* Cutting strings at separators. */
#include <string.h>

char *strtok_r(char *s, const char *separators, char **rest) {
  if (s == 0) {
    s = *rest;
  }
  if (s == 0) {
    return 0;
  }
  s += strspn(s, separators);
  if (*s == 0) {
    *rest = 0;
    return 0;
  }
  char *end = s + strcspn(s, separators);
  if (*end == 0) {
    *rest = 0;
  } else {
    *end = 0;
    *rest = end + 1;
  }
  return s;
}

char *strtok(char *s, const char *separators) {
  static char *rest;
  return strtok_r(s, separators, &rest);
}

char *strsep(char **rest, const char *separators) {
  char *start = *rest;
  if (start == 0) {
    return 0;
  }
  char *end = start + strcspn(start, separators);
  if (*end == 0) {
    *rest = 0;
  } else {
    *end = 0;
    *rest = end + 1;
  }
  return start;
}
