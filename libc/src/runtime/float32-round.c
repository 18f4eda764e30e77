/* Rounding and unpacking for binary32 (see soft-float.h). */
#include "soft-float.h"

bits32 __f32_round(bits32 sign, int exponent, uint32_t significand) {
  if (exponent < 1) { /* subnormal: the fixed exponent of 1, without the hidden bit */
    significand = shift_right_sticky32(significand, 1 - exponent);
    exponent = 1;
  }
  uint32_t dropped = significand & 0x7f;
  significand = (significand + 0x40) >> 7;
  if (dropped == 0x40) { /* a tie: to even */
    significand &= ~(uint32_t)1;
  }
  /* The hidden bit, if there is one, adds 1 to the exponent's field; so does a carry out of the fraction. */
  bits32 magnitude = (bits32)(exponent - 1) << 23;
  magnitude += significand;
  if (exponent >= F32_EXPONENT_MAX || magnitude >= F32_INFINITY) {
    magnitude = F32_INFINITY;
  }
  return sign | magnitude;
}

uint32_t __f32_normalize(bits32 a, int *exponent) {
  uint32_t significand = a & F32_FRACTION;
  *exponent = f32_exponent(a);
  if (*exponent != 0) {
    return significand | F32_HIDDEN;
  }
  int shift = __clzsi2(significand) - 8;
  *exponent = 1 - shift;
  return significand << shift;
}
