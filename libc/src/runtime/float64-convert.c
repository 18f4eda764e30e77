/*
 * Conversion between binary64 and integers. From integers: rounded to nearest even where bits are lost. To integers:
 * towards zero; what does not fit becomes the nearest integer that does (C11 6.3.1.4 leaves it undefined).
 */
#include "soft-float.h"

/* A number of the given sign and magnitude. */
static bits64 from_magnitude(bits64 sign, uint64_t magnitude) {
  if (magnitude == 0) {
    return sign;
  }
  int shift = __clzdi2(magnitude); /* leading 1 to bit 63, then to where rounding wants it */
  int exponent = F64_BIAS + 63 - shift;
  magnitude <<= shift;
  return __f64_round(sign, exponent, (uint64_t)shift_right_sticky64(magnitude, 1));
}

bits64 __floatunsidf(uint32_t n) {
  return from_magnitude(0, n);
}

bits64 __floatsidf(int32_t n) {
  return n < 0 ? from_magnitude(F64_SIGN, -(uint32_t)n) : from_magnitude(0, (uint32_t)n);
}

bits64 __floatundidf(uint64_t n) {
  return from_magnitude(0, n);
}

bits64 __floatdidf(int64_t n) {
  return n < 0 ? from_magnitude(F64_SIGN, -(uint64_t)n) : from_magnitude(0, (uint64_t)n);
}

/* The integer part of |a|, at most `limit`. */
static uint64_t integer_part(bits64 a, uint64_t limit) {
  int shift = f64_exponent(a) - F64_BIAS - 52; /* the significand times 2^shift */
  if (shift < -52) {
    return 0;
  }
  if (shift > 63 - 52) {
    return limit;
  }
  uint64_t significand = (a & F64_FRACTION) | F64_HIDDEN;
  uint64_t magnitude = shift < 0 ? significand >> -shift : significand << shift;
  return magnitude < limit ? magnitude : limit;
}

static int is_negative(bits64 a) {
  return (a & F64_SIGN) != 0;
}

int32_t __fixdfsi(bits64 a) {
  uint32_t magnitude = (uint32_t)integer_part(a, is_negative(a) ? 0x80000000U : 0x7fffffffU);
  return (int32_t)(is_negative(a) ? -magnitude : magnitude);
}

int64_t __fixdfdi(bits64 a) {
  uint64_t magnitude = integer_part(a, is_negative(a) ? 0x8000000000000000ULL : 0x7fffffffffffffffULL);
  return (int64_t)(is_negative(a) ? -magnitude : magnitude);
}

uint32_t __fixunsdfsi(bits64 a) {
  return is_negative(a) ? 0 : (uint32_t)integer_part(a, 0xffffffffU);
}

uint64_t __fixunsdfdi(bits64 a) {
  return is_negative(a) ? 0 : integer_part(a, ~0ULL);
}
