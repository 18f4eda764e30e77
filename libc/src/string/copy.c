/*
 * Copying and filling memory. Words are moved where both addresses agree modulo 4, because a byte loop costs four times
 * the instructions; other pairs go byte by byte.
 */
#include <stdint.h>
#include <string.h>

static int is_word_aligned(uintptr_t vaddr) {
  return (vaddr & 3) == 0;
}

void *memcpy(void *to, const void *from, size_t bytes) {
  unsigned char *d = to;
  const unsigned char *s = from;
  if (bytes >= 8 && is_word_aligned((uintptr_t)d ^ (uintptr_t)s)) {
    while (!is_word_aligned((uintptr_t)d)) {
      *d++ = *s++;
      bytes--;
    }
    uint32_t *dw = (uint32_t *)d;
    const uint32_t *sw = (const uint32_t *)s;
    while (bytes >= 16) {
      uint32_t w0 = sw[0];
      uint32_t w1 = sw[1];
      uint32_t w2 = sw[2];
      uint32_t w3 = sw[3];
      dw[0] = w0;
      dw[1] = w1;
      dw[2] = w2;
      dw[3] = w3;
      dw += 4;
      sw += 4;
      bytes -= 16;
    }
    while (bytes >= 4) {
      *dw++ = *sw++;
      bytes -= 4;
    }
    d = (unsigned char *)dw;
    s = (const unsigned char *)sw;
  }
  while (bytes > 0) {
    *d++ = *s++;
    bytes--;
  }
  return to;
}

void *mempcpy(void *to, const void *from, size_t bytes) {
  return (char *)memcpy(to, from, bytes) + bytes;
}

static void copy_backwards(unsigned char *to, const unsigned char *from, size_t bytes) {
  unsigned char *d = to + bytes;
  const unsigned char *s = from + bytes;
  if (bytes >= 8 && is_word_aligned((uintptr_t)d ^ (uintptr_t)s)) {
    while (!is_word_aligned((uintptr_t)d)) {
      *--d = *--s;
      bytes--;
    }
    while (bytes >= 4) {
      d -= 4;
      s -= 4;
      *(uint32_t *)d = *(const uint32_t *)s;
      bytes -= 4;
    }
  }
  while (bytes > 0) {
    *--d = *--s;
    bytes--;
  }
}

void *memmove(void *to, const void *from, size_t bytes) {
  if ((uintptr_t)to - (uintptr_t)from >= bytes) {
    return memcpy(to, from, bytes); /* forwards is right: `to` is not inside what is still to be read */
  }
  copy_backwards(to, from, bytes);
  return to;
}

void *memset(void *to, int value, size_t bytes) {
  unsigned char *d = to;
  unsigned char byte = (unsigned char)value;
  if (bytes >= 8) {
    uint32_t word = byte * 0x01010101U;
    while (!is_word_aligned((uintptr_t)d)) {
      *d++ = byte;
      bytes--;
    }
    uint32_t *dw = (uint32_t *)d;
    while (bytes >= 16) {
      dw[0] = word;
      dw[1] = word;
      dw[2] = word;
      dw[3] = word;
      dw += 4;
      bytes -= 16;
    }
    while (bytes >= 4) {
      *dw++ = word;
      bytes -= 4;
    }
    d = (unsigned char *)dw;
  }
  while (bytes > 0) {
    *d++ = byte;
    bytes--;
  }
  return to;
}

void *memccpy(void *to, const void *from, int stop, size_t bytes) {
  unsigned char *d = to;
  const unsigned char *s = from;
  for (size_t i = 0; i < bytes; i++) {
    d[i] = s[i];
    if (s[i] == (unsigned char)stop) {
      return d + i + 1;
    }
  }
  return 0;
}

void bzero(void *to, size_t bytes) {
  memset(to, 0, bytes);
}

void bcopy(const void *from, void *to, size_t bytes) {
  memmove(to, from, bytes);
}
