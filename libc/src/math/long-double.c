/* What there is for long double (binary128): its sign and its class. */
#include <math.h>
#include <stdint.h>

#define SIGN ((uint64_t)1 << 63)
#define INFINITE ((uint64_t)0x7fff << 48)

/* In memory the low half comes first. */
union bits {
  long double value;
  uint64_t half[2];
};

long double fabsl(long double x) {
  union bits bits = {x};
  bits.half[1] &= ~SIGN;
  return bits.value;
}

long double copysignl(long double x, long double sign) {
  union bits bits = {x}, model = {sign};
  bits.half[1] = (bits.half[1] & ~SIGN) | (model.half[1] & SIGN);
  return bits.value;
}

int __fpclassifyl(long double x) {
  union bits bits = {fabsl(x)};
  uint64_t high = bits.half[1], low = bits.half[0];
  if (high >= INFINITE) {
    return high == INFINITE && low == 0 ? FP_INFINITE : FP_NAN;
  }
  return high == 0 && low == 0 ? FP_ZERO : high >> 48 == 0 ? FP_SUBNORMAL : FP_NORMAL;
}
