/*
 * printf's interpreter (C11 7.21.6.1): flags, width, precision, length modifiers and all conversions; floating ones are
 * in format-float.c. POSIX's numbered arguments (%1$d) are not understood.
 */
#include "../internal/format.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <wchar.h>

#include "../internal/float-parts.h"

enum length { LENGTH_CHAR, LENGTH_SHORT, LENGTH_INT, LENGTH_LONG, LENGTH_LONG_LONG, LENGTH_LONG_DOUBLE };

/* va_list may be an array type, which cannot be passed on by reference; a structure can. */
struct arguments {
  va_list list;
};

void __put(struct sink *sink, const char *text, size_t bytes) {
  if (bytes > 0) {
    sink->put(sink, text, bytes);
    sink->total += bytes;
  }
}

void __put_repeated(struct sink *sink, char c, int count) {
  char run[32];
  if (count > 0) {
    memset(run, c, sizeof run);
  }
  while (count > 0) {
    int part = count < (int)sizeof run ? count : (int)sizeof run;
    __put(sink, run, (size_t)part);
    count -= part;
  }
}

void __open_field(struct sink *sink, const struct format_spec *spec, const char *prefix, int prefix_bytes,
                  int body_bytes, int zeros_allowed) {
  int padding = spec->width - prefix_bytes - body_bytes;
  int zeros = zeros_allowed && (spec->flags & FORMAT_ZERO) && !(spec->flags & FORMAT_LEFT);
  if (!zeros && !(spec->flags & FORMAT_LEFT)) {
    __put_repeated(sink, ' ', padding);
  }
  __put(sink, prefix, (size_t)prefix_bytes);
  if (zeros) {
    __put_repeated(sink, '0', padding);
  }
}

void __close_field(struct sink *sink, const struct format_spec *spec, int used_bytes) {
  if (spec->flags & FORMAT_LEFT) {
    __put_repeated(sink, ' ', spec->width - used_bytes);
  }
}

/* Writes digits backwards from `end`; values of 32 bits are spared the 64-bit division. */
static char *digits_backwards(char *end, unsigned long long value, unsigned int base, const char *digits) {
  while (value > UINT_MAX) {
    *--end = digits[value % base];
    value /= base;
  }
  unsigned int small = (unsigned int)value;
  while (small != 0) {
    *--end = digits[small % base];
    small /= base;
  }
  return end;
}

static void format_integer(struct sink *sink, const struct format_spec *spec, unsigned long long magnitude,
                           int negative) {
  char digits[24]; /* 64 bits in octal need 22 */
  char *end = digits + sizeof digits;
  unsigned int base = spec->conversion == 'o' ? 8 : spec->conversion == 'x' || spec->conversion == 'X' ? 16 : 10;
  char *start =
      digits_backwards(end, magnitude, base, spec->conversion == 'X' ? "0123456789ABCDEF" : "0123456789abcdef");
  int digit_count = (int)(end - start);
  int leading = (spec->precision < 0 ? 1 : spec->precision) - digit_count;
  char prefix[2];
  int prefix_bytes = 0;
  if (leading < 0) {
    leading = 0;
  }
  if (spec->conversion == 'd') {
    if (negative || (spec->flags & (FORMAT_PLUS | FORMAT_SPACE))) {
      prefix[prefix_bytes++] = negative ? '-' : spec->flags & FORMAT_PLUS ? '+' : ' ';
    }
  } else if (spec->flags & FORMAT_ALTERNATE) {
    if (base == 16 && magnitude != 0) {
      prefix[prefix_bytes++] = '0';
      prefix[prefix_bytes++] = spec->conversion;
    } else if (base == 8 && leading == 0) {
      leading = 1; /* the first digit shall be 0 */
    }
  }
  __open_field(sink, spec, prefix, prefix_bytes, leading + digit_count, spec->precision < 0);
  __put_repeated(sink, '0', leading);
  __put(sink, start, (size_t)digit_count);
  __close_field(sink, spec, prefix_bytes + leading + digit_count);
}

