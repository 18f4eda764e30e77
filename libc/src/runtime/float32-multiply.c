/* Multiplication and division for binary32. */
#include "soft-float.h"

bits32 __mulsf3(bits32 a, bits32 b) {
  bits32 sign = (a ^ b) & F32_SIGN;
  bits32 a_magnitude = a & ~F32_SIGN;
  bits32 b_magnitude = b & ~F32_SIGN;
  if (f32_is_nan(a) || f32_is_nan(b)) {
    return F32_NAN;
  }
  if (a_magnitude == F32_INFINITY || b_magnitude == F32_INFINITY) {
    return a_magnitude == 0 || b_magnitude == 0 ? F32_NAN : sign | F32_INFINITY;
  }
  if (a_magnitude == 0 || b_magnitude == 0) {
    return sign;
  }
  int a_exponent;
  int b_exponent;
  uint32_t a_significand = __f32_normalize(a, &a_exponent);
  uint32_t b_significand = __f32_normalize(b, &b_exponent);
  int exponent = a_exponent + b_exponent - F32_BIAS;
  uint64_t product = (uint64_t)a_significand * b_significand; /* leading 1 at bit 46 or 47 */
  uint32_t significand = (uint32_t)(product >> 17) | ((uint32_t)product << 15 != 0);
  if ((significand & 0x40000000U) != 0) {
    exponent++;
  } else {
    significand <<= 1;
  }
  return __f32_round(sign, exponent, significand);
}

bits32 __divsf3(bits32 a, bits32 b) {
  bits32 sign = (a ^ b) & F32_SIGN;
  bits32 a_magnitude = a & ~F32_SIGN;
  bits32 b_magnitude = b & ~F32_SIGN;
  if (f32_is_nan(a) || f32_is_nan(b)) {
    return F32_NAN;
  }
  if (a_magnitude == F32_INFINITY) {
    return b_magnitude == F32_INFINITY ? F32_NAN : sign | F32_INFINITY;
  }
  if (b_magnitude == 0) {
    return a_magnitude == 0 ? F32_NAN : sign | F32_INFINITY;
  }
  if (a_magnitude == 0 || b_magnitude == F32_INFINITY) {
    return sign;
  }
  int a_exponent;
  int b_exponent;
  uint32_t a_significand = __f32_normalize(a, &a_exponent);
  uint32_t b_significand = __f32_normalize(b, &b_exponent);
  int exponent = a_exponent - b_exponent + F32_BIAS;
  if (a_significand < b_significand) {
    a_significand <<= 1;
    exponent--;
  }
  uint64_t numerator = (uint64_t)a_significand << 30;
  uint32_t quotient = (uint32_t)(numerator / b_significand); /* leading 1 at bit 30 */
  uint32_t is_inexact = (uint64_t)quotient * b_significand != numerator;
  return __f32_round(sign, exponent, quotient | is_inexact);
}
