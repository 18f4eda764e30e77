/* Exponentials and logarithms (C11 7.12.6 and F.10.3). */
#include <errno.h>
#include <math.h>

#include "wide.h"

/* Beyond ±800 the result is infinite or zero (or −1) whatever the digits. */
static int is_far_out(double x) {
  return x > 800 || x < -800;
}

static double overflow(void) {
  errno = ERANGE;
  return HUGE_VAL;
}

static double underflow(void) {
  errno = ERANGE;
  return 0;
}

double exp(double x) {
  if (isnan(x) || isinf(x)) {
    return x < 0 ? 0 : x;
  }
  if (is_far_out(x)) {
    return x > 0 ? overflow() : underflow();
  }
  double result = __wide_to_double(__wide_exp(__wide_from_double(x)));
  if (isinf(result) || result == 0) {
    errno = ERANGE;
  }
  return result;
}

double exp2(double x) {
  if (isnan(x) || isinf(x)) {
    return x < 0 ? 0 : x;
  }
  if (x > 1100 || x < -1100) {
    return x > 0 ? overflow() : underflow();
  }
  double result = __wide_to_double(__wide_exp(__wide_multiply(__wide_from_double(x), __wide_ln2)));
  if (isinf(result) || result == 0) {
    errno = ERANGE;
  }
  return result;
}

double expm1(double x) {
  if (isnan(x) || x == 0) {
    return x;
  }
  if (isinf(x) || is_far_out(x)) {
    return x < 0 ? -1 : isinf(x) ? x : overflow();
  }
  double result = __wide_to_double(__wide_expm1(__wide_from_double(x)));
  return isinf(result) ? overflow() : result;
}

/* What the logarithms have in common; 1 if *result is settled: nothing, infinite, zero or negative. */
static int is_log_special(double x, double at_zero, double *result) {
  if (isnan(x) || (isinf(x) && x > 0)) {
    *result = x;
    return 1;
  }
  if (x == at_zero) {
    errno = ERANGE;
    *result = -HUGE_VAL;
    return 1;
  }
  if (x < at_zero) {
    errno = EDOM;
    *result = NAN;
    return 1;
  }
  return 0;
}

double log(double x) {
  double special;
  return is_log_special(x, 0, &special) ? special : __wide_to_double(__wide_log(__wide_from_double(x)));
}

double log2(double x) {
  double special;
  if (is_log_special(x, 0, &special)) {
    return special;
  }
  return __wide_to_double(__wide_multiply(__wide_log(__wide_from_double(x)), __wide_log2_e));
}

double log10(double x) {
  double special;
  if (is_log_special(x, 0, &special)) {
    return special;
  }
  return __wide_to_double(__wide_multiply(__wide_log(__wide_from_double(x)), __wide_log10_e));
}

double log1p(double x) {
  double special;
  if (is_log_special(x, -1, &special)) {
    return special;
  }
  return x == 0 ? x : __wide_to_double(__wide_log1p(__wide_from_double(x)));
}
