/*
 * The 48-bit linear congruential generators (POSIX.1-2008): x' = (a x + c) mod 2^48. A state of three shorts holds its lowest
 * bits first.
 */
#include <stdlib.h>
#include <string.h>

#define MASK ((1ULL << 48) - 1)

static unsigned long long factor = 0x5deece66dULL;
static unsigned long long addend = 0xb;
static unsigned short own[3];

static unsigned long long load(const unsigned short x[3]) {
  return x[0] | (unsigned long long)x[1] << 16 | (unsigned long long)x[2] << 32;
}

static void store(unsigned short x[3], unsigned long long value) {
  x[0] = (unsigned short)value;
  x[1] = (unsigned short)(value >> 16);
  x[2] = (unsigned short)(value >> 32);
}

static unsigned long long step(unsigned short x[3]) {
  unsigned long long next = (load(x) * factor + addend) & MASK;
  store(x, next);
  return next;
}

double erand48(unsigned short state[3]) {
  return (double)step(state) / (double)(1ULL << 48);
}

long nrand48(unsigned short state[3]) {
  return (long)(step(state) >> 17);
}

long jrand48(unsigned short state[3]) {
  return (long)(int)(step(state) >> 16);
}

double drand48(void) {
  return erand48(own);
}

long lrand48(void) {
  return nrand48(own);
}

long mrand48(void) {
  return jrand48(own);
}

static void reset_parameters(void) {
  factor = 0x5deece66dULL;
  addend = 0xb;
}

void srand48(long seed) {
  reset_parameters();
  store(own, (unsigned long long)(unsigned long)seed << 16 | 0x330e);
}

/* Returns the state before, in room that the next call uses again. */
unsigned short *seed48(unsigned short state[3]) {
  static unsigned short before[3];
  memcpy(before, own, sizeof own);
  memcpy(own, state, sizeof own);
  reset_parameters();
  return before;
}

void lcong48(unsigned short parameters[7]) {
  memcpy(own, parameters, sizeof own);
  factor = load(parameters + 3);
  addend = parameters[6];
}
