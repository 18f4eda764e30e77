/* Reads random decimal and hexadecimal texts as float and double and prints the bits. Another libc is the oracle. */
#include <errno.h>
#include <stdio.h>

#include "random.h"

static void add_digits(char **to, int count, const char *digits, int base) {
  for (int i = 0; i < count; i++) {
    *(*to)++ = digits[random_below(base)];
  }
}

static void build_decimal(char *to) {
  if (random_below(3) == 0) {
    *to++ = "+-"[random_below(2)];
  }
  int integer_digits = random_below(4) ? random_below(20) : random_below(320);
  int fraction_digits = random_below(4) ? random_below(20) : random_below(400);
  add_digits(&to, integer_digits, "0123456789", 10);
  if (random_below(2)) {
    *to++ = '.';
    add_digits(&to, fraction_digits + (integer_digits == 0), "0123456789", 10);
  } else if (integer_digits == 0) {
    *to++ = '7';
  }
  *to = 0;
  if (random_below(2)) {
    *to++ = "eE"[random_below(2)];
    sprintf(to, "%d", random_below(4) ? random_below(40) - 20 : random_below(720) - 360);
  }
}

static void build_hexadecimal(char *to) {
  to += sprintf(to, "0%c", "xX"[random_below(2)]);
  add_digits(&to, 1 + random_below(18), "0123456789abcdefABCDEF", 22);
  if (random_below(2)) {
    *to++ = '.';
    add_digits(&to, random_below(18), "0123456789abcdefABCDEF", 22);
  }
  *to = 0;
  if (random_below(3)) {
    sprintf(to, "p%d", random_below(2400) - 1200);
  }
}

/* The shortest texts around the middle between two neighbouring doubles, where one digit decides. */
static void build_midpoint(char *to) {
  double value = random_double();
  uint64_t bits;
  memcpy(&bits, &value, sizeof bits);
  if ((bits >> 52 & 0x7ff) == 0x7ff) {
    value = 1.5;
  }
  int precision = 14 + random_below(8);
  sprintf(to, "%.*e", precision, value);
}

static void try_text(const char *text) {
  char *end;
  uint64_t bits64;
  uint32_t bits32;
  errno = 0;
  double d = strtod(text, &end);
  int error = errno == ERANGE;
  memcpy(&bits64, &d, sizeof bits64);
  printf("%s: %016llx %d %d", text, (unsigned long long)bits64, error, (int)(end - text));
  errno = 0;
  float f = strtof(text, &end);
  error = errno == ERANGE;
  memcpy(&bits32, &f, sizeof bits32);
  printf(" %08x %d\n", (unsigned)bits32, error);
}

int main(int argc, char **argv) {
  static const char *const special[] = {"inf", "-Infinity", "nan", "nan(abc)", "nan(", "infinit", "0x", "0x.p1", ".", "e5", "1e", "1e+", "1e+x", "  12abc",
                                        "", "-", "-.5", "0x1p", "1.7976931348623157e308", "1.7976931348623159e308",
                                        "2.2250738585072011e-308", "4.9406564584124654e-324", "2.4703282292062327e-324",
                                        "2.4703282292062328e-324", "9007199254740993", "9007199254740992.99999999",
                                        "9007199254740993.0000000000000000000000000000000001", "1e99999999999", "1e-99999999999",
                                        "0e99999999999", "0x1.fffffffffffff8p0", "0x1.fffffffffffff7p0", "0x1p-1075", "0x1.8p-1075"};
  static char text[2000];
  int rounds = random_begin(argc, argv, 500);
  for (unsigned i = 0; i < sizeof special / sizeof special[0]; i++) {
    try_text(special[i]);
  }
  for (int i = 0; i < rounds; i++) {
    int kind = random_below(8);
    if (kind == 0) {
      build_hexadecimal(text);
    } else if (kind <= 3) {
      build_midpoint(text);
    } else {
      build_decimal(text);
    }
    try_text(text);
  }
  return 0;
}
