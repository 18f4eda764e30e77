/*
 * From text to the nearest binary floating number (C11 7.22.1.3), exactly: the decimal number is an integer times a power
 * of ten, N × 10^k. For k >= 0 that is the integer N × 5^k times 2^k. For k < 0 the quotient N × 2^s / 5^-k is computed
 * with a few bits more than the format holds; the remainder says whether anything lies below. One rounding follows.
 */
#include "../internal/parse-float.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <string.h>
#include <strings.h>

#include "../internal/bignum.h"

/* A binary value before rounding: bits × 2^exponent, plus something below the last bit if sticky. */
struct unrounded {
  uint32_t bits[4];
  int exponent;
  int sticky;
};

static int bit_length(const uint32_t *bits) {
  for (int i = 3; i >= 0; i--) {
    if (bits[i] != 0) {
      int length = 32 * i;
      for (uint32_t top = bits[i]; top != 0; top >>= 1) {
        length++;
      }
      return length;
    }
  }
  return 0;
}

static int test_bit(const uint32_t *bits, int index) {
  return index >= 0 && index < 128 ? bits[index / 32] >> (index % 32) & 1 : 0;
}

static void shift_bits_left_one(uint32_t *bits) {
  for (int i = 3; i > 0; i--) {
    bits[i] = bits[i] << 1 | bits[i - 1] >> 31;
  }
  bits[0] <<= 1;
}

/* Drops the lowest `count` bits, rounding half to even. */
static void round_off(struct unrounded *value, int count) {
  uint32_t *bits = value->bits;
  int half = test_bit(bits, count - 1);
  int below = value->sticky;
  for (int i = 0; i < count - 1; i++) {
    below |= test_bit(bits, i);
  }
  for (int i = 0; i < 128; i++) { /* shift right by count */
    int bit = test_bit(bits, i + count);
    bits[i / 32] = (bits[i / 32] & ~(1U << (i % 32))) | (uint32_t)bit << (i % 32);
  }
  if (half && (below || (bits[0] & 1))) {
    for (int i = 0; i < 4 && ++bits[i] == 0; i++) {
    }
  }
  value->sticky = half | below;
  value->exponent += count;
}

static void finish(struct unrounded *value, const struct float_format *format, struct float_parts *result) {
  int leading = bit_length(value->bits) - 1 + value->exponent;
  int lowest = leading - format->mantissa_bits + 1; /* exponent of the last bit that stays */
  int lowest_of_all = format->minimum_exponent - format->mantissa_bits + 1;
  int is_tiny = lowest < lowest_of_all;
  if (is_tiny) {
    lowest = lowest_of_all;
  }
  if (lowest > value->exponent) {
    int dropped = lowest - value->exponent;
    round_off(value, dropped > 127 ? 127 : dropped);
  } else {
    for (; value->exponent > lowest; value->exponent--) {
      shift_bits_left_one(value->bits);
    }
  }
  if (bit_length(value->bits) > format->mantissa_bits) { /* rounded up to a power of two */
    value->sticky |= value->bits[0] & 1;
    round_off(value, 1);
    lowest++;
  }
  memcpy(result->mantissa, value->bits, sizeof result->mantissa);
  result->exponent = lowest;
  result->kind = bit_length(value->bits) == 0 ? FLOAT_ZERO : FLOAT_FINITE;
  if (lowest + format->mantissa_bits - 1 > format->maximum_exponent) {
    result->kind = FLOAT_INFINITE;
    errno = ERANGE;
  } else if (is_tiny && value->sticky) {
    errno = ERANGE;
  }
}

/* The upper 128 bits of a big number. */
static void take_top(const struct bignum *n, struct unrounded *value) {
  int length = __bignum_bit_length(n);
  int dropped = length > 128 ? length - 128 : 0;
  memset(value->bits, 0, sizeof value->bits);
  for (int i = 0; i < 4; i++) {
    int word = dropped / 32 + i;
    int shift = dropped % 32;
    uint32_t low = word < n->count ? n->words[word] >> shift : 0;
    uint32_t high = shift > 0 && word + 1 < n->count ? n->words[word + 1] << (32 - shift) : 0;
    value->bits[i] = low | high;
  }
  for (int i = 0; i < dropped; i++) {
    if (n->words[i / 32] >> (i % 32) & 1) {
      value->sticky = 1;
      break;
    }
  }
  value->exponent += dropped;
}

