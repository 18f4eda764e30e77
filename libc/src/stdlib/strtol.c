/*
 * Integers from text (C11 7.22.1.4). One scanner yields magnitude and sign; each function clamps to its own type. The
 * scanner works on 64 bits, with a fast path for digits while the value fits 32.
 */
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>

struct scanned {
  unsigned long long magnitude;
  int negative;
  int overflow; /* the magnitude did not fit 64 bits */
};

static int digit_value(char c) {
  if (isdigit((unsigned char)c)) {
    return c - '0';
  }
  if (isalpha((unsigned char)c)) {
    return tolower((unsigned char)c) - 'a' + 10;
  }
  return 99;
}

/* Skips "0x" where it belongs to the number, and settles base 0. */
static const char *skip_prefix(const char *p, int *base) {
  int has_hex_prefix = p[0] == '0' && (p[1] == 'x' || p[1] == 'X') && digit_value(p[2]) < 16;
  if ((*base == 0 || *base == 16) && has_hex_prefix) {
    *base = 16;
    return p + 2;
  }
  if (*base == 0) {
    *base = p[0] == '0' ? 8 : 10;
  }
  return p;
}

static struct scanned scan(const char *text, char **end, int base) {
  struct scanned result = {0, 0, 0};
  const char *p = text;
  if (end != 0) {
    *end = (char *)text;
  }
  if (base < 0 || base == 1 || base > 36) {
    errno = EINVAL;
    return result;
  }
  while (isspace((unsigned char)*p)) {
    p++;
  }
  if (*p == '+' || *p == '-') {
    result.negative = *p == '-';
    p++;
  }
  p = skip_prefix(p, &base);
  const char *digits = p;
  unsigned int small = 0;
  unsigned int small_limit = (UINT_MAX - 35) / 36;
  int digit;
  while ((digit = digit_value(*p)) < base && small <= small_limit) {
    small = small * (unsigned int)base + (unsigned int)digit;
    p++;
  }
  unsigned long long value = small;
  for (; (digit = digit_value(*p)) < base; p++) {
    unsigned long long limit = (ULLONG_MAX - (unsigned int)digit) / (unsigned int)base;
    if (value > limit) {
      result.overflow = 1;
    }
    value = value * (unsigned int)base + (unsigned int)digit;
  }
  if (p != digits && end != 0) {
    *end = (char *)p;
  }
  result.magnitude = value;
  return result;
}

static unsigned long long clamp_unsigned(struct scanned s, unsigned long long max) {
  if (s.overflow || s.magnitude > max) {
    errno = ERANGE;
    return max;
  }
  return s.negative ? -s.magnitude : s.magnitude;
}

static long long clamp_signed(struct scanned s, long long max) {
  unsigned long long limit = (unsigned long long)max + (s.negative ? 1 : 0);
  if (s.overflow || s.magnitude > limit) {
    errno = ERANGE;
    return s.negative ? -max - 1 : max;
  }
  return (long long)(s.negative ? -s.magnitude : s.magnitude);
}

long strtol(const char *text, char **end, int base) {
  return (long)clamp_signed(scan(text, end, base), LONG_MAX);
}

unsigned long strtoul(const char *text, char **end, int base) {
  return (unsigned long)clamp_unsigned(scan(text, end, base), ULONG_MAX);
}

long long strtoll(const char *text, char **end, int base) {
  return clamp_signed(scan(text, end, base), LLONG_MAX);
}

unsigned long long strtoull(const char *text, char **end, int base) {
  return clamp_unsigned(scan(text, end, base), ULLONG_MAX);
}

intmax_t strtoimax(const char *text, char **end, int base) {
  return strtoll(text, end, base);
}

uintmax_t strtoumax(const char *text, char **end, int base) {
  return strtoull(text, end, base);
}

int atoi(const char *text) {
  return (int)strtol(text, 0, 10);
}

long atol(const char *text) {
  return strtol(text, 0, 10);
}

long long atoll(const char *text) {
  return strtoll(text, 0, 10);
}
