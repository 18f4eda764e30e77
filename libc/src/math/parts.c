/* Taking numbers apart and putting them together (C11 7.12.3, 7.12.6, 7.12.11, 7.12.12). */
#include <errno.h>
#include <limits.h>
#include <math.h>

#include "double-bits.h"

double fabs(double x) {
  return from_bits(bits_of(x) & ~DOUBLE_SIGN);
}

double copysign(double x, double sign) {
  return from_bits((bits_of(x) & ~DOUBLE_SIGN) | (bits_of(sign) & DOUBLE_SIGN));
}

int __isnan(double x) {
  return (bits_of(x) & ~DOUBLE_SIGN) > DOUBLE_INFINITY;
}

int __isinf(double x) {
  return (bits_of(x) & ~DOUBLE_SIGN) == DOUBLE_INFINITY;
}

int __signbit(double x) {
  return (int)(bits_of(x) >> 63);
}

int __fpclassify(double x) {
  uint64_t magnitude = bits_of(x) & ~DOUBLE_SIGN;
  if (magnitude >= DOUBLE_INFINITY) {
    return magnitude == DOUBLE_INFINITY ? FP_INFINITE : FP_NAN;
  }
  return magnitude == 0 ? FP_ZERO : magnitude <= DOUBLE_FRACTION ? FP_SUBNORMAL : FP_NORMAL;
}

double frexp(double x, int *exponent) {
  *exponent = 0;
  if (x == 0 || isnan(x) || isinf(x)) {
    return x;
  }
  int shift = 0;
  if (exponent_of(x) == -1023) { /* subnormal */
    x *= 0x1p54;
    shift = -54;
  }
  *exponent = exponent_of(x) + 1 + shift;
  return from_bits((bits_of(x) & ~DOUBLE_INFINITY) | 0x3fe0000000000000ULL);
}

/*
 * In steps of powers of two that are doubles. Only the last product can be inexact: whatever is subnormal after a step
 * of 2^-969 ends as zero.
 */
double scalbn(double x, int power) {
  if (power > 4200 || power < -4200) {
    power = power > 0 ? 4200 : -4200;
  }
  while (power > 1023) {
    x *= 0x1p1023;
    power -= 1023;
  }
  while (power < -1022) {
    x *= 0x1p-969;
    power += 969;
  }
  return x * from_bits((uint64_t)(power + 1023) << 52);
}

double scalbln(double x, long power) {
  return scalbn(x, power > INT_MAX ? INT_MAX : power < INT_MIN ? INT_MIN : (int)power);
}

double ldexp(double x, int power) {
  double result = scalbn(x, power);
  if (x != 0 && !isinf(x) && (result == 0 || isinf(result))) {
    errno = ERANGE;
  }
  return result;
}

double modf(double x, double *whole) {
  *whole = trunc(x);
  return isinf(x) ? copysign(0, x) : copysign(x - *whole, x);
}

double logb(double x) {
  int exponent;
  if (x == 0 || isnan(x) || isinf(x)) {
    return x == 0 ? -HUGE_VAL : x * x;
  }
  frexp(x, &exponent);
  return exponent - 1;
}

int ilogb(double x) {
  int exponent;
  if (x == 0 || isnan(x)) {
    return FP_ILOGB0;
  }
  if (isinf(x)) {
    return INT_MAX;
  }
  frexp(x, &exponent);
  return exponent - 1;
}

double nextafter(double x, double to) {
  if (isnan(x) || isnan(to)) {
    return NAN;
  }
  if (x == to) {
    return to;
  }
  if (x == 0) {
    return copysign(from_bits(1), to);
  }
  int away_from_zero = (x < to) == (x > 0);
  return from_bits(away_from_zero ? bits_of(x) + 1 : bits_of(x) - 1);
}

double fmin(double x, double y) {
  if (isnan(x) || isnan(y)) {
    return isnan(x) ? y : x;
  }
  return x < y || (x == y && signbit(x)) ? x : y;
}

double fmax(double x, double y) {
  if (isnan(x) || isnan(y)) {
    return isnan(x) ? y : x;
  }
  return x > y || (x == y && !signbit(x)) ? x : y;
}

double fdim(double x, double y) {
  return isnan(x) || isnan(y) ? NAN : x > y ? x - y : 0;
}

double nan(const char *tag) {
  (void)tag;
  return NAN;
}
