/*
 * memmem and strstr by the two-way method's simpler relative: Horspool's search. A table says how far the window may
 * slide by the byte under its last position; needles of one byte go to memchr.
 */
#include <string.h>

void *memmem(const void *haystack, size_t haystack_bytes, const void *needle, size_t needle_bytes) {
  const unsigned char *h = haystack;
  const unsigned char *n = needle;
  if (needle_bytes == 0) {
    return (void *)haystack;
  }
  if (needle_bytes == 1) {
    return memchr(haystack, n[0], haystack_bytes);
  }
  size_t shift[256];
  for (int i = 0; i < 256; i++) {
    shift[i] = needle_bytes;
  }
  for (size_t i = 0; i + 1 < needle_bytes; i++) {
    shift[n[i]] = needle_bytes - 1 - i;
  }
  while (haystack_bytes >= needle_bytes) {
    unsigned char last = h[needle_bytes - 1];
    if (last == n[needle_bytes - 1] && memcmp(h, n, needle_bytes - 1) == 0) {
      return (void *)h;
    }
    size_t step = shift[last];
    if (step > haystack_bytes) {
      return 0;
    }
    h += step;
    haystack_bytes -= step;
  }
  return 0;
}

/* A short haystack does not repay the table of 256 shifts. */
char *strstr(const char *haystack, const char *needle) {
  size_t needle_bytes = strlen(needle);
  if (needle_bytes == 0) {
    return (char *)haystack;
  }
  const char *from = strchr(haystack, needle[0]);
  if (from == 0) {
    return 0;
  }
  size_t haystack_bytes = strlen(from);
  if (haystack_bytes > 256) {
    return memmem(from, haystack_bytes, needle, needle_bytes);
  }
  for (; from != 0; from = strchr(from + 1, needle[0])) {
    if (strncmp(from, needle, needle_bytes) == 0) {
      return (char *)from;
    }
  }
  return 0;
}