/* numerator / divisor to `bits` bits of quotient, which is between 2^(bits-1) and 2^(bits+1). */
static void divide(struct bignum *numerator, struct bignum *divisor, int bits, struct unrounded *value) {
  int shift = bits - __bignum_bit_length(numerator) + __bignum_bit_length(divisor);
  if (shift > 0) {
    __bignum_shift_left(numerator, shift);
  } else {
    __bignum_shift_left(divisor, -shift);
  }
  value->exponent -= shift;
  /* The quotient bit by bit from the top: the divisor stands `bits` places up, the remainder follows it downwards. */
  memset(value->bits, 0, sizeof value->bits);
  __bignum_shift_left(divisor, bits);
  for (int bit = bits; bit >= 0; bit--) {
    shift_bits_left_one(value->bits);
    if (__bignum_compare(numerator, divisor) >= 0) {
      __bignum_subtract(numerator, divisor);
      value->bits[0] |= 1;
    }
    if (bit > 0) {
      __bignum_shift_left(numerator, 1);
    }
  }
  value->sticky |= numerator->count != 0;
}

static const char *parse_exponent(const char *p, char letter, int *exponent) {
  const char *q = p + 1;
  *exponent = 0;
  if ((*p | 32) != letter) {
    return p;
  }
  int negative = *q == '-';
  if (*q == '+' || *q == '-') {
    q++;
  }
  if (!isdigit((unsigned char)*q)) {
    return p;
  }
  while (isdigit((unsigned char)*q)) {
    if (*exponent < 100000000) {
      *exponent = *exponent * 10 + (*q - '0');
    }
    q++;
  }
  if (negative) {
    *exponent = -*exponent;
  }
  return q;
}

struct digits {
  const char *end;
  struct bignum number;
  int kept;    /* digits in `number` */
  int scale;   /* the value is number × 10^scale (hexadecimal: 2^scale) */
  int any;     /* a digit was there at all */
  int sticky;  /* a digit other than 0 was left out */
};

static int hex_value(char c) {
  return isdigit((unsigned char)c) ? c - '0' : (c | 32) - 'a' + 10;
}

/* Digits with at most one point among them. Leading zeros cost nothing; digits beyond `max` only set `sticky`. */
static void scan_digits(const char *p, int base, int max, struct digits *digits) {
  int seen_point = 0;
  int per_digit = base == 16 ? 4 : 1;
  for (;; p++) {
    if (*p == '.' && !seen_point) {
      seen_point = 1;
      continue;
    }
    if (base == 16 ? !isxdigit((unsigned char)*p) : !isdigit((unsigned char)*p)) {
      break;
    }
    int digit = hex_value(*p);
    digits->any = 1;
    if (digits->kept < max) {
      if (digits->kept > 0 || digit != 0) {
        __bignum_multiply_add(&digits->number, (uint32_t)base, (uint32_t)digit);
        digits->kept++;
      }
      digits->scale -= seen_point ? per_digit : 0;
    } else {
      digits->sticky |= digit != 0;
      digits->scale += seen_point ? 0 : per_digit;
    }
  }
  digits->end = p;
}

static int add_saturating(int a, int b) {
  return b > 0 && a > INT_MAX / 2 ? INT_MAX / 2 : b < 0 && a < INT_MIN / 2 ? INT_MIN / 2 : a + b;
}

static void set_special(struct float_parts *result, enum float_kind kind) {
  memset(result->mantissa, 0, sizeof result->mantissa);
  result->kind = kind;
}

/* Too large or too small to be worth the arithmetic. */
static void set_out_of_range(struct float_parts *result, enum float_kind kind) {
  set_special(result, kind);
  errno = ERANGE;
}

