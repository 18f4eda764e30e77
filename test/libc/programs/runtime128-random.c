/* binary128 arithmetic against libgcc, bit for bit; ours has its names prefixed by our_. */
#include <stdint.h>
#include <stdio.h>

#include "random.h"

struct f128 {
  uint64_t low, high;
};

#define NUMBER(name, ...) struct f128 __##name(__VA_ARGS__), our___##name(__VA_ARGS__);
#define OTHER(type, name) type __##name(struct f128), our___##name(struct f128);
#define COMPARISON(name) int __##name(struct f128, struct f128), our___##name(struct f128, struct f128);

NUMBER(addtf3, struct f128, struct f128) NUMBER(subtf3, struct f128, struct f128) NUMBER(multf3, struct f128, struct f128)
NUMBER(divtf3, struct f128, struct f128) NUMBER(extenddftf2, uint64_t) NUMBER(extendsftf2, uint32_t)
NUMBER(floatsitf, int32_t) NUMBER(floatunsitf, uint32_t) NUMBER(floatditf, int64_t) NUMBER(floatunditf, uint64_t)
OTHER(uint64_t, trunctfdf2) OTHER(uint32_t, trunctfsf2) OTHER(int32_t, fixtfsi) OTHER(int64_t, fixtfdi)
OTHER(uint32_t, fixunstfsi) OTHER(uint64_t, fixunstfdi)
COMPARISON(eqtf2) COMPARISON(netf2) COMPARISON(lttf2) COMPARISON(letf2) COMPARISON(gttf2) COMPARISON(getf2)
COMPARISON(unordtf2)

static int failures;
static long checks;

static void check(const char *name, struct f128 a, struct f128 b, struct f128 theirs, struct f128 ours) {
  checks++;
  if ((theirs.low != ours.low || theirs.high != ours.high) && failures++ < 30) {
    printf("%s(%016llx%016llx, %016llx%016llx): libgcc %016llx%016llx, ours %016llx%016llx\n", name, a.high, a.low, b.high,
           b.low, theirs.high, theirs.low, ours.high, ours.low);
  }
}

static struct f128 plain(uint64_t n) {
  struct f128 result = {n, 0};
  return result;
}

#define CHECK_NUMBER2(name) check(#name, a, b, __##name(a, b), our___##name(a, b));
#define CHECK_PLAIN2(name) check(#name, a, b, plain((uint64_t)__##name(a, b)), plain((uint64_t)our___##name(a, b)));
#define CHECK_PLAIN1(name) check(#name, a, a, plain((uint64_t)__##name(a)), plain((uint64_t)our___##name(a)));
#define CHECK_FROM(name, n) check(#name, plain((uint64_t)(n)), a, __##name(n), our___##name(n));

static struct f128 number(void) {
  static const uint64_t highs[] = {0, 1, 0x0000ffffffffffffULL, 0x0001000000000000ULL, 0x3fff000000000000ULL, 0x3ffeffffffffffffULL,
                                   0x7ffeffffffffffffULL, 0x7fff000000000000ULL, 0x7fff800000000000ULL, 0x403e000000000000ULL,
                                   0x43fe000000000000ULL, 0x3c00000000000000ULL, 0x3bcd000000000000ULL};
  struct f128 a = {random_bits(), random_bits()};
  switch (random_below(8)) {
  case 0:
    a.high = highs[random_below(sizeof highs / 8)] | a.high << 63;
    a.low = random_below(3) == 0 ? ~0ULL : (uint64_t)random_below(3);
    break;
  case 1:
  case 2:
  case 3:
    a.high = (a.high & 0x8000ffffffffffffULL) | (uint64_t)(16383 - 130 + random_below(260)) << 48;
    break;
  case 4: /* few bits */
    a.high = (a.high & 0x8000fff000000000ULL) | (uint64_t)(16383 - 4 + random_below(8)) << 48;
    a.low = random_below(2) ? 0 : 1ULL << random_below(64);
    break;
  case 5: /* around the limits of double and float */
    a.high = (a.high & 0x8000ffffffffffffULL) | (uint64_t)(16383 + (random_below(2) ? -1080 : -155) + random_below(70)) << 48;
    break;
  case 6:
    a.high &= 0x8000ffffffffffffULL >> random_below(2) * 20;
    break;
  default:
    break;
  }
  return a;
}

int main(int argc, char **argv) {
  int rounds = random_begin(argc, argv, 5000);
  for (int i = 0; i < rounds; i++) {
    struct f128 a = number();
    struct f128 b = number();
    if (random_below(6) == 0) {
      b = a;
      b.low ^= random_bits() >> random_below(64);
      b.high ^= (uint64_t)random_below(2) << 63;
    }
    CHECK_NUMBER2(addtf3) CHECK_NUMBER2(subtf3) CHECK_NUMBER2(multf3) CHECK_NUMBER2(divtf3)
    CHECK_PLAIN2(eqtf2) CHECK_PLAIN2(netf2) CHECK_PLAIN2(lttf2) CHECK_PLAIN2(letf2) CHECK_PLAIN2(gttf2)
    CHECK_PLAIN2(getf2) CHECK_PLAIN2(unordtf2)
    CHECK_PLAIN1(trunctfdf2) CHECK_PLAIN1(trunctfsf2) CHECK_PLAIN1(fixtfsi) CHECK_PLAIN1(fixtfdi)
    CHECK_PLAIN1(fixunstfsi) CHECK_PLAIN1(fixunstfdi)
    uint64_t n = random_bits() >> random_below(64);
    double d = random_double();
    uint64_t double_bits;
    memcpy(&double_bits, &d, sizeof d);
    uint32_t float_bits = (uint32_t)random_bits();
    CHECK_FROM(extenddftf2, double_bits) CHECK_FROM(extendsftf2, float_bits)
    CHECK_FROM(floatsitf, (int32_t)n) CHECK_FROM(floatunsitf, (uint32_t)n) CHECK_FROM(floatditf, (int64_t)n)
    CHECK_FROM(floatditf, -(int64_t)n) CHECK_FROM(floatunditf, n)
  }
  printf("%ld checks, %d failures\n", checks, failures);
  return failures != 0;
}
