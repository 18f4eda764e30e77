/*
 * printf's floating conversions (C11 7.21.6.1): f, e, g in decimal, exact and rounded half to even, a in hexadecimal.
 * The decimal point is "." in the only locale.
 */
#include <limits.h>
#include <string.h>

#include "../internal/decimal.h"
#include "../internal/format.h"

/* A number ready to print: digits[0 … kept) of the expansion, the first with weight 10^exponent. */
struct rounded {
  const struct decimal *decimal;
  int exponent;
};

static int is_upper(const struct format_spec *spec) {
  return spec->conversion >= 'A' && spec->conversion <= 'G';
}

static int sign_prefix(char *prefix, const struct format_spec *spec, int negative) {
  if (negative) {
    prefix[0] = '-';
  } else if (spec->flags & FORMAT_PLUS) {
    prefix[0] = '+';
  } else if (spec->flags & FORMAT_SPACE) {
    prefix[0] = ' ';
  } else {
    return 0;
  }
  return 1;
}

static void format_special(struct sink *sink, const struct format_spec *spec, const struct float_parts *parts) {
  char prefix[1];
  int prefix_bytes = sign_prefix(prefix, spec, parts->negative);
  const char *text = parts->kind == FLOAT_NAN ? (is_upper(spec) ? "NAN" : "nan") : (is_upper(spec) ? "INF" : "inf");
  __open_field(sink, spec, prefix, prefix_bytes, 3, 0);
  __put(sink, text, 3);
  __close_field(sink, spec, prefix_bytes + 3);
}

/* Puts digits [from, to) of the expansion; those outside it are zeros. */
static void put_digits(struct sink *sink, const struct decimal *decimal, int from, int to) {
  char run[64];
  int filled = 0;
  if (from < 0 && from < to) {
    int zeros = to < 0 ? to - from : -from;
    __put_repeated(sink, '0', zeros);
    from += zeros;
  }
  while (from < to && from < decimal->digit_count) {
    run[filled++] = (char)('0' + __decimal_digit(decimal, from++));
    if (filled == (int)sizeof run) {
      __put(sink, run, (size_t)filled);
      filled = 0;
    }
  }
  __put(sink, run, (size_t)filled);
  __put_repeated(sink, '0', to - from);
}

/* The exponent's text: sign and at least `min_digits` digits. Returns its length. */
static int exponent_text(char *to, char letter, int exponent, int min_digits) {
  char digits[8];
  int count = 0;
  unsigned int magnitude = exponent < 0 ? -(unsigned int)exponent : (unsigned int)exponent;
  for (; magnitude != 0 || count < min_digits; magnitude /= 10) {
    digits[count++] = (char)('0' + magnitude % 10);
  }
  to[0] = letter;
  to[1] = exponent < 0 ? '-' : '+';
  for (int i = 0; i < count; i++) {
    to[2 + i] = digits[count - 1 - i];
  }
  return count + 2;
}

/* Saturating, because a precision may be anything up to INT_MAX. */
static int add_clamped(int a, int b) {
  return b > 0 && a > INT_MAX - b ? INT_MAX : a + b;
}

static void put_fixed(struct sink *sink, const struct format_spec *spec, struct rounded number, int precision,
                      int negative) {
  char prefix[1];
  int prefix_bytes = sign_prefix(prefix, spec, negative);
  int integer_digits = number.exponent >= 0 ? number.exponent + 1 : 1;
  int has_point = precision > 0 || (spec->flags & FORMAT_ALTERNATE);
  int body_bytes = add_clamped(integer_digits + (has_point != 0), precision);
  int units = number.exponent; /* index of the digit of weight 1 */
  __open_field(sink, spec, prefix, prefix_bytes, body_bytes, 1);
  put_digits(sink, number.decimal, units + 1 - integer_digits, units + 1);
  if (has_point) {
    __put(sink, ".", 1);
  }
  put_digits(sink, number.decimal, units + 1, add_clamped(precision, units + 1));
  __close_field(sink, spec, add_clamped(body_bytes, prefix_bytes));
}

