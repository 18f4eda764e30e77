/* Looking for bytes and strings. */
#include <ctype.h>
#include <string.h>

void *memchr(const void *from, int value, size_t bytes) {
  const unsigned char *p = from;
  for (; bytes > 0; bytes--, p++) {
    if (*p == (unsigned char)value) {
      return (void *)p;
    }
  }
  return 0;
}

void *memrchr(const void *from, int value, size_t bytes) {
  const unsigned char *p = from;
  while (bytes > 0) {
    if (p[--bytes] == (unsigned char)value) {
      return (void *)(p + bytes);
    }
  }
  return 0;
}

char *strchrnul(const char *s, int c) {
  while (*s != 0 && *s != (char)c) {
    s++;
  }
  return (char *)s;
}

char *strchr(const char *s, int c) {
  char *found = strchrnul(s, c);
  return *found == (char)c ? found : 0;
}

char *strrchr(const char *s, int c) {
  return memrchr(s, c, strlen(s) + 1);
}

char *index(const char *s, int c) {
  return strchr(s, c);
}

char *rindex(const char *s, int c) {
  return strrchr(s, c);
}

size_t strspn(const char *s, const char *accept) {
  size_t n = 0;
  while (s[n] != 0 && strchr(accept, s[n]) != 0) {
    n++;
  }
  return n;
}

size_t strcspn(const char *s, const char *reject) {
  size_t n = 0;
  while (s[n] != 0 && strchr(reject, s[n]) == 0) {
    n++;
  }
  return n;
}

char *strpbrk(const char *s, const char *accept) {
  s += strcspn(s, accept);
  return *s != 0 ? (char *)s : 0;
}

char *strcasestr(const char *haystack, const char *needle) {
  size_t length = strlen(needle);
  for (;; haystack++) {
    if (strncasecmp(haystack, needle, length) == 0) {
      return (char *)haystack;
    }
    if (*haystack == 0) {
      return 0;
    }
  }
}
