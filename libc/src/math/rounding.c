/* Rounding to integers (C11 7.12.9), by clearing fraction bits. */
#include <limits.h>
#include <math.h>

#include "double-bits.h"

double trunc(double x) {
  int exponent = exponent_of(x);
  if (exponent >= 52) {
    return x;
  }
  if (exponent < 0) {
    return from_bits(bits_of(x) & DOUBLE_SIGN);
  }
  return from_bits(bits_of(x) & ~(DOUBLE_FRACTION >> exponent));
}

double floor(double x) {
  double whole = trunc(x);
  return whole > x ? whole - 1 : whole;
}

/* -0.5 becomes -0: adding 1 to -1 would lose the sign. */
double ceil(double x) {
  double whole = trunc(x);
  return whole < x ? whole + 1 : whole;
}

double round(double x) {
  double whole = trunc(x);
  return fabs(x - whole) >= 0.5 ? whole + copysign(1, x) : whole;
}

/* Half to even, the only rounding mode: 2^52 has no room for a fraction. */
double rint(double x) {
  if (exponent_of(x) >= 52) {
    return x;
  }
  double big = copysign(0x1p52, x);
  return copysign(x + big - big, x);
}

double nearbyint(double x) {
  return rint(x);
}

long lrint(double x) {
  return (long)rint(x);
}

long long llrint(double x) {
  return (long long)rint(x);
}

long lround(double x) {
  return (long)round(x);
}

long long llround(double x) {
  return (long long)round(x);
}
