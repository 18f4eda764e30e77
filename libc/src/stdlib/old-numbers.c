/* Numbers as old interfaces write them: base 64, and the digits of a double. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char digits64[] = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/* Six bits a character, the lowest first, at most six characters. */
long a64l(const char *text) {
  unsigned long value = 0;
  for (int shift = 0; shift < 36 && *text != 0; shift += 6, text++) {
    const char *digit = strchr(digits64, *text);
    if (digit == 0) {
      break;
    }
    value |= (unsigned long)(digit - digits64) << shift;
  }
  return (long)value;
}

char *l64a(long value) {
  static char text[7];
  unsigned long rest = (unsigned long)value;
  int i = 0;
  for (; rest != 0; rest >>= 6) {
    text[i++] = digits64[rest & 63];
  }
  text[i] = 0;
  return text;
}

/* Takes the digits out of what printf wrote, d.ddde±x; *point counts the digits in front of the point. */
static char *digits_of(char *text, int *point, int *is_negative) {
  char *to = text;
  char *from = text;
  *is_negative = *from == '-';
  from += *is_negative;
  for (; *from != 0 && *from != 'e'; from++) {
    if (*from >= '0' && *from <= '9') {
      *to++ = *from;
    }
  }
  *point = *from == 'e' ? atoi(from + 1) + 1 : 0;
  *to = 0;
  return text;
}

char *ecvt(double value, int digits, int *point, int *is_negative) {
  static char text[40];
  int wanted = digits < 1 ? 1 : digits > 17 ? 17 : digits;
  snprintf(text, sizeof text, "%.*e", wanted - 1, value);
  digits_of(text, point, is_negative);
  if (value == 0) { /* zero has no digit in front of its point */
    *point = 0;
  }
  return text;
}

char *fcvt(double value, int digits, int *point, int *is_negative) {
  static char text[400];
  int wanted = digits < 0 ? 0 : digits > 60 ? 60 : digits;
  snprintf(text, sizeof text, "%.*f", wanted, value);
  int sign = text[0] == '-';
  int whole = (int)strcspn(text + sign, ".");
  int ignored;
  digits_of(text, &ignored, is_negative);
  int zeros = (int)strspn(text, "0"); /* zeros in front count for nothing but in the place of the point */
  if (text[zeros] == 0 && zeros > 0) {
    *point = whole == 1 && zeros > wanted ? 0 : whole - zeros;
    return text + (zeros > wanted ? zeros - wanted : 0);
  }
  *point = whole - zeros;
  return text + zeros;
}

char *gcvt(double value, int digits, char *to) {
  sprintf(to, "%.*g", digits, value);
  return to;
}
