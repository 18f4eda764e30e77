/* Classes of floating numbers, by <math.h> and by the compiler's builtins, and the builtins of library functions. */
#include <math.h>
#include <string.h>

#include "check.h"

#define CLASS(x) __builtin_fpclassify(FP_NAN, FP_INFINITE, FP_NORMAL, FP_SUBNORMAL, FP_ZERO, x)
/* The class by both ways; and what is normal, finite and infinite follows from it. */
#define IS(class, x)                                                                                      \
  CHECK(fpclassify(x) == (class) && CLASS(x) == (class) && !isnormal(x) == ((class) != FP_NORMAL) &&     \
        !__builtin_isnormal(x) == ((class) != FP_NORMAL) && !isinf(x) == ((class) != FP_INFINITE) &&     \
        !isnan(x) == ((class) != FP_NAN) && !isfinite(x) == ((class) == FP_NAN || (class) == FP_INFINITE))

static void classes(void) {
  volatile double tiny = 1e-310, huge = INFINITY, zero = -0.0, three = -3;
  volatile float small = 1e-40f, infinite = INFINITY;
  volatile long double least = 0x1p-16390L, above = HUGE_VALL, large = -0x1p16000L, none = 0;
  IS(FP_SUBNORMAL, tiny);
  IS(FP_INFINITE, huge);
  IS(FP_ZERO, zero);
  IS(FP_NORMAL, three);
  IS(FP_NAN, huge - huge);
  IS(FP_SUBNORMAL, small);
  IS(FP_INFINITE, infinite);
  IS(FP_SUBNORMAL, least);
  IS(FP_INFINITE, above);
  IS(FP_NORMAL, large);
  IS(FP_ZERO, none);
  IS(FP_NAN, above - above);
  CHECK(__builtin_isinf_sign(huge) == 1 && __builtin_isinf_sign(-above) == -1 && __builtin_isinf_sign(large) == 0);
  CHECK(fabsl(large) == -large && copysignl(3, large) == -3 && signbit(copysignl(none, large)) && !signbit(fabsl(-none)));
}

static void powers(void) {
  volatile double base = -1.5;
  volatile int seven = 7, least = -2147483647 - 1;
  CHECK(__builtin_powi(base, seven) == -17.0859375 && __builtin_powi(2 * base, -1) == 1 / (2 * base));
  CHECK(__builtin_powif((float)base, 3) == -3.375f && __builtin_powil(base, 0) == 1 && __builtin_powi(1, least) == 1);
}

static void library(void) {
  char text[12] = "abc";
  CHECK((char *)__builtin_mempcpy(text + 3, "def", 4) == text + 7 && strcmp(text, "abcdef") == 0);
  CHECK(__builtin___memcpy_chk(text, "xy", 2, sizeof text) == text && __builtin___memset_chk(text + 2, '!', 1, 10) == text + 2);
  CHECK(strcmp(__builtin_strdup(text), "xy!def") == 0 && __builtin_strcasecmp(text, "XY!DEF") == 0);
  CHECK(__builtin_round(2.5) == 3 && __builtin_log2(8) == 3 && __builtin_fabsl(-2.5L) == 2.5L && __builtin_hypotf(3, 4) == 5);
}

int main(void) {
  classes();
  powers();
  library();
  printf("%d failures\n", failures);
  return failures != 0;
}
