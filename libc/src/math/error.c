/* The error function and its complement (C11 7.12.8.1, 7.12.8.2), by series and continued fraction (Abramowitz and Stegun 7.1.6 and 7.1.14). */
#include <errno.h>
#include <math.h>

#include "wide.h"

/* Beyond it erf is ±1 in a double. */
#define SERIES_LIMIT 6.0
/* From here on the complement comes from its own fraction: 60 steps of it are right to 95 bits, where 1 − erf begins to lose bits. */
#define FRACTION_LIMIT 3.0

/* 2/√π */
static const struct wide two_over_root_pi = {0, 1, 0x906eba8214db688d, 0x71d48a7f6bfec344};

/* e^(−x²) */
static struct wide bell(struct wide x) {
  return __wide_exp(__wide_negate(__wide_multiply(x, x)));
}

/* erf x = 2/√π · e^(−x²) · Σ 2^n x^(2n+1) / (1·3·5 … (2n+1)): all terms have one sign, so nothing is lost. */
static struct wide series(struct wide x) {
  struct wide square = __wide_scale(__wide_multiply(x, x), 1);
  struct wide term = x;
  struct wide sum = x;
  for (int n = 1; term.exponent > sum.exponent - 126; n++) {
    term = __wide_divide(__wide_multiply(term, square), __wide_from_int(2 * n + 1));
    sum = __wide_add(sum, term);
  }
  return __wide_multiply(__wide_multiply(two_over_root_pi, bell(x)), sum);
}

/* erfc x = e^(−x²)/√π · 1/(x + (1/2)/(x + (2/2)/(x + (3/2)/(x + …)))) for large x, from the inside out. */
static struct wide fraction(struct wide x) {
  struct wide tail = x;
  for (int n = 60; n >= 1; n--) {
    tail = __wide_add(x, __wide_divide(__wide_scale(__wide_from_int(n), -1), tail));
  }
  return __wide_divide(__wide_multiply(__wide_scale(two_over_root_pi, -1), bell(x)), tail);
}

double erf(double x) {
  if (isnan(x) || x == 0) {
    return x;
  }
  if (fabs(x) > SERIES_LIMIT) {
    return x < 0 ? -1 : 1;
  }
  return __wide_to_double(series(__wide_from_double(x)));
}

double erfc(double x) {
  if (isnan(x)) {
    return x;
  }
  if (x < -SERIES_LIMIT) {
    return 2;
  }
  if (x > 28) {
    if (!isinf(x)) {
      errno = ERANGE;
    }
    return 0;
  }
  struct wide value = __wide_from_double(x);
  if (x > FRACTION_LIMIT) {
    double result = __wide_to_double(fraction(value));
    if (result == 0) {
      errno = ERANGE;
    }
    return result;
  }
  return x == 0 ? 1 : __wide_to_double(__wide_subtract(__wide_one, series(value)));
}
