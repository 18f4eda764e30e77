/* Big natural numbers in base 2^32, as far as reading floating numbers needs them. The room is the caller's. */
#ifndef _INTERNAL_BIGNUM_H
#define _INTERNAL_BIGNUM_H

#include <stdint.h>

struct bignum {
  uint32_t *words; /* least significant first */
  int count;       /* without leading zeros: 0 for zero */
};

void __bignum_multiply_add(struct bignum *n, uint32_t factor, uint32_t addend);
void __bignum_multiply_by_power_of_five(struct bignum *n, int exponent);
void __bignum_shift_left(struct bignum *n, int bits);
int __bignum_bit_length(const struct bignum *n);
/* -1, 0 or 1. */
int __bignum_compare(const struct bignum *a, const struct bignum *b);
/* a -= b, for a >= b. */
void __bignum_subtract(struct bignum *a, const struct bignum *b);

#endif