static void convert_decimal(struct digits *digits, const struct float_format *format, uint32_t *divisor_room,
                            struct float_parts *result) {
  struct unrounded value;
  int scale = digits->scale;
  int decimal_exponent = add_saturating(digits->kept, scale);
  memset(&value, 0, sizeof value);
  if (decimal_exponent > format->maximum_decimal) {
    set_out_of_range(result, FLOAT_INFINITE);
    return;
  }
  if (decimal_exponent < format->minimum_decimal) {
    set_out_of_range(result, FLOAT_ZERO);
    return;
  }
  if (digits->sticky) { /* stands for everything that was left out: it is no tie, and above this digit's predecessor */
    __bignum_multiply_add(&digits->number, 10, 1);
    scale--;
  }
  value.exponent = scale;
  if (scale >= 0) {
    __bignum_multiply_by_power_of_five(&digits->number, scale);
    take_top(&digits->number, &value);
  } else {
    struct bignum divisor = {divisor_room, 1};
    divisor_room[0] = 1;
    __bignum_multiply_by_power_of_five(&divisor, -scale);
    divide(&digits->number, &divisor, format->mantissa_bits + 2, &value);
  }
  finish(&value, format, result);
}

static void convert_hexadecimal(struct digits *digits, const struct float_format *format, struct float_parts *result) {
  struct unrounded value;
  memset(&value, 0, sizeof value);
  int leading = add_saturating(digits->scale, __bignum_bit_length(&digits->number));
  if (leading > format->maximum_exponent + 1) {
    set_out_of_range(result, FLOAT_INFINITE);
    return;
  }
  if (leading < format->minimum_exponent - format->mantissa_bits - 1) {
    set_out_of_range(result, FLOAT_ZERO);
    return;
  }
  value.exponent = digits->scale;
  value.sticky = digits->sticky;
  take_top(&digits->number, &value);
  finish(&value, format, result);
}

/* "inf", "infinity", "nan" or "nan(…)"; null if it is none of them. */
static const char *parse_name(const char *p, struct float_parts *result) {
  if (strncasecmp(p, "inf", 3) == 0) {
    set_special(result, FLOAT_INFINITE);
    return strncasecmp(p + 3, "inity", 5) == 0 ? p + 8 : p + 3;
  }
  if (strncasecmp(p, "nan", 3) == 0) {
    const char *q = p + 3;
    set_special(result, FLOAT_NAN);
    if (*q == '(') {
      do {
        q++;
      } while (isalnum((unsigned char)*q) || *q == '_');
      if (*q == ')') {
        return q + 1;
      }
    }
    return p + 3;
  }
  return 0;
}

void __parse_float(const char *text, char **end, const struct float_format *format, uint32_t *room,
                   struct float_parts *result) {
  struct digits digits;
  const char *p = text;
  memset(&digits, 0, sizeof digits);
  digits.number.words = room;
  set_special(result, FLOAT_ZERO);
  result->negative = 0;
  while (isspace((unsigned char)*p)) {
    p++;
  }
  if (*p == '+' || *p == '-') {
    result->negative = *p++ == '-';
  }
  const char *after = parse_name(p, result);
  if (after == 0) {
    int is_hex = p[0] == '0' && (p[1] | 32) == 'x' &&
                 (isxdigit((unsigned char)p[2]) || (p[2] == '.' && isxdigit((unsigned char)p[3])));
    int exponent;
    scan_digits(is_hex ? p + 2 : p, is_hex ? 16 : 10, is_hex ? 31 : format->maximum_digits, &digits);
    if (!digits.any) {
      result->negative = 0;
      after = text;
    } else {
      after = parse_exponent(digits.end, is_hex ? 'p' : 'e', &exponent);
      digits.scale = add_saturating(digits.scale, exponent);
      if (digits.kept == 0) {
        /* zero, whatever the exponent */
      } else if (is_hex) {
        convert_hexadecimal(&digits, format, result);
      } else {
        convert_decimal(&digits, format, room + format->room_words, result);
      }
    }
  }
  if (end != 0) {
    *end = (char *)after;
  }
}