static void put_scientific(struct sink *sink, const struct format_spec *spec, struct rounded number, int precision,
                           int negative) {
  char prefix[1];
  char exponent[12];
  int prefix_bytes = sign_prefix(prefix, spec, negative);
  int exponent_bytes = exponent_text(exponent, is_upper(spec) ? 'E' : 'e', number.exponent, 2);
  int has_point = precision > 0 || (spec->flags & FORMAT_ALTERNATE);
  int body_bytes = add_clamped(1 + (has_point != 0) + exponent_bytes, precision);
  __open_field(sink, spec, prefix, prefix_bytes, body_bytes, 1);
  put_digits(sink, number.decimal, 0, 1);
  if (has_point) {
    __put(sink, ".", 1);
  }
  put_digits(sink, number.decimal, 1, add_clamped(precision, 1));
  __put(sink, exponent, (size_t)exponent_bytes);
  __close_field(sink, spec, add_clamped(body_bytes, prefix_bytes));
}

/* The weight of the first digit, as a power of ten; 0 for zero. */
static int exponent_of(const struct decimal *decimal) {
  return decimal->digit_count == 0 ? 0 : decimal->digit_count - 1 - decimal->fraction_digits;
}

/* g: as many digits as fit `precision`, in the shorter style, without trailing zeros unless # is given. */
static void put_general(struct sink *sink, const struct format_spec *spec, struct decimal *decimal, int precision,
                        int negative) {
  if (precision == 0) {
    precision = 1;
  }
  __decimal_round(decimal, precision);
  struct rounded number = {decimal, exponent_of(decimal)};
  int significant = precision;
  if ((spec->flags & FORMAT_ALTERNATE) == 0) {
    if (significant > decimal->digit_count) {
      significant = decimal->digit_count > 0 ? decimal->digit_count : 1;
    }
    while (significant > 1 && __decimal_digit(decimal, significant - 1) == 0) {
      significant--;
    }
  }
  if (number.exponent < -4 || number.exponent >= precision) {
    put_scientific(sink, spec, number, significant - 1, negative);
  } else {
    int fraction_digits = significant - 1 - number.exponent;
    put_fixed(sink, spec, number, fraction_digits > 0 ? fraction_digits : 0, negative);
  }
}

static void format_decimal(struct sink *sink, const struct format_spec *spec, const struct float_parts *parts,
                           uint32_t *room) {
  struct decimal decimal;
  int precision = spec->precision < 0 ? 6 : spec->precision;
  struct rounded number = {&decimal, 0};
  __decimal_from_parts(&decimal, room, parts);
  switch (spec->conversion | 32) {
  case 'f':
    if (decimal.digit_count > 0) {
      __decimal_round(&decimal, add_clamped(precision, exponent_of(&decimal) + 1));
    }
    number.exponent = exponent_of(&decimal);
    put_fixed(sink, spec, number, precision, parts->negative);
    break;
  case 'e':
    __decimal_round(&decimal, add_clamped(precision, 1));
    number.exponent = exponent_of(&decimal);
    put_scientific(sink, spec, number, precision, parts->negative);
    break;
  default:
    put_general(sink, spec, &decimal, precision, parts->negative);
  }
}

/* Hexadecimal digit `index` of the fraction, for a mantissa whose units bit is bit `mantissa_bits` - 1. */
static unsigned int hex_digit(const struct float_parts *parts, int index) {
  int low_bit = parts->mantissa_bits - 1 - 4 * (index + 1);
  return low_bit < 0 ? 0 : parts->mantissa[low_bit / 32] >> (low_bit % 32) & 15;
}

