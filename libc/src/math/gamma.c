/*
 * The gamma function and its logarithm (C11 7.12.8.3, 7.12.8.4) by Stirling's series (Abramowitz and Stegun 6.1.40). Small and negative
 * arguments are moved up first, by Γ(x) = Γ(x + n) / (x (x + 1) … (x + n − 1)).
 */
#include <errno.h>
#include <math.h>

#include "wide.h"

/* From here on the series below is right to 120 bits. */
#define STIRLING_LIMIT 30.0
/* Below, lgamma takes the reflection formula: moving up would take too many steps. */
#define REFLECTION_LIMIT (-200.0)

int signgam;

/* ln(2π)/2 */
static const struct wide half_log_two_pi = {0, 0, 0xeb3f8e4325f5a534, 0x94bc900144192024};

/* Bernoulli numbers B2, B4, … B32, as fractions. */
static const struct {
  double numerator;
  int denominator;
} bernoulli[] = {
    {1, 6},        {-1, 30},      {1, 42},      {-1, 30},         {5, 66},      {-691, 2730},       {7, 6},                 {-3617, 510},
    {43867, 798},  {-174611, 330}, {854513, 138}, {-236364091, 2730}, {8553103, 6}, {-23749461029, 870}, {8615841276005, 14322}, {-7709321041217, 510},
};
enum { TERMS = sizeof bernoulli / sizeof *bernoulli };

/* ln Γ(z) for z ≥ STIRLING_LIMIT: (z − 1/2) ln z − z + ln(2π)/2 + Σ B2k / (2k (2k − 1) z^(2k−1)) */
static struct wide stirling(struct wide z) {
  struct wide square = __wide_multiply(z, z);
  struct wide power = z;
  struct wide sum = half_log_two_pi;
  for (int k = 1; k <= TERMS; k++) {
    struct wide below = __wide_multiply(power, __wide_from_int(2 * k * (2 * k - 1)));
    below = __wide_multiply(below, __wide_from_int(bernoulli[k - 1].denominator));
    sum = __wide_add(sum, __wide_divide(__wide_from_double(bernoulli[k - 1].numerator), below));
    power = __wide_multiply(power, square);
  }
  struct wide factor = __wide_subtract(z, __wide_scale(__wide_one, -1));
  return __wide_add(__wide_subtract(__wide_multiply(factor, __wide_log(z)), z), sum);
}

/* Moves x up to the series' range; *product is what Γ of the result has to be divided by. */
static struct wide raise(struct wide x, double start, struct wide *product) {
  *product = __wide_one;
  for (; start < STIRLING_LIMIT; start += 1) {
    *product = __wide_multiply(*product, x);
    x = __wide_add(x, __wide_one);
  }
  return x;
}

/* Is Γ(x) negative? Between the poles the sign changes. */
static int is_gamma_negative(double x) {
  return x < 0 && fmod(floor(x), 2) != 0;
}

double tgamma(double x) {
  if (isnan(x) || (isinf(x) && x > 0)) {
    return x;
  }
  if (x == 0) {
    errno = ERANGE;
    return 1 / x;
  }
  if (x < 0 && x == floor(x)) {
    errno = EDOM;
    return NAN;
  }
  if (x > 172) {
    errno = ERANGE;
    return HUGE_VAL;
  }
  if (x < -190) {
    errno = ERANGE;
    return is_gamma_negative(x) ? -0.0 : 0;
  }
  struct wide product;
  struct wide top = raise(__wide_from_double(x), x, &product);
  double result = __wide_to_double(__wide_divide(__wide_exp(stirling(top)), product));
  if (isinf(result) || result == 0) {
    errno = ERANGE;
  }
  return result;
}

double lgamma(double x) {
  signgam = is_gamma_negative(x) || (x == 0 && signbit(x)) ? -1 : 1;
  if (isnan(x)) {
    return x;
  }
  if (isinf(x)) {
    return HUGE_VAL;
  }
  if (x <= 0 && x == floor(x)) {
    errno = ERANGE;
    return HUGE_VAL;
  }
  if (x == 1 || x == 2) {
    return 0;
  }
  if (x < REFLECTION_LIMIT) {
    /* ln |Γ(x)| = ln π − ln |sin πx| − ln Γ(1 − x); the last is so large that the others need no more digits than a double has. */
    double above = x - floor(x);
    double distance = above > 0.5 ? 1 - above : above;
    double rest = log(M_PI) - log(sin(M_PI * distance));
    struct wide upper = stirling(__wide_subtract(__wide_one, __wide_from_double(x)));
    return __wide_to_double(__wide_subtract(__wide_from_double(rest), upper));
  }
  struct wide product;
  struct wide top = raise(__wide_from_double(x), x, &product);
  product.negative = 0;
  double result = __wide_to_double(__wide_subtract(stirling(top), __wide_log(product)));
  if (isinf(result)) {
    errno = ERANGE;
  }
  return result;
}
