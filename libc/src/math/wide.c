/* Arithmetic of wide numbers (see wide.h). */
#include "wide.h"

#include <math.h>

#include "../internal/float-parts.h"
#include "../runtime/soft-float.h"

struct wide __wide_make(int negative, int exponent, uint64_t high, uint64_t low) {
  struct wide result = {negative, exponent, high, low};
  if (high == 0) {
    result.high = low;
    result.low = 0;
    result.exponent -= 64;
    if (low == 0) {
      result.exponent = 0;
      result.negative = 0;
      return result;
    }
  }
  int shift = __clzdi2(result.high);
  if (shift > 0) {
    result.high = result.high << shift | result.low >> (64 - shift);
    result.low <<= shift;
    result.exponent -= shift;
  }
  return result;
}

struct wide __wide_from_double(double value) {
  struct float_parts parts;
  __split_double(value, &parts);
  uint64_t mantissa = (uint64_t)parts.mantissa[1] << 32 | parts.mantissa[0];
  return __wide_make(parts.negative, parts.exponent + 64, mantissa, 0);
}

struct wide __wide_from_int(int value) {
  uint32_t magnitude = value < 0 ? -(uint32_t)value : (uint32_t)value;
  return __wide_make(value < 0, 64, magnitude, 0);
}

double __wide_to_double(struct wide a) {
  union {
    bits64 bits;
    double value;
  } result;
  bits64 sign = a.negative ? F64_SIGN : 0;
  if (a.high == 0) {
    result.bits = sign;
  } else if (a.exponent > 1100) {
    result.bits = sign | F64_INFINITY;
  } else if (a.exponent < -1200) {
    result.bits = sign;
  } else {
    uint64_t significand = a.high >> 1 | (a.high & 1) | (a.low != 0);
    result.bits = __f64_round(sign, a.exponent - 1 + F64_BIAS, significand);
  }
  return result.value;
}

int __wide_to_int(struct wide a) {
  if (a.exponent < 0) {
    return 0;
  }
  uint64_t doubled = a.exponent == 0 ? 1 : a.high >> (63 - a.exponent); /* the integer part of 2|a| */
  int magnitude = (int)((doubled + 1) >> 1);
  return a.negative ? -magnitude : magnitude;
}

/* Bits that fall out are remembered in the lowest one, so that they can still break a tie. */
static struct wide shift_right(struct wide a, int count) {
  uint64_t lost = 0;
  a.exponent += count;
  if (count >= 128) {
    lost = a.high | a.low;
    a.high = 0;
    a.low = 0;
  } else if (count >= 64) {
    lost = a.low | (count > 64 ? a.high << (128 - count) : 0);
    a.low = a.high >> (count - 64);
    a.high = 0;
  } else if (count > 0) {
    lost = a.low << (64 - count);
    a.low = a.low >> count | a.high << (64 - count);
    a.high >>= count;
  }
  a.low |= lost != 0;
  return a;
}

struct wide __wide_negate(struct wide a) {
  a.negative = a.high != 0 && !a.negative;
  return a;
}

static int is_smaller_magnitude(const struct wide *a, const struct wide *b) {
  if (a->exponent != b->exponent) {
    return a->exponent < b->exponent;
  }
  return a->high != b->high ? a->high < b->high : a->low < b->low;
}

struct wide __wide_add(struct wide a, struct wide b) {
  if (a.high == 0) {
    return b;
  }
  if (b.high == 0) {
    return a;
  }
  if (is_smaller_magnitude(&a, &b)) {
    struct wide swapped = a;
    a = b;
    b = swapped;
  }
  b = shift_right(b, a.exponent - b.exponent);
  if (a.negative != b.negative) {
    uint64_t low = a.low - b.low;
    return __wide_make(a.negative, a.exponent, a.high - b.high - (a.low < b.low), low);
  }
  uint64_t low = a.low + b.low;
  uint64_t with_carry = b.high + (low < a.low);
  uint64_t high = a.high + with_carry;
  if (high >= a.high && with_carry >= b.high) {
    return __wide_make(a.negative, a.exponent, high, low);
  }
  struct wide result = {a.negative, a.exponent + 1, high >> 1 | 1ULL << 63, low >> 1 | high << 63};
  return result;
}

struct wide __wide_subtract(struct wide a, struct wide b) {
  return __wide_add(a, __wide_negate(b));
}

struct wide __wide_scale(struct wide a, int power) {
  if (a.high != 0) {
    a.exponent += power;
  }
  return a;
}

/* The upper half of a product of 128 bits, and the lower one. */
static uint64_t multiply_64(uint64_t a, uint64_t b, uint64_t *low_half) {
  uint32_t a_low = (uint32_t)a;
  uint32_t a_high = (uint32_t)(a >> 32);
  uint32_t b_low = (uint32_t)b;
  uint32_t b_high = (uint32_t)(b >> 32);
  uint64_t low = (uint64_t)a_low * b_low;
  uint64_t middle = (uint64_t)a_high * b_low + (uint32_t)(low >> 32);
  uint64_t other = (uint64_t)a_low * b_high + (uint32_t)middle;
  *low_half = (uint64_t)(uint32_t)other << 32 | (uint32_t)low;
  return (uint64_t)a_high * b_high + (uint32_t)(middle >> 32) + (uint32_t)(other >> 32);
}

/* The product of the lower halves is left out: it lies below the last bit but two. */
struct wide __wide_multiply(struct wide a, struct wide b) {
  uint64_t ignored;
  uint64_t low;
  uint64_t high = multiply_64(a.high, b.high, &low);
  uint64_t cross = multiply_64(a.high, b.low, &ignored);
  uint64_t other_cross = multiply_64(a.low, b.high, &ignored);
  low += cross;
  high += low < cross;
  low += other_cross;
  high += low < other_cross;
  return __wide_make(a.negative != b.negative, a.exponent + b.exponent, high, low);
}

/* Bit by bit: remainders stay below the divisor, 129 bits with the one that is shifted out. */
struct wide __wide_divide(struct wide a, struct wide b) {
  uint64_t rest_high = a.high >> 1;
  uint64_t rest_low = a.low >> 1 | a.high << 63;
  uint64_t quotient_high = 0;
  uint64_t quotient_low = 0;
  uint64_t lost = a.low & 1; /* the bit that made room; comes back with the first shift */
  for (int i = 0; i < 128; i++) {
    int carry = (int)(rest_high >> 63);
    rest_high = rest_high << 1 | rest_low >> 63;
    rest_low = rest_low << 1 | lost;
    lost = 0;
    quotient_high = quotient_high << 1 | quotient_low >> 63;
    quotient_low <<= 1;
    if (carry || rest_high > b.high || (rest_high == b.high && rest_low >= b.low)) {
      rest_high = rest_high - b.high - (rest_low < b.low);
      rest_low -= b.low;
      quotient_low |= 1;
    }
  }
  return __wide_make(a.negative != b.negative, a.exponent - b.exponent + 1, quotient_high, quotient_low);
}

/* One step of Newton's method doubles the 53 bits of the double's root. */
struct wide __wide_sqrt(struct wide a) {
  if (a.high == 0) {
    return a;
  }
  int power = a.exponent / 2;
  struct wide scaled = __wide_scale(a, -2 * power);
  struct wide root = __wide_from_double(sqrt(__wide_to_double(scaled)));
  root = __wide_scale(__wide_add(root, __wide_divide(scaled, root)), -1);
  return __wide_scale(root, power);
}
