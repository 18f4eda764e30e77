/*
 * Mathematical functions on random arguments: name, arguments and result as bits. Another libc is the oracle; results of
 * the functions in the second table must be equal, the others within one unit in the last place.
 */
#include <math.h>
#include <stdio.h>

#include "random.h"

static void show(const char *name, double x, double y, double result) {
  uint64_t bits[3];
  memcpy(&bits[0], &x, 8);
  memcpy(&bits[1], &y, 8);
  memcpy(&bits[2], &result, 8);
  printf("%s %016llx %016llx %016llx\n", name, (unsigned long long)bits[0], (unsigned long long)bits[1],
         isnan(result) ? 0x7ff8000000000000ULL : (unsigned long long)bits[2]);
}

struct one {
  const char *name;
  double (*function)(double);
};

static const struct one ones[] = {
    {"sin", sin},   {"cos", cos},     {"tan", tan},     {"asin", asin},   {"acos", acos},   {"atan", atan},
    {"exp", exp},   {"exp2", exp2},   {"expm1", expm1}, {"log", log},     {"log2", log2},   {"log10", log10},
    {"erf", erf},     {"erfc", erfc},   {"tgamma", tgamma}, {"lgamma", lgamma},
    {"log1p", log1p}, {"sinh", sinh}, {"cosh", cosh},   {"tanh", tanh},   {"asinh", asinh}, {"acosh", acosh},
    {"atanh", atanh}, {"cbrt", cbrt}, {"=sqrt", sqrt},  {"=floor", floor}, {"=ceil", ceil}, {"=trunc", trunc},
    {"=round", round}, {"=rint", rint}, {"=fabs", fabs}, {"=logb", logb},
};

struct two {
  const char *name;
  double (*function)(double, double);
};

static const struct two twos[] = {
    {"pow", pow},   {"atan2", atan2}, {"hypot", hypot}, {"=fmod", fmod}, {"=remainder", remainder},
    {"=fmin", fmin}, {"=fmax", fmax}, {"=fdim", fdim},  {"=copysign", copysign}, {"=nextafter", nextafter},
};

static double argument(void) {
  uint64_t bits = random_bits();
  double value;
  switch (random_below(5)) {
  case 0:
    return random_double();
  case 1: /* whole and half numbers */
    return (random_below(200) - 100) * 0.5;
  case 2: /* the unit interval */
    bits = (bits & 0x800fffffffffffffULL) | (uint64_t)(1023 - 8 + random_below(8)) << 52;
    break;
  default:
    bits = (bits & 0x800fffffffffffffULL) | (uint64_t)(1023 - 30 + random_below(42)) << 52;
  }
  memcpy(&value, &bits, 8);
  return value;
}

int main(int argc, char **argv) {
  static const double special[] = {0, -0.0, 1, -1, 2, 0.5, 10, 1000, 1e22, 1e300, -1e300, 1e-300, 5e-324, HUGE_VAL, -HUGE_VAL, NAN, 709.9, -745.2, 710.5, 1024, -1075, 3, -3, 1e15};
  enum { SPECIAL = sizeof special / sizeof special[0], ONES = sizeof ones / sizeof ones[0], TWOS = sizeof twos / sizeof twos[0] };
  int rounds = random_begin(argc, argv, 100);
  for (int f = 0; f < ONES; f++) {
    for (int i = 0; i < SPECIAL; i++) {
      show(ones[f].name, special[i], 0, ones[f].function(special[i]));
    }
  }
  for (int f = 0; f < TWOS; f++) {
    for (int i = 0; i < SPECIAL; i++) {
      for (int j = 0; j < SPECIAL; j++) {
        if (special[i] == 0 && special[j] == 0 && (twos[f].function == fmin || twos[f].function == fmax)) {
          continue; /* C11 F.10.9 leaves open which zero comes out */
        }
        show(twos[f].name, special[i], special[j], twos[f].function(special[i], special[j]));
      }
    }
  }
  for (int round = 0; round < rounds; round++) {
    double x = argument();
    double y = random_below(3) == 0 ? x : argument();
    for (int f = 0; f < ONES; f++) {
      show(ones[f].name, x, 0, ones[f].function(x));
    }
    for (int f = 0; f < TWOS; f++) {
      show(twos[f].name, x, y, twos[f].function(x, y));
    }
    int exponent, power = random_below(2200) - 1100;
    double whole, fraction = frexp(x, &exponent);
    show("=frexp", x, exponent, fraction);
    show("=ldexp", x, power, ldexp(x, power));
    fraction = modf(x, &whole);
    show("=modf", x, whole, fraction);
    show("=fma", x, y, fma(x, y, whole));
  }
  return 0;
}
