/* What __builtin_powi and its like call: a whole power by squaring, as libgcc computes it. */
#define POWER(name, type)                                                          \
  type name(type x, int power) {                                                   \
    unsigned int left = power < 0 ? -(unsigned int)power : (unsigned int)power;    \
    type result = left % 2 != 0 ? x : 1;                                           \
    while ((left >>= 1) != 0) {                                                    \
      x *= x;                                                                      \
      if (left % 2 != 0) {                                                         \
        result *= x;                                                               \
      }                                                                            \
    }                                                                              \
    return power < 0 ? 1 / result : result;                                        \
  }

float __powisf2(float x, int power);
double __powidf2(double x, int power);
long double __powitf2(long double x, int power);

POWER(__powisf2, float)
POWER(__powidf2, double)
POWER(__powitf2, long double)
