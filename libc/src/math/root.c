/* Square root, correctly rounded, and hypot. */
#include <errno.h>
#include <math.h>

#include "../runtime/soft-float.h"
#include "double-bits.h"
#include "wide.h"

/* Digit by digit: the root's bits from the top, keeping rest = n − root² exact. */
double sqrt(double x) {
  if (x == 0 || isnan(x) || (isinf(x) && x > 0)) {
    return x;
  }
  if (x < 0) {
    errno = EDOM;
    return NAN;
  }
  int exponent;
  uint64_t n = __f64_normalize(bits_of(x), &exponent);
  int power = exponent - F64_BIAS;
  if (power & 1) {
    n <<= 1;
    power--;
  }
  uint64_t root = 0;
  uint64_t rest = 0;
  uint64_t pairs = n << 10; /* the point is behind bit 62: the first pair of bits is the part before it */
  for (int i = 0; i < 55; i++) { /* 53 bits, the rounding bit and one more */
    rest = rest << 2 | pairs >> 62;
    pairs <<= 2;
    uint64_t trial = root << 2 | 1;
    root <<= 1;
    if (rest >= trial) {
      rest -= trial;
      root |= 1;
    }
  }
  return from_bits(__f64_round(0, power / 2 + F64_BIAS, root << 8 | (rest != 0)));
}

/* An infinite leg counts even beside one that is not a number. */
double hypot(double x, double y) {
  if (isinf(x) || isinf(y)) {
    return HUGE_VAL;
  }
  if (isnan(x) || isnan(y)) {
    return NAN;
  }
  struct wide a = __wide_from_double(x);
  struct wide b = __wide_from_double(y);
  double result = __wide_to_double(__wide_sqrt(__wide_add(__wide_multiply(a, a), __wide_multiply(b, b))));
  if (isinf(result)) {
    errno = ERANGE;
  }
  return result;
}

/* x × y + z with one rounding: the product is exact in 106 bits. */
double fma(double x, double y, double z) {
  if (isnan(x) || isnan(y) || isnan(z) || isinf(x) || isinf(y) || isinf(z) || x == 0 || y == 0) {
    return x * y + z;
  }
  struct wide product = __wide_multiply(__wide_from_double(x), __wide_from_double(y));
  struct wide sum = z == 0 ? product : __wide_add(product, __wide_from_double(z));
  return __wide_to_double(sum);
}
