/* A binary floating number taken apart: sign, and mantissa × 2^exponent. */
#ifndef _INTERNAL_FLOAT_PARTS_H
#define _INTERNAL_FLOAT_PARTS_H

#include <stdint.h>

enum float_kind { FLOAT_ZERO, FLOAT_FINITE, FLOAT_INFINITE, FLOAT_NAN };

struct float_parts {
  enum float_kind kind;
  int negative;
  int exponent;
  int mantissa_bits;     /* precision of the format, the hidden bit included */
  int minimum_exponent;  /* exponent of the lowest mantissa bit of a subnormal number */
  uint32_t mantissa[4];  /* least significant word first */
};

void __split_double(double value, struct float_parts *parts);
void __split_long_double(long double value, struct float_parts *parts);

#endif
