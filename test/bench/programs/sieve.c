/* Sieve of Eratosthenes, and sums over the primes found. */
#include "support.h"
#define LIMIT 60000
static unsigned char composite[LIMIT + 1];
int main(void) {
  unsigned count = 0, sum = 0;
  for (int i = 2; i * i <= LIMIT; i++)
    if (!composite[i]) for (int j = i * i; j <= LIMIT; j += i) composite[j] = 1;
  for (int i = 2; i <= LIMIT; i++) if (!composite[i]) { count++; sum += (unsigned)i; }
  show("count", count);
  show("sum", sum);
  return 0;
}
