/* Length of a string, a word at a time. */
#include <stdint.h>
#include <string.h>

/* True if one of the four bytes is 0: only then does subtracting 1 from each borrow into a clear top bit. */
static int has_zero_byte(uint32_t word) {
  return ((word - 0x01010101U) & ~word & 0x80808080U) != 0;
}

/* Reading whole aligned words never crosses into another page, so the bytes past the end are safe to look at. */
size_t strlen(const char *s) {
  const char *p = s;
  while (((uintptr_t)p & 3) != 0) {
    if (*p == 0) {
      return (size_t)(p - s);
    }
    p++;
  }
  while (!has_zero_byte(*(const uint32_t *)p)) {
    p += 4;
  }
  while (*p != 0) {
    p++;
  }
  return (size_t)(p - s);
}

size_t strnlen(const char *s, size_t max) {
  size_t n = 0;
  while (n < max && s[n] != 0) {
    n++;
  }
  return n;
}
