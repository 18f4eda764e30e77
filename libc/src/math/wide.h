/*
 * Wide numbers: floating numbers with 128 bits of significand, in which the mathematical functions are computed.
 *
 * This machine has no floating-point unit, so an operation on these numbers costs hardly more than one on doubles, and
 * 75 spare bits make short work of the error analysis: a series is summed until its terms are below 2^-80, the only
 * error that counts is the final rounding, and results are within 0.51 ulp.
 *
 * The value is 0.high:low × 2^exponent, the top bit of `high` being set; zero has high = 0. There are no infinities.
 */
#ifndef _MATH_WIDE_H
#define _MATH_WIDE_H

#include <stdint.h>

struct wide {
  int negative;
  int exponent;
  uint64_t high;
  uint64_t low;
};

enum { WIDE_FACTORIALS = 30, WIDE_RECIPROCALS = 20, TWO_OVER_PI_WORDS = 40 };

extern const struct wide __wide_one;
extern const struct wide __wide_half_pi;
extern const struct wide __wide_pi;
extern const struct wide __wide_ln2;
extern const struct wide __wide_log2_e;
extern const struct wide __wide_log10_e;
extern const struct wide __wide_inverse_factorials[WIDE_FACTORIALS];
extern const struct wide __wide_odd_reciprocals[WIDE_RECIPROCALS];
extern const struct wide __wide_arctangents[9];
extern const uint32_t __two_over_pi[TWO_OVER_PI_WORDS];

/* `value` must be finite. */
struct wide __wide_from_double(double value);
struct wide __wide_from_int(int value);
/* The number with the given significand bits, however many of them are leading zeros. */
struct wide __wide_make(int negative, int exponent, uint64_t high, uint64_t low);
/* Rounded to nearest even; beyond the range, infinity or zero. */
double __wide_to_double(struct wide a);
/* The nearest integer; |a| must be below 2^31. */
int __wide_to_int(struct wide a);

struct wide __wide_add(struct wide a, struct wide b);
struct wide __wide_subtract(struct wide a, struct wide b);
struct wide __wide_multiply(struct wide a, struct wide b);
struct wide __wide_divide(struct wide a, struct wide b);
struct wide __wide_negate(struct wide a);
/* a × 2^power */
struct wide __wide_scale(struct wide a, int power);
/* To about 104 bits; a must not be negative. */
struct wide __wide_sqrt(struct wide a);

/* Functions of wide numbers; the arguments must make sense, and results must not leave the range of int exponents. */
struct wide __wide_exp(struct wide a);
struct wide __wide_expm1(struct wide a);
struct wide __wide_log(struct wide a);
struct wide __wide_log1p(struct wide a);
struct wide __wide_atan(struct wide a);

#endif
