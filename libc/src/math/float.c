/* The float functions: the double's result, rounded. Its spare bits make that as good as a direct computation. */
#include <math.h>
#include <stdint.h>

float sinf(float x) {
  return (float)sin(x);
}

float cosf(float x) {
  return (float)cos(x);
}

float tanf(float x) {
  return (float)tan(x);
}

float asinf(float x) {
  return (float)asin(x);
}

float acosf(float x) {
  return (float)acos(x);
}

float atanf(float x) {
  return (float)atan(x);
}

float sinhf(float x) {
  return (float)sinh(x);
}

float coshf(float x) {
  return (float)cosh(x);
}

float erff(float x) {
  return (float)erf(x);
}

float erfcf(float x) {
  return (float)erfc(x);
}

float tgammaf(float x) {
  return (float)tgamma(x);
}

float lgammaf(float x) {
  return (float)lgamma(x);
}

float tanhf(float x) {
  return (float)tanh(x);
}

float asinhf(float x) {
  return (float)asinh(x);
}

float acoshf(float x) {
  return (float)acosh(x);
}

float atanhf(float x) {
  return (float)atanh(x);
}

float expf(float x) {
  return (float)exp(x);
}

float exp2f(float x) {
  return (float)exp2(x);
}

float expm1f(float x) {
  return (float)expm1(x);
}

float logf(float x) {
  return (float)log(x);
}

float log2f(float x) {
  return (float)log2(x);
}

float log10f(float x) {
  return (float)log10(x);
}

float log1pf(float x) {
  return (float)log1p(x);
}

float sqrtf(float x) {
  return (float)sqrt(x);
}

float cbrtf(float x) {
  return (float)cbrt(x);
}

float floorf(float x) {
  return (float)floor(x);
}

float ceilf(float x) {
  return (float)ceil(x);
}

float truncf(float x) {
  return (float)trunc(x);
}

float roundf(float x) {
  return (float)round(x);
}

float rintf(float x) {
  return (float)rint(x);
}

float nearbyintf(float x) {
  return (float)nearbyint(x);
}

float fabsf(float x) {
  return (float)fabs(x);
}

float logbf(float x) {
  return (float)logb(x);
}

float atan2f(float x, float y) {
  return (float)atan2(x, y);
}

float powf(float x, float y) {
  return (float)pow(x, y);
}

float hypotf(float x, float y) {
  return (float)hypot(x, y);
}

float fmodf(float x, float y) {
  return (float)fmod(x, y);
}

float remainderf(float x, float y) {
  return (float)remainder(x, y);
}

float fminf(float x, float y) {
  return (float)fmin(x, y);
}

float fmaxf(float x, float y) {
  return (float)fmax(x, y);
}

float fdimf(float x, float y) {
  return (float)fdim(x, y);
}

float copysignf(float x, float y) {
  return (float)copysign(x, y);
}

float fmaf(float x, float y, float z) {
  return (float)fma(x, y, z);
}

float remquof(float x, float y, int *quotient) {
  return (float)remquo(x, y, quotient);
}

float frexpf(float x, int *exponent) {
  return (float)frexp(x, exponent);
}

float ldexpf(float x, int power) {
  return (float)ldexp(x, power);
}

float scalbnf(float x, int power) {
  return (float)scalbn(x, power);
}

float scalblnf(float x, long power) {
  return (float)scalbln(x, power);
}

float modff(float x, float *whole) {
  double whole_part;
  float fraction = (float)modf(x, &whole_part);
  *whole = (float)whole_part;
  return fraction;
}

int ilogbf(float x) {
  return ilogb(x);
}

long lrintf(float x) {
  return lrint(x);
}

long long llrintf(float x) {
  return llrint(x);
}

long lroundf(float x) {
  return lround(x);
}

long long llroundf(float x) {
  return llround(x);
}

float nanf(const char *tag) {
  return (float)nan(tag);
}

union float_bits {
  float value;
  uint32_t bits;
};

int __fpclassifyf(float x) {
  union float_bits u;
  u.value = x;
  uint32_t magnitude = u.bits & 0x7fffffff;
  if (magnitude >= 0x7f800000) {
    return magnitude == 0x7f800000 ? FP_INFINITE : FP_NAN;
  }
  return magnitude == 0 ? FP_ZERO : magnitude < 0x00800000 ? FP_SUBNORMAL : FP_NORMAL;
}

/* The neighbours of a float are not those of the double. */
float nextafterf(float x, float to) {
  union float_bits u;
  if (isnan(x) || isnan(to)) {
    return NAN;
  }
  if (x == to) {
    return to;
  }
  u.value = x;
  if (x == 0) {
    u.bits = 1;
    return copysignf(u.value, to);
  }
  u.bits += (x < to) == (x > 0) ? 1 : (uint32_t)-1;
  return u.value;
}
