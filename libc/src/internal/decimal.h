/* A decimal big number: digits × 10^-fraction_digits. */
#ifndef _INTERNAL_DECIMAL_H
#define _INTERNAL_DECIMAL_H

#include "float-parts.h"

struct decimal {
  uint32_t *words; /* base 10^9, least significant first */
  int word_count;
  int digit_count; /* without leading zeros: 0 for zero */
  int fraction_digits;
};

/*
 * Words that the expansion of any number of a format needs. The longest are those of the smallest numbers: 53 bits times
 * 5^1074 have 767 digits, 113 bits times 5^16494 have 11563.
 */
enum { DECIMAL_WORDS_DOUBLE = 90, DECIMAL_WORDS_LONG_DOUBLE = 1290 };

/* `room` must have one of the numbers of words above. */
void __decimal_from_parts(struct decimal *d, uint32_t *room, const struct float_parts *parts);

/* Digit `index` from the left; 0 beyond either end. */
int __decimal_digit(const struct decimal *d, int index);

/* Rounds to `kept` digits from the left, half to even; may make the number one digit longer, or zero. */
void __decimal_round(struct decimal *d, int kept);

#endif