static void format_text(struct sink *sink, const struct format_spec *spec, const char *text, int bytes) {
  __open_field(sink, spec, 0, 0, bytes, 0);
  __put(sink, text, (size_t)bytes);
  __close_field(sink, spec, bytes);
}

static void format_string(struct sink *sink, const struct format_spec *spec, const char *text) {
  if (text == 0) {
    text = spec->precision >= 0 && spec->precision < 6 ? "" : "(null)";
  }
  size_t bytes = spec->precision < 0 ? strlen(text) : strnlen(text, (size_t)spec->precision);
  format_text(sink, spec, text, (int)bytes);
}

/* Whole characters only: precision counts bytes of the result. 0 if a character has no encoding. */
static int format_wide_string(struct sink *sink, const struct format_spec *spec, const wchar_t *text) {
  char encoded[MB_LEN_MAX];
  int total = 0;
  if (text == 0) {
    text = L"(null)";
  }
  const wchar_t *end = text;
  for (; *end != 0; end++) {
    int bytes = (int)wcrtomb(encoded, *end, 0);
    if (bytes < 0) {
      return 0;
    }
    if (spec->precision >= 0 && total + bytes > spec->precision) {
      break;
    }
    total += bytes;
  }
  __open_field(sink, spec, 0, 0, total, 0);
  for (; text < end; text++) {
    __put(sink, encoded, wcrtomb(encoded, *text, 0));
  }
  __close_field(sink, spec, total);
  return 1;
}

static long long signed_argument(struct arguments *args, enum length length) {
  if (length == LENGTH_LONG_LONG) {
    return va_arg(args->list, long long);
  }
  int value = va_arg(args->list, int); /* long is as wide as int */
  return length == LENGTH_CHAR ? (signed char)value : length == LENGTH_SHORT ? (short)value : value;
}

static unsigned long long unsigned_argument(struct arguments *args, enum length length) {
  if (length == LENGTH_LONG_LONG) {
    return va_arg(args->list, unsigned long long);
  }
  unsigned int value = va_arg(args->list, unsigned int);
  return length == LENGTH_CHAR ? (unsigned char)value : length == LENGTH_SHORT ? (unsigned short)value : value;
}

static void store_count(struct arguments *args, enum length length, size_t total) {
  void *to = va_arg(args->list, void *);
  switch (length) {
  case LENGTH_CHAR:
    *(signed char *)to = (signed char)total;
    break;
  case LENGTH_SHORT:
    *(short *)to = (short)total;
    break;
  case LENGTH_LONG_LONG:
    *(long long *)to = (long long)total;
    break;
  default:
    *(int *)to = (int)total;
  }
}

static const char *parse_flags(const char *p, struct format_spec *spec) {
  for (;; p++) {
    switch (*p) {
    case '-':
      spec->flags |= FORMAT_LEFT;
      break;
    case '+':
      spec->flags |= FORMAT_PLUS;
      break;
    case ' ':
      spec->flags |= FORMAT_SPACE;
      break;
    case '#':
      spec->flags |= FORMAT_ALTERNATE;
      break;
    case '0':
      spec->flags |= FORMAT_ZERO;
      break;
    case '\'': /* grouping: the C locale has none */
      break;
    default:
      return p;
    }
  }
}

/* A decimal number or a star; saturates at INT_MAX. */
static const char *parse_number(const char *p, struct arguments *args, int *number) {
  if (*p == '*') {
    *number = va_arg(args->list, int);
    return p + 1;
  }
  *number = 0;
  while (isdigit((unsigned char)*p)) {
    int digit = *p++ - '0';
    *number = *number > (INT_MAX - digit) / 10 ? INT_MAX : *number * 10 + digit;
  }
  return p;
}

static const char *parse_length(const char *p, enum length *length) {
  *length = LENGTH_INT;
  switch (*p) {
  case 'h':
    *length = p[1] == 'h' ? LENGTH_CHAR : LENGTH_SHORT;
    return p[1] == 'h' ? p + 2 : p + 1;
  case 'l':
    *length = p[1] == 'l' ? LENGTH_LONG_LONG : LENGTH_LONG;
    return p[1] == 'l' ? p + 2 : p + 1;
  case 'j':
    *length = LENGTH_LONG_LONG;
    return p + 1;
  case 'z':
  case 't':
    return p + 1;
  case 'L':
    *length = LENGTH_LONG_DOUBLE;
    return p + 1;
  default:
    return p;
  }
}

