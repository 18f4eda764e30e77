/* Reading floating numbers of any binary format, correctly rounded. */
#ifndef _INTERNAL_PARSE_FLOAT_H
#define _INTERNAL_PARSE_FLOAT_H

#include "float-parts.h"

struct float_format {
  int mantissa_bits;     /* the hidden bit included */
  int minimum_exponent;  /* of the leading bit of the smallest normal number */
  int maximum_exponent;  /* of the leading bit of the largest */
  int maximum_digits;    /* decimal digits that may decide about rounding: the longest midpoint between two numbers */
  int maximum_decimal;   /* 10 to this power is beyond the largest number */
  int minimum_decimal;   /* below 10 to this power everything rounds to zero */
  int room_words;        /* of each of two big numbers */
};

/* Twice format.room_words words. */
enum { PARSE_WORDS_DOUBLE = 100, PARSE_WORDS_LONG_DOUBLE = 1216 };

/*
 * Parses as strtod does. On return the mantissa of a finite number is below 2^mantissa_bits and counts units of
 * 2^exponent. Sets errno to ERANGE for numbers too large and for results that lost precision below the normal range.
 */
void __parse_float(const char *text, char **end, const struct float_format *format, uint32_t *room,
                   struct float_parts *result);

#endif
