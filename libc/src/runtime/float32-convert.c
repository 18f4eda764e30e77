/*
 * Conversion between binary32 and integers. From integers: rounded to nearest even where bits are lost. To integers:
 * towards zero; what does not fit becomes the nearest integer that does (C11 6.3.1.4 leaves it undefined).
 */
#include "soft-float.h"

/* A number of the given sign and magnitude. */
static bits32 from_magnitude(bits32 sign, uint64_t magnitude) {
  if (magnitude == 0) {
    return sign;
  }
  int shift = __clzdi2(magnitude); /* leading 1 to bit 63, then to where rounding wants it */
  int exponent = F32_BIAS + 63 - shift;
  magnitude <<= shift;
  return __f32_round(sign, exponent, (uint32_t)shift_right_sticky64(magnitude, 33));
}

bits32 __floatunsisf(uint32_t n) {
  return from_magnitude(0, n);
}

bits32 __floatsisf(int32_t n) {
  return n < 0 ? from_magnitude(F32_SIGN, -(uint32_t)n) : from_magnitude(0, (uint32_t)n);
}

bits32 __floatundisf(uint64_t n) {
  return from_magnitude(0, n);
}

bits32 __floatdisf(int64_t n) {
  return n < 0 ? from_magnitude(F32_SIGN, -(uint64_t)n) : from_magnitude(0, (uint64_t)n);
}

/* The integer part of |a|, at most `limit`. */
static uint64_t integer_part(bits32 a, uint64_t limit) {
  int shift = f32_exponent(a) - F32_BIAS - 23; /* the significand times 2^shift */
  if (shift < -23) {
    return 0;
  }
  if (shift > 63 - 23) {
    return limit;
  }
  uint64_t significand = (a & F32_FRACTION) | F32_HIDDEN;
  uint64_t magnitude = shift < 0 ? significand >> -shift : significand << shift;
  return magnitude < limit ? magnitude : limit;
}

static int is_negative(bits32 a) {
  return (a & F32_SIGN) != 0;
}

int32_t __fixsfsi(bits32 a) {
  uint32_t magnitude = (uint32_t)integer_part(a, is_negative(a) ? 0x80000000U : 0x7fffffffU);
  return (int32_t)(is_negative(a) ? -magnitude : magnitude);
}

int64_t __fixsfdi(bits32 a) {
  uint64_t magnitude = integer_part(a, is_negative(a) ? 0x8000000000000000ULL : 0x7fffffffffffffffULL);
  return (int64_t)(is_negative(a) ? -magnitude : magnitude);
}

uint32_t __fixunssfsi(bits32 a) {
  return is_negative(a) ? 0 : (uint32_t)integer_part(a, 0xffffffffU);
}

uint64_t __fixunssfdi(bits32 a) {
  return is_negative(a) ? 0 : integer_part(a, ~0ULL);
}
