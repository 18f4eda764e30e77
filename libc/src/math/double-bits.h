/* A double as its bits and back. */
#ifndef _MATH_DOUBLE_BITS_H
#define _MATH_DOUBLE_BITS_H

#include <stdint.h>

union double_bits {
  double value;
  uint64_t bits;
};

static inline uint64_t bits_of(double value) {
  union double_bits u;
  u.value = value;
  return u.bits;
}

static inline double from_bits(uint64_t bits) {
  union double_bits u;
  u.bits = bits;
  return u.value;
}

#define DOUBLE_SIGN 0x8000000000000000ULL
#define DOUBLE_INFINITY 0x7ff0000000000000ULL
#define DOUBLE_FRACTION 0x000fffffffffffffULL

/* The exponent of the leading bit of a normal number; 1024 for infinities and what is no number. */
static inline int exponent_of(double value) {
  return (int)(bits_of(value) >> 52 & 0x7ff) - 1023;
}

#endif
