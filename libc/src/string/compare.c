/* Comparing memory and strings, as unsigned bytes. */
#include <ctype.h>
#include <string.h>

int memcmp(const void *a, const void *b, size_t bytes) {
  const unsigned char *p = a;
  const unsigned char *q = b;
  for (size_t i = 0; i < bytes; i++) {
    if (p[i] != q[i]) {
      return p[i] - q[i];
    }
  }
  return 0;
}

int bcmp(const void *a, const void *b, size_t bytes) {
  return memcmp(a, b, bytes);
}

int strcmp(const char *a, const char *b) {
  const unsigned char *p = (const unsigned char *)a;
  const unsigned char *q = (const unsigned char *)b;
  while (*p != 0 && *p == *q) {
    p++;
    q++;
  }
  return *p - *q;
}

int strncmp(const char *a, const char *b, size_t max) {
  const unsigned char *p = (const unsigned char *)a;
  const unsigned char *q = (const unsigned char *)b;
  for (; max > 0; max--, p++, q++) {
    if (*p != *q || *p == 0) {
      return *p - *q;
    }
  }
  return 0;
}

/* In the C locale collation is comparison. */
int strcoll(const char *a, const char *b) {
  return strcmp(a, b);
}

size_t strxfrm(char *to, const char *from, size_t bytes) {
  size_t length = strlen(from);
  if (length < bytes) {
    memcpy(to, from, length + 1);
  }
  return length;
}

int strcasecmp(const char *a, const char *b) {
  return strncasecmp(a, b, (size_t)-1);
}

int strncasecmp(const char *a, const char *b, size_t max) {
  const unsigned char *p = (const unsigned char *)a;
  const unsigned char *q = (const unsigned char *)b;
  for (; max > 0; max--, p++, q++) {
    int difference = tolower(*p) - tolower(*q);
    if (difference != 0 || *p == 0) {
      return difference;
    }
  }
  return 0;
}
