/*
 * 64-bit division for a machine that divides 32 bits: the names that compilers call (GCC internals, "Integer library
 * routines"). Nothing here may use / or % on 64-bit values, or it would call itself.
 */
#include <stdint.h>

static uint32_t high(uint64_t n) {
  return (uint32_t)(n >> 32);
}

static int leading_zeros(uint32_t n) {
  int count = 0;
  if ((n & 0xffff0000U) == 0) {
    count += 16;
    n <<= 16;
  }
  if ((n & 0xff000000U) == 0) {
    count += 8;
    n <<= 8;
  }
  if ((n & 0xf0000000U) == 0) {
    count += 4;
    n <<= 4;
  }
  if ((n & 0xc0000000U) == 0) {
    count += 2;
    n <<= 2;
  }
  return count + ((n & 0x80000000U) == 0);
}

/*
 * (top:bottom) / divisor for top < divisor, so that the quotient fits 32 bits: schoolbook division with digits of 16
 * bits. Each digit is first guessed from the divisor's upper half, which has its top bit set; the guess is at most 2 too
 * large (Knuth, volume 2, 4.3.1, theorem B).
 */
static uint32_t divide_64_by_32(uint32_t top, uint32_t bottom, uint32_t divisor, uint32_t *remainder) {
  int shift = leading_zeros(divisor);
  if (shift > 0) {
    divisor <<= shift;
    top = top << shift | bottom >> (32 - shift);
    bottom <<= shift;
  }
  uint32_t divisor_high = divisor >> 16;
  uint32_t divisor_low = divisor & 0xffff;
  uint32_t quotient = 0;
  for (int digit = 0; digit < 2; digit++) {
    uint32_t next = digit == 0 ? bottom >> 16 : bottom & 0xffff;
    uint32_t guess = top / divisor_high;
    uint32_t rest = top - guess * divisor_high;
    while (rest < 0x10000 && (guess > 0xffff || guess * divisor_low > (rest << 16 | next))) {
      guess--;
      rest += divisor_high;
    }
    top = (top << 16 | next) - guess * divisor; /* modulo 2^32: the true value fits */
    quotient = quotient << 16 | guess;
  }
  *remainder = top >> shift;
  return quotient;
}

/* A divisor of more than 32 bits: the quotient fits 32 bits. Guess it from the upper parts, then correct it by one. */
static uint64_t divide_by_large(uint64_t numerator, uint64_t divisor, uint64_t *remainder) {
  int shift = leading_zeros(high(divisor));
  if (shift == 0) { /* the quotient is 0 or 1 */
    uint64_t quotient = numerator >= divisor;
    *remainder = numerator - (quotient ? divisor : 0);
    return quotient;
  }
  uint32_t divisor_top = (uint32_t)(divisor >> (32 - shift)); /* its top bit is set */
  uint64_t halved = numerator >> 1;                           /* makes the upper part smaller than divisor_top */
  uint32_t ignored;
  uint32_t guess = divide_64_by_32(high(halved), (uint32_t)halved, divisor_top, &ignored);
  guess = guess >> (31 - shift);
  if (guess != 0) {
    guess--; /* now right or one too small */
  }
  uint64_t rest = numerator - divisor * guess;
  if (rest >= divisor) {
    rest -= divisor;
    guess++;
  }
  *remainder = rest;
  return guess;
}

uint64_t __udivmoddi4(uint64_t numerator, uint64_t divisor, uint64_t *remainder) {
  uint64_t rest;
  uint64_t quotient;
  if (high(divisor) != 0) {
    quotient = divide_by_large(numerator, divisor, &rest);
  } else {
    uint32_t small = (uint32_t)divisor;
    if (high(numerator) == 0) { /* also where the hardware defines division by zero */
      quotient = (uint32_t)numerator / small;
      rest = (uint32_t)numerator % small;
    } else {
      uint32_t quotient_high = high(numerator) / small;
      uint32_t rest_low = high(numerator) % small;
      uint32_t quotient_low = small == 0 ? ~0U : divide_64_by_32(rest_low, (uint32_t)numerator, small, &rest_low);
      quotient = (uint64_t)quotient_high << 32 | quotient_low;
      rest = small == 0 ? numerator : rest_low;
    }
  }
  if (remainder != 0) {
    *remainder = rest;
  }
  return quotient;
}

uint64_t __udivdi3(uint64_t numerator, uint64_t divisor) {
  return __udivmoddi4(numerator, divisor, 0);
}

uint64_t __umoddi3(uint64_t numerator, uint64_t divisor) {
  uint64_t remainder;
  __udivmoddi4(numerator, divisor, &remainder);
  return remainder;
}

/* The quotient is rounded towards zero; the remainder has the numerator's sign (C11 6.5.5). */
int64_t __divmoddi4(int64_t numerator, int64_t divisor, int64_t *remainder) {
  uint64_t rest;
  uint64_t n = numerator < 0 ? -(uint64_t)numerator : (uint64_t)numerator;
  uint64_t d = divisor < 0 ? -(uint64_t)divisor : (uint64_t)divisor;
  uint64_t quotient = __udivmoddi4(n, d, &rest);
  *remainder = (int64_t)(numerator < 0 ? -rest : rest);
  return (int64_t)((numerator ^ divisor) < 0 ? -quotient : quotient);
}

int64_t __divdi3(int64_t numerator, int64_t divisor) {
  int64_t remainder;
  return __divmoddi4(numerator, divisor, &remainder);
}

int64_t __moddi3(int64_t numerator, int64_t divisor) {
  int64_t remainder;
  __divmoddi4(numerator, divisor, &remainder);
  return remainder;
}
