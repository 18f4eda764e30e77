/*
 * Conversion between binary32 and binary64. What is not a number stays so: widened, it becomes
 * quiet and keeps sign and fraction; narrowed, it is the canonical one (both as libgcc has it).
 */
#include "soft-float.h"

/* Always exact. */
bits64 __extendsfdf2(bits32 a) {
  bits64 sign = (bits64)(a & F32_SIGN) << 32;
  bits32 magnitude = a & ~F32_SIGN;
  if (magnitude > F32_INFINITY) {
    return sign | F64_NAN | (bits64)(magnitude & F32_FRACTION) << 29;
  }
  if (magnitude == F32_INFINITY) {
    return sign | F64_INFINITY;
  }
  if (magnitude == 0) {
    return sign;
  }
  int exponent;
  uint32_t significand = __f32_normalize(a, &exponent);
  bits64 field = (bits64)(exponent - F32_BIAS + F64_BIAS) << 52;
  return sign | field | (bits64)(significand & F32_FRACTION) << 29;
}

bits32 __truncdfsf2(bits64 a) {
  bits32 sign = (bits32)(a >> 32) & F32_SIGN;
  bits64 magnitude = a & ~F64_SIGN;
  if (magnitude > F64_INFINITY) {
    return F32_NAN;
  }
  if (magnitude == F64_INFINITY) {
    return sign | F32_INFINITY;
  }
  if (f64_exponent(a) == 0) { /* far below the smallest binary32 */
    return sign;
  }
  int exponent = f64_exponent(a) - F64_BIAS + F32_BIAS;
  uint64_t significand = (a & F64_FRACTION) | F64_HIDDEN; /* leading 1 from bit 52 to bit 30 */
  return __f32_round(sign, exponent, (uint32_t)shift_right_sticky64(significand, 22));
}
