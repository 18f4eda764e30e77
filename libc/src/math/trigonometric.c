/*
 * Sine, cosine, tangent and their inverses (C11 7.12.4). Arguments of any size are reduced exactly: x × 2/π is computed
 * with those bits of 2/π that matter modulo 4 (Payne and Hanek, 1983).
 */
#include <errno.h>
#include <math.h>

#include "../internal/float-parts.h"
#include "wide.h"

enum { WINDOW_WORDS = 7, PRODUCT_WORDS = WINDOW_WORDS + 2 };

/* Bits [index, index + 32) of the product. */
static uint32_t word_at(const uint32_t *product, int index) {
  int word = index >> 5;
  int shift = index & 31;
  uint32_t low = word >= 0 && word < PRODUCT_WORDS ? product[word] : 0;
  uint32_t high = word + 1 >= 0 && word + 1 < PRODUCT_WORDS ? product[word + 1] : 0;
  return shift == 0 ? low : low >> shift | high << (32 - shift);
}

/*
 * |x| = n π/2 + r with |r| <= π/4; returns n modulo 4. |x| is M × 2^E; words of 2/π that would only add multiples of 4
 * are skipped, seven words from there on are multiplied with M. Bit `point` of the product has weight 1.
 */
static int reduce(double x, struct wide *r) {
  struct float_parts parts;
  uint32_t product[PRODUCT_WORDS] = {0};
  __split_double(x, &parts);
  int skipped = parts.exponent > 2 ? (parts.exponent - 2) / 32 : 0;
  int point = 32 * (skipped + WINDOW_WORDS) - parts.exponent;
  for (int i = 0; i < WINDOW_WORDS; i++) { /* product[i] is least significant first, the table most */
    uint32_t factor = __two_over_pi[skipped + WINDOW_WORDS - 1 - i];
    uint32_t carry = 0;
    for (int j = 0; j < 2; j++) {
      uint64_t sum = (uint64_t)factor * parts.mantissa[j] + product[i + j] + carry;
      product[i + j] = (uint32_t)sum;
      carry = (uint32_t)(sum >> 32);
    }
    product[i + 2] = carry;
  }
  int quadrant = (int)(word_at(product, point) & 3);
  uint32_t fraction[6]; /* 192 bits, most significant first */
  int is_upper_half = (int)(word_at(product, point - 1) & 1);
  for (int i = 0; i < 6; i++) {
    fraction[i] = word_at(product, point - 32 * (i + 1));
    if (is_upper_half) { /* 1 − fraction, but for the last bit */
      fraction[i] = ~fraction[i];
    }
  }
  int leading_zeros = 0;
  while (leading_zeros < 2 && fraction[leading_zeros] == 0) { /* 128 bits from the first that is not 0 */
    leading_zeros++;
  }
  const uint32_t *f = fraction + leading_zeros;
  struct wide turns = __wide_make(is_upper_half, -32 * leading_zeros, (uint64_t)f[0] << 32 | f[1],
                                  (uint64_t)f[2] << 32 | f[3]);
  *r = __wide_multiply(turns, __wide_half_pi);
  return (quadrant + is_upper_half) & 3;
}

/* Every second term of the exponential series with alternating signs, from term `first`. */
static struct wide alternating(int first, struct wide r) {
  struct wide minus_square = __wide_negate(__wide_multiply(r, r));
  int last = first + 2 * 12;
  struct wide sum = __wide_inverse_factorials[last];
  for (int i = last - 2; i >= first; i -= 2) {
    sum = __wide_add(__wide_multiply(sum, minus_square), __wide_inverse_factorials[i]);
  }
  return sum;
}

static struct wide sine(struct wide r) {
  return __wide_multiply(r, alternating(1, r));
}

static struct wide cosine(struct wide r) {
  return alternating(0, r);
}

/* Small arguments need no reduction, and their relative precision would suffer from it. */
static int quadrant_of(double x, struct wide *r) {
  double magnitude = fabs(x);
  if (magnitude < 0.785) {
    *r = __wide_from_double(magnitude);
    return 0;
  }
  return reduce(magnitude, r);
}

