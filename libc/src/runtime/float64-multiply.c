/* Multiplication and division for binary64. */
#include "soft-float.h"

/*
 * The upper 64 bits of a product of 128, the lower ones remembered in the lowest bit:
 *
 *      ah    al   ×   bh    bl   =   ah·bh·2^64  +  (ah·bl + al·bh)·2^32  +  al·bl
 */
static uint64_t multiply_high_sticky(uint64_t a, uint64_t b) {
  uint32_t a_low = (uint32_t)a;
  uint32_t a_high = (uint32_t)(a >> 32);
  uint32_t b_low = (uint32_t)b;
  uint32_t b_high = (uint32_t)(b >> 32);
  uint64_t low = (uint64_t)a_low * b_low;
  uint64_t middle = (uint64_t)a_high * b_low + (uint32_t)(low >> 32);
  uint64_t other_middle = (uint64_t)a_low * b_high + (uint32_t)middle;
  uint64_t high = (uint64_t)a_high * b_high + (uint32_t)(middle >> 32) + (uint32_t)(other_middle >> 32);
  return high | (((uint32_t)other_middle | (uint32_t)low) != 0);
}

bits64 __muldf3(bits64 a, bits64 b) {
  bits64 sign = (a ^ b) & F64_SIGN;
  bits64 a_magnitude = a & ~F64_SIGN;
  bits64 b_magnitude = b & ~F64_SIGN;
  if (f64_is_nan(a) || f64_is_nan(b)) {
    return F64_NAN;
  }
  if (a_magnitude == F64_INFINITY || b_magnitude == F64_INFINITY) {
    return a_magnitude == 0 || b_magnitude == 0 ? F64_NAN : sign | F64_INFINITY;
  }
  if (a_magnitude == 0 || b_magnitude == 0) {
    return sign;
  }
  int a_exponent;
  int b_exponent;
  uint64_t a_significand = __f64_normalize(a, &a_exponent);
  uint64_t b_significand = __f64_normalize(b, &b_exponent);
  int exponent = a_exponent + b_exponent - F64_BIAS;
  /* Leading 1s at bits 63 and 52 + 10 give a product with its leading 1 at bit 125 or 126, 61 or 62 of the upper half. */
  uint64_t significand = multiply_high_sticky(a_significand << 11, b_significand << 10);
  if ((significand >> 62) != 0) {
    exponent++;
  } else {
    significand = (significand & ~1ULL) << 1 | (significand & 1); /* the sticky bit stays where it is */
  }
  return __f64_round(sign, exponent, significand);
}

/* 2^62 × a / b for b <= a < 2b, below 2^53: bit by bit, the remainder remembered in the lowest bit. */
static uint64_t divide_sticky(uint64_t a, uint64_t b) {
  uint64_t quotient = 1;
  a -= b;
  for (int bit = 0; bit < 56; bit++) { /* 53 bits of the result, the rounding bit and two to spare */
    a <<= 1;
    quotient <<= 1;
    if (a >= b) {
      a -= b;
      quotient |= 1;
    }
  }
  return quotient << 6 | (a != 0);
}

bits64 __divdf3(bits64 a, bits64 b) {
  bits64 sign = (a ^ b) & F64_SIGN;
  bits64 a_magnitude = a & ~F64_SIGN;
  bits64 b_magnitude = b & ~F64_SIGN;
  if (f64_is_nan(a) || f64_is_nan(b)) {
    return F64_NAN;
  }
  if (a_magnitude == F64_INFINITY) {
    return b_magnitude == F64_INFINITY ? F64_NAN : sign | F64_INFINITY;
  }
  if (b_magnitude == 0) {
    return a_magnitude == 0 ? F64_NAN : sign | F64_INFINITY;
  }
  if (a_magnitude == 0 || b_magnitude == F64_INFINITY) {
    return sign;
  }
  int a_exponent;
  int b_exponent;
  uint64_t a_significand = __f64_normalize(a, &a_exponent);
  uint64_t b_significand = __f64_normalize(b, &b_exponent);
  int exponent = a_exponent - b_exponent + F64_BIAS;
  if (a_significand < b_significand) {
    a_significand <<= 1;
    exponent--;
  }
  return __f64_round(sign, exponent, divide_sticky(a_significand, b_significand));
}
