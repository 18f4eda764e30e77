/* Exponential, logarithm and arctangent of wide numbers, from which the other functions are made. */
#include "wide.h"

/* coefficients[first] + x × (coefficients[first + 1] + x × (…)), up to coefficients[last]. */
static struct wide polynomial(const struct wide *coefficients, int first, int last, struct wide x) {
  struct wide sum = coefficients[last];
  for (int i = last - 1; i >= first; i--) {
    sum = __wide_add(__wide_multiply(sum, x), coefficients[i]);
  }
  return sum;
}

/* (e^r − 1) / r for |r| < 0.35: terms up to r^20 / 21! < 2^-90. */
static struct wide exp_series(struct wide r) {
  return polynomial(__wide_inverse_factorials, 1, 21, r);
}

/* e^a = 2^n × e^r with a = n ln 2 + r, |r| <= ln 2 / 2. */
struct wide __wide_exp(struct wide a) {
  int n = __wide_to_int(__wide_multiply(a, __wide_log2_e));
  struct wide r = __wide_subtract(a, __wide_multiply(__wide_from_int(n), __wide_ln2));
  return __wide_scale(__wide_add(__wide_one, __wide_multiply(r, exp_series(r))), n);
}

struct wide __wide_expm1(struct wide a) {
  if (a.exponent < -1) { /* |a| < 1/4: no subtraction that would cancel */
    return __wide_multiply(a, exp_series(a));
  }
  return __wide_subtract(__wide_exp(a), __wide_one);
}

/* 2 artanh(s) = 2 (s + s³/3 + s⁵/5 + …) for |s| < 0.2: terms up to s^40. */
static struct wide log_series(struct wide s) {
  struct wide sum = polynomial(__wide_odd_reciprocals, 0, 19, __wide_multiply(s, s));
  return __wide_scale(__wide_multiply(s, sum), 1);
}

/* ln(2^n × m) = n ln 2 + 2 artanh((m − 1) / (m + 1)), m between √½ and √2. */
struct wide __wide_log(struct wide a) {
  int n = a.exponent;
  if (a.high < 0xb504f333f9de6484ULL) {
    n--;
  }
  struct wide m = __wide_scale(a, -n);
  struct wide s = __wide_divide(__wide_subtract(m, __wide_one), __wide_add(m, __wide_one));
  return __wide_add(__wide_multiply(__wide_from_int(n), __wide_ln2), log_series(s));
}

struct wide __wide_log1p(struct wide a) {
  if (a.exponent < -2) { /* |a| < 1/8 */
    return log_series(__wide_divide(a, __wide_add(a, __wide_scale(__wide_one, 1))));
  }
  return __wide_log(__wide_add(__wide_one, a));
}

/* For 0 <= t <= 1/15: t − t³/3 + t⁵/5 − …, terms up to t^26. */
static struct wide atan_series(struct wide t) {
  struct wide minus_square = __wide_negate(__wide_multiply(t, t));
  return __wide_multiply(t, polynomial(__wide_odd_reciprocals, 0, 13, minus_square));
}

/* atan a = π/2 − atan 1/a; atan a = atan c + atan((a − c) / (1 + a c)) with c the nearest eighth. */
struct wide __wide_atan(struct wide a) {
  int negative = a.negative;
  a.negative = 0;
  int is_above_one = a.exponent > 1 || (a.exponent == 1 && (a.high != 1ULL << 63 || a.low != 0));
  if (is_above_one) {
    a = __wide_divide(__wide_one, a);
  }
  int eighths = __wide_to_int(__wide_scale(a, 3));
  struct wide result;
  if (eighths == 0) {
    result = atan_series(a);
  } else {
    struct wide c = __wide_scale(__wide_from_int(eighths), -3);
    struct wide t = __wide_divide(__wide_subtract(a, c), __wide_add(__wide_one, __wide_multiply(a, c)));
    result = __wide_add(__wide_arctangents[eighths], atan_series(t));
  }
  if (is_above_one) {
    result = __wide_subtract(__wide_half_pi, result);
  }
  return negative ? __wide_negate(result) : result;
}