/* Rounds the fraction to `kept` hexadecimal digits, half to even; may carry into the units bit. */
static void round_hex(struct float_parts *parts, int kept) {
  int fraction_bits = parts->mantissa_bits - 1;
  int dropped_bits = fraction_bits - 4 * kept;
  if (dropped_bits <= 0) {
    return;
  }
  uint32_t *m = parts->mantissa;
  int half_bit = dropped_bits - 1;
  int half = m[half_bit / 32] >> (half_bit % 32) & 1;
  int below = 0;
  for (int bit = 0; bit < half_bit; bit++) {
    below |= m[bit / 32] >> (bit % 32) & 1;
  }
  int odd = m[dropped_bits / 32] >> (dropped_bits % 32) & 1;
  for (int bit = 0; bit < dropped_bits; bit++) {
    m[bit / 32] &= ~(1U << (bit % 32));
  }
  if (half && (below || odd)) {
    int word = dropped_bits / 32;
    uint32_t unit = 1U << (dropped_bits % 32);
    m[word] += unit;
    while (m[word] < unit && word < 3) { /* carried out of the word */
      unit = 1;
      m[++word] += 1;
    }
  }
}

/* A normal number has 1 before the point, a subnormal one 0. */
static void format_hex(struct sink *sink, const struct format_spec *spec, struct float_parts parts) {
  char prefix[3];
  char exponent[12];
  int precision = spec->precision;
  int fraction_bits = parts.mantissa_bits - 1;
  if (precision < 0) {
    precision = fraction_bits / 4;
    while (precision > 0 && hex_digit(&parts, precision - 1) == 0) {
      precision--;
    }
  } else if (precision < fraction_bits / 4) {
    round_hex(&parts, precision);
  }
  int prefix_bytes = sign_prefix(prefix, spec, parts.negative);
  prefix[prefix_bytes++] = '0';
  prefix[prefix_bytes++] = is_upper(spec) ? 'X' : 'x';
  int power = parts.kind == FLOAT_ZERO ? 0 : parts.exponent + fraction_bits;
  int exponent_bytes = exponent_text(exponent, is_upper(spec) ? 'P' : 'p', power, 1);
  int has_point = precision > 0 || (spec->flags & FORMAT_ALTERNATE);
  int body_bytes = add_clamped(1 + (has_point != 0) + exponent_bytes, precision);
  const char *digits = is_upper(spec) ? "0123456789ABCDEF" : "0123456789abcdef";
  int known_digits = precision < fraction_bits / 4 ? precision : fraction_bits / 4;
  __open_field(sink, spec, prefix, prefix_bytes, body_bytes, 1);
  __put(sink, &digits[parts.mantissa[fraction_bits / 32] >> (fraction_bits % 32) & 3], 1);
  if (has_point) {
    __put(sink, ".", 1);
  }
  for (int i = 0; i < known_digits; i++) {
    __put(sink, &digits[hex_digit(&parts, i)], 1);
  }
  __put_repeated(sink, '0', precision - known_digits);
  __put(sink, exponent, (size_t)exponent_bytes);
  __close_field(sink, spec, add_clamped(body_bytes, prefix_bytes));
}

/* The room is on the stack; a long double needs 5 KB of it, so only long doubles pay for that. */
static void format_decimal_double(struct sink *sink, const struct format_spec *spec, const struct float_parts *parts) {
  uint32_t room[DECIMAL_WORDS_DOUBLE];
  format_decimal(sink, spec, parts, room);
}

static void format_decimal_long_double(struct sink *sink, const struct format_spec *spec,
                                       const struct float_parts *parts) {
  uint32_t room[DECIMAL_WORDS_LONG_DOUBLE];
  format_decimal(sink, spec, parts, room);
}

void __format_float(struct sink *sink, const struct format_spec *spec, const struct float_parts *parts) {
  if (parts->kind == FLOAT_INFINITE || parts->kind == FLOAT_NAN) {
    format_special(sink, spec, parts);
  } else if ((spec->conversion | 32) == 'a') {
    format_hex(sink, spec, *parts);
  } else if (parts->mantissa_bits > 53) {
    format_decimal_long_double(sink, spec, parts);
  } else {
    format_decimal_double(sink, spec, parts);
  }
}