static double refuse(double x) {
  if (isinf(x)) {
    errno = EDOM;
  }
  return NAN;
}

double sin(double x) {
  struct wide r;
  if (x == 0) {
    return x;
  }
  if (isnan(x) || isinf(x)) {
    return refuse(x);
  }
  int quadrant = quadrant_of(x, &r);
  struct wide result = quadrant & 1 ? cosine(r) : sine(r);
  double value = __wide_to_double(result);
  return (quadrant >= 2) != (x < 0) ? -value : value;
}

double cos(double x) {
  struct wide r;
  if (isnan(x) || isinf(x)) {
    return refuse(x);
  }
  int quadrant = quadrant_of(x, &r);
  double value = __wide_to_double(quadrant & 1 ? sine(r) : cosine(r));
  return quadrant == 1 || quadrant == 2 ? -value : value;
}

double tan(double x) {
  struct wide r;
  if (x == 0) {
    return x;
  }
  if (isnan(x) || isinf(x)) {
    return refuse(x);
  }
  int quadrant = quadrant_of(x, &r);
  struct wide ratio = quadrant & 1 ? __wide_negate(__wide_divide(cosine(r), sine(r))) : __wide_divide(sine(r), cosine(r));
  double value = __wide_to_double(ratio);
  return x < 0 ? -value : value;
}

double atan(double x) {
  if (x == 0 || isnan(x)) {
    return x;
  }
  if (isinf(x)) {
    return copysign(__wide_to_double(__wide_half_pi), x);
  }
  return __wide_to_double(__wide_atan(__wide_from_double(x)));
}

/* √(1 − x²) without cancellation. */
static struct wide other_leg(struct wide x) {
  return __wide_sqrt(__wide_multiply(__wide_subtract(__wide_one, x), __wide_add(__wide_one, x)));
}

double asin(double x) {
  if (x == 0 || isnan(x)) {
    return x;
  }
  if (fabs(x) > 1) {
    errno = EDOM;
    return NAN;
  }
  if (fabs(x) == 1) {
    return copysign(__wide_to_double(__wide_half_pi), x);
  }
  struct wide sine_value = __wide_from_double(x);
  return __wide_to_double(__wide_atan(__wide_divide(sine_value, other_leg(sine_value))));
}

double acos(double x) {
  if (isnan(x)) {
    return x;
  }
  if (fabs(x) > 1) {
    errno = EDOM;
    return NAN;
  }
  if (x == 0) {
    return __wide_to_double(__wide_half_pi);
  }
  if (x == 1) {
    return 0;
  }
  struct wide cosine_value = __wide_from_double(x);
  struct wide angle = __wide_atan(__wide_divide(other_leg(cosine_value), cosine_value));
  return __wide_to_double(x < 0 ? __wide_add(__wide_pi, angle) : angle);
}

/* The angle of a point on an axis or at infinity, in multiples of π/4 from 0 to 4. */
static double angle_of_eighths(int eighths, double y) {
  struct wide angle = __wide_scale(__wide_multiply(__wide_from_int(eighths), __wide_pi), -2);
  return copysign(__wide_to_double(angle), y);
}

double atan2(double y, double x) {
  if (isnan(x) || isnan(y)) {
    return NAN;
  }
  if (isinf(y)) {
    return angle_of_eighths(isinf(x) ? (x < 0 ? 3 : 1) : 2, y);
  }
  if (y == 0 || isinf(x)) {
    return angle_of_eighths(signbit(x) ? 4 : 0, y);
  }
  if (x == 0) {
    return angle_of_eighths(2, y);
  }
  struct wide angle = __wide_atan(__wide_divide(__wide_from_double(fabs(y)), __wide_from_double(fabs(x))));
  if (x < 0) {
    angle = __wide_subtract(__wide_pi, angle);
  }
  return copysign(__wide_to_double(angle), y);
}
