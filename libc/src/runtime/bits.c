/* Counting bits and swapping bytes (GCC internals, "Integer library routines"). Counts of zeros need a value other than 0. */
#include <stdint.h>

int __clzsi2(uint32_t n) {
  int count = 0;
  for (int step = 16; step > 0; step >>= 1) {
    if (n >> (32 - step) == 0) {
      count += step;
      n <<= step;
    }
  }
  return count;
}

int __ctzsi2(uint32_t n) {
  return 31 - __clzsi2(n & -n);
}

int __clzdi2(uint64_t n) {
  uint32_t high = (uint32_t)(n >> 32);
  return high != 0 ? __clzsi2(high) : 32 + __clzsi2((uint32_t)n);
}

int __ctzdi2(uint64_t n) {
  uint32_t low = (uint32_t)n;
  return low != 0 ? __ctzsi2(low) : 32 + __ctzsi2((uint32_t)(n >> 32));
}

/* 1 + the index of the lowest set bit, 0 for 0. */
int __ffssi2(uint32_t n) {
  return n != 0 ? __ctzsi2(n) + 1 : 0;
}

int __ffsdi2(uint64_t n) {
  return n != 0 ? __ctzdi2(n) + 1 : 0;
}

/* Adds neighbouring counts in ever wider fields; the product sums four bytes into the top one. */
int __popcountsi2(uint32_t n) {
  n = n - (n >> 1 & 0x55555555U);
  n = (n & 0x33333333U) + (n >> 2 & 0x33333333U);
  n = (n + (n >> 4)) & 0x0f0f0f0fU;
  return (int)(n * 0x01010101U >> 24);
}

int __popcountdi2(uint64_t n) {
  return __popcountsi2((uint32_t)n) + __popcountsi2((uint32_t)(n >> 32));
}

int __paritysi2(uint32_t n) {
  return __popcountsi2(n) & 1;
}

int __paritydi2(uint64_t n) {
  return __popcountdi2(n) & 1;
}

uint32_t __bswapsi2(uint32_t n) {
  return n << 24 | (n & 0xff00) << 8 | (n >> 8 & 0xff00) | n >> 24;
}

uint64_t __bswapdi2(uint64_t n) {
  return (uint64_t)__bswapsi2((uint32_t)n) << 32 | __bswapsi2((uint32_t)(n >> 32));
}

/* Copies of the sign bit below it. */
int __clrsbsi2(int32_t n) {
  uint32_t other = (uint32_t)(n < 0 ? ~n : n);
  return other != 0 ? __clzsi2(other) - 1 : 31;
}

int __clrsbdi2(int64_t n) {
  uint64_t other = (uint64_t)(n < 0 ? ~n : n);
  return other != 0 ? __clzdi2(other) - 1 : 63;
}
