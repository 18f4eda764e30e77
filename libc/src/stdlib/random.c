/* Pseudo-random numbers: a 64-bit linear congruential generator (Knuth's MMIX constants), its upper 31 bits. */
#include <stdlib.h>
#include <string.h>

static unsigned long long state = 1;

static int next_random(void) {
  state = state * 6364136223846793005ULL + 1442695040888963407ULL;
  return (int)(state >> 33);
}

void srand(unsigned int seed) {
  state = seed;
  next_random(); /* neighbouring seeds would begin alike otherwise */
}

int rand(void) {
  return next_random();
}

long random(void) {
  return next_random();
}

void srandom(unsigned int seed) {
  srand(seed);
}

/* Only 32 bits of state: xorshift, with 0 moved out of the way. */
int rand_r(unsigned int *state32) {
  unsigned int x = *state32 != 0 ? *state32 : 2463534242U;
  x ^= x << 13;
  x ^= x >> 17;
  x ^= x << 5;
  *state32 = x;
  return (int)(x >> 1);
}

/* The generator's state is its own: `state` is taken and given back as if it were it (POSIX asks for 8 bytes at least). */
static char *lent;

char *initstate(unsigned int seed, char *room, size_t bytes) {
  char *before = lent;
  if (bytes < 8) {
    return 0;
  }
  if (before != 0) {
    memcpy(before, &state, sizeof state);
  }
  lent = room;
  srandom(seed);
  memcpy(room, &state, sizeof state);
  return before;
}

char *setstate(char *room) {
  char *before = lent;
  if (before != 0) {
    memcpy(before, &state, sizeof state);
  }
  memcpy(&state, room, sizeof state);
  lent = room;
  return before;
}
