/* Rounding and unpacking for binary64 (see soft-float.h). */
#include "soft-float.h"

bits64 __f64_round(bits64 sign, int exponent, uint64_t significand) {
  if (exponent < 1) { /* subnormal: the fixed exponent of 1, without the hidden bit */
    significand = shift_right_sticky64(significand, 1 - exponent);
    exponent = 1;
  }
  uint64_t dropped = significand & 0x3ff;
  significand = (significand + 0x200) >> 10;
  if (dropped == 0x200) { /* a tie: to even */
    significand &= ~(uint64_t)1;
  }
  /* The hidden bit, if there is one, adds 1 to the exponent's field; so does a carry out of the fraction. */
  bits64 magnitude = (bits64)(exponent - 1) << 52;
  magnitude += significand;
  if (exponent >= F64_EXPONENT_MAX || magnitude >= F64_INFINITY) {
    magnitude = F64_INFINITY;
  }
  return sign | magnitude;
}

uint64_t __f64_normalize(bits64 a, int *exponent) {
  uint64_t significand = a & F64_FRACTION;
  *exponent = f64_exponent(a);
  if (*exponent != 0) {
    return significand | F64_HIDDEN;
  }
  int shift = __clzdi2(significand) - 11;
  *exponent = 1 - shift;
  return significand << shift;
}
