/* The same pseudo-random numbers on every machine: xorshift64* (Marsaglia; Vigna). */
#ifndef TEST_RANDOM_H
#define TEST_RANDOM_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static uint64_t random_state = 88172645463325252ULL;

static uint64_t random_bits(void) {
  random_state ^= random_state >> 12;
  random_state ^= random_state << 25;
  random_state ^= random_state >> 27;
  return random_state * 2685821657736338717ULL;
}

/* 0 … limit − 1 */
static int random_below(int limit) {
  return (int)((uint32_t)(random_bits() >> 33) % (uint32_t)limit);
}

/* Seed and number of rounds from the command line. */
static inline int random_begin(int argc, char **argv, int default_rounds) {
  if (argc > 1) {
    random_state ^= strtoull(argv[1], 0, 10) * 0x9e3779b97f4a7c15ULL;
  }
  for (int i = 0; i < 8; i++) {
    random_bits();
  }
  return argc > 2 ? atoi(argv[2]) : default_rounds;
}

/* Any bits, numbers near powers of two and ten, few significant bits, integers, midpoints of decimals. */
static inline double random_double(void) {
  uint64_t bits = random_bits();
  double value;
  switch (random_below(6)) {
  case 0:
    break;
  case 1: /* of ordinary size */
    bits = (bits & 0x800fffffffffffffULL) | (uint64_t)(983 + random_below(80)) << 52;
    break;
  case 2: /* few bits: ties in decimal rounding */
    bits = (bits & 0x800fe00000000000ULL) | (uint64_t)(1023 - 12 + random_below(24)) << 52;
    break;
  case 3:
    value = (double)(int64_t)(bits >> random_below(64));
    return random_below(2) ? value : -value;
  case 4: { /* k / 2^n or k × 10^n */
    double d = (double)random_below(100000);
    int n = random_below(24);
    for (int i = 0; i < n; i++) {
      d = random_below(2) ? d * 10 : d / 2;
    }
    return d;
  }
  default: /* subnormal */
    bits &= 0x800fffffffffffffULL;
  }
  memcpy(&value, &bits, sizeof value);
  return value;
}

#endif
