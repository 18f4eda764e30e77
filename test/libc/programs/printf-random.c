/* Prints random values in random formats. The same program's output under another C library is the oracle. */
#include <stdarg.h>
#include <stdio.h>

#include "random.h"

static void build_format(char *to, const char *length, char conversion) {
  *to++ = '%';
  for (int i = random_below(4); i > 0; i--) {
    *to++ = "-+ #0"[random_below(5)];
  }
  if (random_below(2)) {
    to += sprintf(to, "%d", random_below(30));
  }
  if (random_below(2)) {
    to += sprintf(to, ".%d", random_below(25));
  }
  sprintf(to, "%s%c", length, conversion);
}

static void print_integer(void) {
  static const char *const lengths[] = {"hh", "h", "", "ll", "j"};
  char format[64];
  int length = random_below(5);
  build_format(format, lengths[length], "diuoxX"[random_below(6)]);
  uint64_t value = random_bits() >> random_below(64);
  if (random_below(8) == 0) {
    value = 0;
  }
  printf("%s [", format);
  if (length >= 3) {
    printf(format, (long long)value);
  } else {
    printf(format, (int)value);
  }
  printf("]\n");
}

static void print_floating(void) {
  char format[64];
  double value = random_double();
  build_format(format, "", "eEfFgGaA"[random_below(8)]);
  printf("%s [", format);
  printf(format, value);
  printf("]\n");
}

static void print_text(void) {
  char format[64];
  static const char *const texts[] = {"", "a", "hello", "a longer text than that"};
  if (random_below(3) == 0) {
    build_format(format, "", 'c');
    printf("%s [", format);
    printf(format, 'a' + random_below(26));
  } else {
    build_format(format, "", 's');
    printf("%s [", format);
    printf(format, texts[random_below(4)]);
  }
  printf("]\n");
}

int main(int argc, char **argv) {
  int rounds = random_begin(argc, argv, 1000);
  for (int i = 0; i < rounds; i++) {
    switch (random_below(5)) {
    case 0:
      print_integer();
      break;
    case 1:
      print_text();
      break;
    default:
      print_floating();
    }
  }
  return 0;
}
