/* Messages to stderr without stdio, usable when the heap is broken. */
#include "../internal/libc.h"

#include <string.h>

void __complain(const char *text) {
  __sys_write(2, text, strlen(text));
}

void __complain_hex(unsigned long value) {
  char text[11] = "0x00000000";
  for (int i = 9; i >= 2; i--) {
    text[i] = "0123456789abcdef"[value & 15];
    value >>= 4;
  }
  __complain(text);
}

void __complain_decimal(unsigned long value) {
  char text[11];
  int i = 10;
  text[i] = 0;
  do {
    text[--i] = (char)('0' + value % 10);
    value /= 10;
  } while (value != 0);
  __complain(text + i);
}
