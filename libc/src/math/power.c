/* pow (C11 7.12.7.4, special cases F.10.4.4) and cbrt: through the logarithm, which has bits to spare. */
#include <errno.h>
#include <math.h>

#include "wide.h"

static int is_integer(double y) {
  return y == trunc(y);
}

static int is_odd_integer(double y) {
  return is_integer(y) && fabs(y) < 0x1p53 && fmod(y, 2) != 0;
}

/* x is zero or infinite: the result is one of them too, with a sign if y is odd. */
static double power_of_extreme(double x, double y) {
  double magnitude = (x == 0) == (y > 0) ? 0 : HUGE_VAL;
  if (x == 0 && y < 0 && !isinf(y)) {
    errno = ERANGE;
  }
  return signbit(x) && is_odd_integer(y) ? -magnitude : magnitude;
}

/* y is infinite, |x| is not 1. */
static double to_infinite_power(double x, double y) {
  return (fabs(x) > 1) == (y > 0) ? HUGE_VAL : 0;
}

double pow(double x, double y) {
  if (y == 0 || x == 1) { /* even if the other is not a number */
    return 1;
  }
  if (isnan(x) || isnan(y)) {
    return NAN;
  }
  if (x == 0 || isinf(x)) {
    return power_of_extreme(x, y);
  }
  if (isinf(y)) {
    return x == -1 ? 1 : to_infinite_power(x, y);
  }
  if (x < 0 && !is_integer(y)) {
    errno = EDOM;
    return NAN;
  }
  int negative = x < 0 && is_odd_integer(y);
  struct wide exponent = __wide_multiply(__wide_from_double(y), __wide_log(__wide_from_double(fabs(x))));
  double magnitude;
  if (exponent.exponent > 10) { /* |y ln x| >= 1024 */
    magnitude = exponent.negative ? 0 : HUGE_VAL;
  } else {
    magnitude = __wide_to_double(__wide_exp(exponent));
  }
  if (isinf(magnitude) || magnitude == 0) {
    errno = ERANGE;
  }
  return negative ? -magnitude : magnitude;
}

double cbrt(double x) {
  if (x == 0 || isnan(x) || isinf(x)) {
    return x;
  }
  struct wide third = __wide_divide(__wide_log(__wide_from_double(fabs(x))), __wide_from_int(3));
  return copysign(__wide_to_double(__wide_exp(third)), x);
}
