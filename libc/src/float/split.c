/*
 * Floating numbers taken apart by their bits (IEEE 754-2008 3.4):
 *
 *   binary64    sign 1 | exponent 11 | fraction 52
 *   binary128   sign 1 | exponent 15 | fraction 112
 */
#include "../internal/float-parts.h"

static void classify(struct float_parts *parts, int biased, int biased_max, int bias, int fraction_bits,
                     int hidden_word) {
  uint32_t *m = parts->mantissa;
  int fraction_is_zero = (m[0] | m[1] | m[2] | m[3]) == 0;
  parts->mantissa_bits = fraction_bits + 1;
  parts->minimum_exponent = 1 - bias - fraction_bits;
  parts->exponent = parts->minimum_exponent;
  if (biased == biased_max) {
    parts->kind = fraction_is_zero ? FLOAT_INFINITE : FLOAT_NAN;
  } else if (biased == 0) {
    parts->kind = fraction_is_zero ? FLOAT_ZERO : FLOAT_FINITE;
  } else {
    parts->kind = FLOAT_FINITE;
    m[hidden_word] |= 1U << (fraction_bits % 32);
    parts->exponent = biased - bias - fraction_bits;
  }
}

void __split_double(double value, struct float_parts *parts) {
  union {
    double value;
    uint32_t words[2];
  } bits;
  bits.value = value;
  parts->negative = (int)(bits.words[1] >> 31);
  parts->mantissa[0] = bits.words[0];
  parts->mantissa[1] = bits.words[1] & 0xfffff;
  parts->mantissa[2] = 0;
  parts->mantissa[3] = 0;
  classify(parts, (int)(bits.words[1] >> 20 & 0x7ff), 0x7ff, 1023, 52, 1);
}

void __split_long_double(long double value, struct float_parts *parts) {
  union {
    long double value;
    uint32_t words[4];
  } bits;
  bits.value = value;
  if (sizeof value == sizeof(double)) { /* a compiler for which both are the same */
    __split_double((double)value, parts);
    return;
  }
  parts->negative = (int)(bits.words[3] >> 31);
  parts->mantissa[0] = bits.words[0];
  parts->mantissa[1] = bits.words[1];
  parts->mantissa[2] = bits.words[2];
  parts->mantissa[3] = bits.words[3] & 0xffff;
  classify(parts, (int)(bits.words[3] >> 16 & 0x7fff), 0x7fff, 16383, 112, 3);
}
