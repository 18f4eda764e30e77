/* Hyperbolic functions and their inverses (C11 7.12.5), from the exponential and the logarithm near their fixed points. */
#include <errno.h>
#include <math.h>

#include "wide.h"

static double out_of_range(double sign) {
  errno = ERANGE;
  return copysign(HUGE_VAL, sign);
}

/* With u = e^|x| − 1: (u + u / (u + 1)) / 2. */
double sinh(double x) {
  if (x == 0 || isnan(x) || isinf(x)) {
    return x;
  }
  if (fabs(x) > 800) {
    return out_of_range(x);
  }
  struct wide u = __wide_expm1(__wide_from_double(fabs(x)));
  struct wide sum = __wide_add(u, __wide_divide(u, __wide_add(u, __wide_one)));
  double result = __wide_to_double(__wide_scale(sum, -1));
  return isinf(result) ? out_of_range(x) : copysign(result, x);
}

double cosh(double x) {
  if (isnan(x) || isinf(x)) {
    return fabs(x);
  }
  if (fabs(x) > 800) {
    return out_of_range(1);
  }
  struct wide e = __wide_exp(__wide_from_double(x));
  double result = __wide_to_double(__wide_scale(__wide_add(e, __wide_divide(__wide_one, e)), -1));
  return isinf(result) ? out_of_range(1) : result;
}

/* With u = e^2x − 1: u / (u + 2). */
double tanh(double x) {
  if (x == 0 || isnan(x)) {
    return x;
  }
  if (fabs(x) > 40) {
    return copysign(1, x);
  }
  struct wide u = __wide_expm1(__wide_scale(__wide_from_double(x), 1));
  return __wide_to_double(__wide_divide(u, __wide_add(u, __wide_scale(__wide_one, 1))));
}

/* log1p(x + x² / (1 + √(x² + 1))) */
double asinh(double x) {
  if (x == 0 || isnan(x) || isinf(x)) {
    return x;
  }
  struct wide magnitude = __wide_from_double(fabs(x));
  struct wide square = __wide_multiply(magnitude, magnitude);
  struct wide root = __wide_sqrt(__wide_add(square, __wide_one));
  struct wide u = __wide_add(magnitude, __wide_divide(square, __wide_add(__wide_one, root)));
  return copysign(__wide_to_double(__wide_log1p(u)), x);
}

/* With t = x − 1: log1p(t + √(2t + t²)). */
double acosh(double x) {
  if (isnan(x) || (isinf(x) && x > 0)) {
    return x;
  }
  if (x < 1) {
    errno = EDOM;
    return NAN;
  }
  struct wide t = __wide_subtract(__wide_from_double(x), __wide_one);
  struct wide root = __wide_sqrt(__wide_multiply(t, __wide_add(t, __wide_scale(__wide_one, 1))));
  return __wide_to_double(__wide_log1p(__wide_add(t, root)));
}

/* log1p(2x / (1 − x)) / 2 */
double atanh(double x) {
  if (x == 0 || isnan(x)) {
    return x;
  }
  if (fabs(x) >= 1) {
    errno = fabs(x) == 1 ? ERANGE : EDOM;
    return fabs(x) == 1 ? copysign(HUGE_VAL, x) : NAN;
  }
  struct wide magnitude = __wide_from_double(fabs(x));
  struct wide u = __wide_divide(__wide_scale(magnitude, 1), __wide_subtract(__wide_one, magnitude));
  return copysign(__wide_to_double(__wide_scale(__wide_log1p(u), -1)), x);
}