static const char *parse_spec(const char *p, struct arguments *args, struct format_spec *spec, enum length *length) {
  spec->flags = 0;
  spec->precision = -1;
  p = parse_flags(p, spec);
  p = parse_number(p, args, &spec->width);
  if (spec->width < 0) { /* from a star: as a minus flag and its magnitude */
    spec->flags |= FORMAT_LEFT;
    spec->width = -spec->width;
  }
  if (*p == '.') {
    p = parse_number(p + 1, args, &spec->precision);
    if (spec->precision < 0) {
      spec->precision = -1;
    }
  }
  p = parse_length(p, length);
  spec->conversion = *p;
  return *p != 0 ? p + 1 : p;
}

static void format_floating(struct sink *sink, const struct format_spec *spec, struct arguments *args,
                            enum length length) {
  struct float_parts parts;
  if (length == LENGTH_LONG_DOUBLE) {
    __split_long_double(va_arg(args->list, long double), &parts);
  } else {
    __split_double(va_arg(args->list, double), &parts);
  }
  __format_float(sink, spec, &parts);
}

/* One conversion; 0 on an error that ends the output. */
static int convert(struct sink *sink, struct format_spec *spec, struct arguments *args, enum length length) {
  switch (spec->conversion) {
  case 'd':
  case 'i': {
    long long value = signed_argument(args, length);
    spec->conversion = 'd';
    format_integer(sink, spec, value < 0 ? -(unsigned long long)value : (unsigned long long)value, value < 0);
    return 1;
  }
  case 'u':
  case 'o':
  case 'x':
  case 'X':
    format_integer(sink, spec, unsigned_argument(args, length), 0);
    return 1;
  case 'p': {
    uintptr_t value = (uintptr_t)va_arg(args->list, void *);
    if (value == 0) {
      format_text(sink, spec, "(nil)", 5);
      return 1;
    }
    spec->conversion = 'x';
    spec->flags |= FORMAT_ALTERNATE;
    format_integer(sink, spec, value, 0);
    return 1;
  }
  case 'c': {
    if (length == LENGTH_LONG) {
      wchar_t text[2] = {va_arg(args->list, wchar_t), 0};
      spec->precision = -1;
      return format_wide_string(sink, spec, text);
    }
    char c = (char)va_arg(args->list, int);
    format_text(sink, spec, &c, 1);
    return 1;
  }
  case 's':
    if (length == LENGTH_LONG) {
      return format_wide_string(sink, spec, va_arg(args->list, const wchar_t *));
    }
    format_string(sink, spec, va_arg(args->list, const char *));
    return 1;
  case 'n':
    store_count(args, length, sink->total);
    return 1;
  case 'm':
    format_string(sink, spec, strerror(errno));
    return 1;
  case '%':
    __put(sink, "%", 1);
    return 1;
  default:
    if (spec->conversion != 0 && strchr("aAeEfFgG", spec->conversion) != 0) {
      format_floating(sink, spec, args, length);
      return 1;
    }
    errno = EINVAL; /* not a conversion */
    return 0;
  }
}

int __format(struct sink *sink, const char *format, va_list list) {
  struct arguments args;
  va_copy(args.list, list);
  const char *p = format;
  int ok = 1;
  while (ok && *p != 0) {
    const char *text = p;
    while (*p != 0 && *p != '%') {
      p++;
    }
    __put(sink, text, (size_t)(p - text));
    if (*p == '%') {
      struct format_spec spec;
      enum length length;
      p = parse_spec(p + 1, &args, &spec, &length);
      ok = convert(sink, &spec, &args, length);
    }
  }
  va_end(args.list);
  if (!ok) {
    return -1;
  }
  if (sink->total > INT_MAX) {
    errno = EOVERFLOW;
    return -1;
  }
  return (int)sink->total;
}
