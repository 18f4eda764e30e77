/* Addition, subtraction and negation for binary64. */
#include "soft-float.h"

/* |a| + |b| with the given sign; the larger magnitude comes first, both are finite. */
static bits64 add_magnitudes(bits64 sign, bits64 a, bits64 b) {
  int a_exponent = f64_exponent(a);
  int b_exponent = f64_exponent(b);
  uint64_t a_significand = a & F64_FRACTION;
  uint64_t b_significand = b & F64_FRACTION;
  if (a_exponent == 0) { /* both subnormal: the sum of the fields is the field of the sum */
    return sign | (a_significand + b_significand);
  }
  a_significand |= F64_HIDDEN;
  if (b_exponent == 0) {
    b_exponent = 1;
  } else {
    b_significand |= F64_HIDDEN;
  }
  uint64_t sum = (a_significand << 10) + shift_right_sticky64(b_significand << 10, a_exponent - b_exponent);
  if (sum >> 63 != 0) {
    sum = shift_right_sticky64(sum, 1);
    a_exponent++;
  }
  return __f64_round(sign, a_exponent, sum);
}

/* |a| - |b| with the given sign; |a| > |b|, both finite. */
static bits64 subtract_magnitudes(bits64 sign, bits64 a, bits64 b) {
  int a_exponent = f64_exponent(a);
  int b_exponent = f64_exponent(b);
  uint64_t a_significand = a & F64_FRACTION;
  uint64_t b_significand = b & F64_FRACTION;
  if (a_exponent == 0) {
    return sign | (a_significand - b_significand);
  }
  a_significand |= F64_HIDDEN;
  if (b_exponent == 0) {
    b_exponent = 1;
  } else {
    b_significand |= F64_HIDDEN;
  }
  uint64_t difference = (a_significand << 10) - shift_right_sticky64(b_significand << 10, a_exponent - b_exponent);
  int shift = __clzdi2(difference) - 1;
  return __f64_round(sign, a_exponent - shift, difference << shift);
}

bits64 __adddf3(bits64 a, bits64 b) {
  if (f64_is_nan(a) || f64_is_nan(b)) {
    return F64_NAN;
  }
  bits64 a_magnitude = a & ~F64_SIGN;
  bits64 b_magnitude = b & ~F64_SIGN;
  int same_sign = ((a ^ b) & F64_SIGN) == 0;
  if (a_magnitude == F64_INFINITY) {
    return b_magnitude == F64_INFINITY && !same_sign ? F64_NAN : a;
  }
  if (b_magnitude == F64_INFINITY) {
    return b;
  }
  if (same_sign) {
    bits64 sign = a & F64_SIGN;
    return a_magnitude >= b_magnitude ? add_magnitudes(sign, a, b) : add_magnitudes(sign, b, a);
  }
  if (a_magnitude == b_magnitude) {
    return 0;
  }
  return a_magnitude > b_magnitude ? subtract_magnitudes(a & F64_SIGN, a, b)
                                   : subtract_magnitudes(b & F64_SIGN, b, a);
}

/* Not a number stays the canonical one, whatever its sign. */
bits64 __subdf3(bits64 a, bits64 b) {
  return __adddf3(a, b ^ F64_SIGN);
}

bits64 __negdf2(bits64 a) {
  return a ^ F64_SIGN;
}
