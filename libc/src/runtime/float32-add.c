/* Addition, subtraction and negation for binary32. */
#include "soft-float.h"

/* |a| + |b| with the given sign; the larger magnitude comes first, both are finite. */
static bits32 add_magnitudes(bits32 sign, bits32 a, bits32 b) {
  int a_exponent = f32_exponent(a);
  int b_exponent = f32_exponent(b);
  uint32_t a_significand = a & F32_FRACTION;
  uint32_t b_significand = b & F32_FRACTION;
  if (a_exponent == 0) { /* both subnormal: the sum of the fields is the field of the sum */
    return sign | (a_significand + b_significand);
  }
  a_significand |= F32_HIDDEN;
  if (b_exponent == 0) {
    b_exponent = 1;
  } else {
    b_significand |= F32_HIDDEN;
  }
  uint32_t sum = (a_significand << 7) + shift_right_sticky32(b_significand << 7, a_exponent - b_exponent);
  if (sum >> 31 != 0) {
    sum = shift_right_sticky32(sum, 1);
    a_exponent++;
  }
  return __f32_round(sign, a_exponent, sum);
}

/* |a| - |b| with the given sign; |a| > |b|, both finite. */
static bits32 subtract_magnitudes(bits32 sign, bits32 a, bits32 b) {
  int a_exponent = f32_exponent(a);
  int b_exponent = f32_exponent(b);
  uint32_t a_significand = a & F32_FRACTION;
  uint32_t b_significand = b & F32_FRACTION;
  if (a_exponent == 0) {
    return sign | (a_significand - b_significand);
  }
  a_significand |= F32_HIDDEN;
  if (b_exponent == 0) {
    b_exponent = 1;
  } else {
    b_significand |= F32_HIDDEN;
  }
  uint32_t difference = (a_significand << 7) - shift_right_sticky32(b_significand << 7, a_exponent - b_exponent);
  int shift = __clzsi2(difference) - 1;
  return __f32_round(sign, a_exponent - shift, difference << shift);
}

bits32 __addsf3(bits32 a, bits32 b) {
  if (f32_is_nan(a) || f32_is_nan(b)) {
    return F32_NAN;
  }
  bits32 a_magnitude = a & ~F32_SIGN;
  bits32 b_magnitude = b & ~F32_SIGN;
  int same_sign = ((a ^ b) & F32_SIGN) == 0;
  if (a_magnitude == F32_INFINITY) {
    return b_magnitude == F32_INFINITY && !same_sign ? F32_NAN : a;
  }
  if (b_magnitude == F32_INFINITY) {
    return b;
  }
  if (same_sign) {
    bits32 sign = a & F32_SIGN;
    return a_magnitude >= b_magnitude ? add_magnitudes(sign, a, b) : add_magnitudes(sign, b, a);
  }
  if (a_magnitude == b_magnitude) {
    return 0;
  }
  return a_magnitude > b_magnitude ? subtract_magnitudes(a & F32_SIGN, a, b)
                                   : subtract_magnitudes(b & F32_SIGN, b, a);
}

/* Not a number stays the canonical one, whatever its sign. */
bits32 __subsf3(bits32 a, bits32 b) {
  return __addsf3(a, b ^ F32_SIGN);
}

bits32 __negsf2(bits32 a) {
  return a ^ F32_SIGN;
}
