/*
 * The compiler runtime against libgcc, bit for bit, on random and edge values. Ours is linked in with every name prefixed
 * by our_, libgcc's under the plain names.
 */
#include <stdint.h>
#include <stdio.h>

#include "random.h"

typedef uint32_t u32;
typedef uint64_t u64;
typedef int32_t i32;
typedef int64_t i64;

#define BINARY(type, name) type __##name(type, type), our___##name(type, type);
#define COMPARISON(type, name) int __##name(type, type), our___##name(type, type);
#define UNARY(result, name, type) result __##name(type), our___##name(type);
#define SHIFT(name) u64 __##name(u64, int), our___##name(u64, int);

BINARY(u64, adddf3) BINARY(u64, subdf3) BINARY(u64, muldf3) BINARY(u64, divdf3)
BINARY(u32, addsf3) BINARY(u32, subsf3) BINARY(u32, mulsf3) BINARY(u32, divsf3)
BINARY(u64, udivdi3) BINARY(u64, umoddi3) BINARY(i64, divdi3) BINARY(i64, moddi3) BINARY(u64, muldi3)
COMPARISON(u64, eqdf2) COMPARISON(u64, nedf2) COMPARISON(u64, ltdf2) COMPARISON(u64, ledf2)
COMPARISON(u64, gtdf2) COMPARISON(u64, gedf2) COMPARISON(u64, unorddf2)
COMPARISON(u32, eqsf2) COMPARISON(u32, nesf2) COMPARISON(u32, ltsf2) COMPARISON(u32, lesf2)
COMPARISON(u32, gtsf2) COMPARISON(u32, gesf2) COMPARISON(u32, unordsf2)
COMPARISON(i64, cmpdi2) COMPARISON(u64, ucmpdi2)
SHIFT(ashldi3) SHIFT(lshrdi3) SHIFT(ashrdi3)
UNARY(u64, extendsfdf2, u32) UNARY(u32, truncdfsf2, u64) UNARY(u64, negdf2, u64) UNARY(u32, negsf2, u32)
UNARY(u64, floatsidf, i32) UNARY(u64, floatunsidf, u32) UNARY(u64, floatdidf, i64) UNARY(u64, floatundidf, u64)
UNARY(u32, floatsisf, i32) UNARY(u32, floatunsisf, u32) UNARY(u32, floatdisf, i64) UNARY(u32, floatundisf, u64)
UNARY(i32, fixdfsi, u64) UNARY(u32, fixunsdfsi, u64) UNARY(i64, fixdfdi, u64) UNARY(u64, fixunsdfdi, u64)
UNARY(i32, fixsfsi, u32) UNARY(u32, fixunssfsi, u32) UNARY(i64, fixsfdi, u32) UNARY(u64, fixunssfdi, u32)
UNARY(int, clzsi2, u32) UNARY(int, ctzsi2, u32) UNARY(int, popcountsi2, u32) UNARY(u32, bswapsi2, u32)
UNARY(int, clzdi2, u64) UNARY(int, ctzdi2, u64) UNARY(int, popcountdi2, u64) UNARY(u64, bswapdi2, u64)
UNARY(u64, negdi2, u64)

static int failures;
static long checks;

static void check(const char *name, u64 a, u64 b, u64 theirs, u64 ours) {
  checks++;
  if (theirs != ours && failures++ < 40) {
    printf("%s(%llx, %llx): libgcc %llx, ours %llx\n", name, (unsigned long long)a, (unsigned long long)b,
           (unsigned long long)theirs, (unsigned long long)ours);
  }
}

#define CHECK1(name, a) check(#name, a, 0, __##name(a), our___##name(a));
#define CHECK2(name, a, b) check(#name, a, b, __##name(a, b), our___##name(a, b));

static const u64 double_edges[] = {
    0, 1, 2, 0xfffffffffffffULL, 0x10000000000000ULL, 0x10000000000001ULL, 0x3ff0000000000000ULL, 0x3fefffffffffffffULL,
    0x3ff0000000000001ULL, 0x7fefffffffffffffULL, 0x7ff0000000000000ULL, 0x7ff8000000000000ULL, 0x7ff0000000000001ULL,
    0x43e0000000000000ULL, 0x41e0000000000000ULL, 0x41dfffffffc00000ULL, 0x43dfffffffffffffULL, 0x36a0000000000000ULL,
    0x3690000000000001ULL, 0x47efffffe0000000ULL, 0x47efffffefffffffULL, 0x47effffff0000000ULL, 0x380fffffffffffffULL};
static const u32 float_edges[] = {0, 1, 2, 0x7fffff, 0x800000, 0x800001, 0x3f800000, 0x3f7fffff, 0x3f800001, 0x7f7fffff,
                                  0x7f800000, 0x7fc00000, 0x7f800001, 0x5f000000, 0x4f000000, 0x4effffff, 0x5effffff,
                                  0x4f800000, 0x5f800000};

static u64 double_bits(void) {
  u64 r = random_bits();
  u64 sign = r << 63;
  switch (random_below(8)) {
  case 0:
    return double_edges[random_below(sizeof double_edges / 8)] | sign;
  case 1:
  case 2: /* of ordinary size */
    return (r & 0x800fffffffffffffULL) | (u64)(1023 - 70 + random_below(140)) << 52;
  case 3: /* beside an edge */
    return (double_edges[random_below(sizeof double_edges / 8)] + (u64)random_below(5) - 2) | sign;
  case 4: /* few bits: ties */
    r = (r & 0x800fffffffffffffULL) | (u64)(1023 - 4 + random_below(8)) << 52;
    return r & ~((1ULL << random_below(52)) - 1);
  default:
    return r;
  }
}

static u32 float_bits(void) {
  u32 r = (u32)(random_bits() >> 32);
  switch (random_below(8)) {
  case 0:
    return float_edges[random_below(sizeof float_edges / 4)] | r << 31;
  case 1:
  case 2:
    return (r & 0x807fffffU) | (u32)(127 - 70 + random_below(140)) << 23;
  case 3:
    return (float_edges[random_below(sizeof float_edges / 4)] + (u32)random_below(5) - 2) | r << 31;
  default:
    return r;
  }
}

static void floating(u64 a, u64 b, u32 c, u32 d) {
  CHECK2(adddf3, a, b) CHECK2(subdf3, a, b) CHECK2(muldf3, a, b) CHECK2(divdf3, a, b)
  CHECK2(eqdf2, a, b) CHECK2(nedf2, a, b) CHECK2(ltdf2, a, b) CHECK2(ledf2, a, b) CHECK2(gtdf2, a, b)
  CHECK2(gedf2, a, b) CHECK2(unorddf2, a, b)
  CHECK2(addsf3, c, d) CHECK2(subsf3, c, d) CHECK2(mulsf3, c, d) CHECK2(divsf3, c, d)
  CHECK2(eqsf2, c, d) CHECK2(nesf2, c, d) CHECK2(ltsf2, c, d) CHECK2(lesf2, c, d) CHECK2(gtsf2, c, d)
  CHECK2(gesf2, c, d) CHECK2(unordsf2, c, d)
  CHECK1(extendsfdf2, c) CHECK1(truncdfsf2, a) CHECK1(negdf2, a) CHECK1(negsf2, c)
  CHECK1(fixdfsi, a) CHECK1(fixunsdfsi, a) CHECK1(fixdfdi, a) CHECK1(fixunsdfdi, a)
  CHECK1(fixsfsi, c) CHECK1(fixunssfsi, c) CHECK1(fixsfdi, c) CHECK1(fixunssfdi, c)
}

static void integers(u64 a, u64 b, int shift) {
  i64 x = (i64)(random_below(2) ? a : -a);
  i64 y = (i64)(random_below(2) ? b : -b);
  CHECK2(udivdi3, a, b) CHECK2(umoddi3, a, b) CHECK2(muldi3, a, b) CHECK2(cmpdi2, x, y) CHECK2(ucmpdi2, a, b)
  if (y != -1 || (u64)x != 1ULL << 63) {
    CHECK2(divdi3, x, y) CHECK2(moddi3, x, y)
  }
  CHECK2(ashldi3, a, shift) CHECK2(lshrdi3, a, shift) CHECK2(ashrdi3, (u64)x, shift) CHECK1(negdi2, a)
  CHECK1(floatsidf, (i32)x) CHECK1(floatunsidf, (u32)a) CHECK1(floatdidf, x) CHECK1(floatundidf, a)
  CHECK1(floatsisf, (i32)x) CHECK1(floatunsisf, (u32)a) CHECK1(floatdisf, x) CHECK1(floatundisf, a)
  CHECK1(popcountsi2, (u32)a) CHECK1(popcountdi2, a) CHECK1(bswapsi2, (u32)a) CHECK1(bswapdi2, a)
  if ((u32)a != 0) {
    CHECK1(clzsi2, (u32)a) CHECK1(ctzsi2, (u32)a)
  }
  if (a != 0) {
    CHECK1(clzdi2, a) CHECK1(ctzdi2, a)
  }
}

int main(int argc, char **argv) {
  int rounds = random_begin(argc, argv, 20000);
  for (int i = 0; i < rounds; i++) {
    u64 a = double_bits();
    u32 c = float_bits();
    int close = random_below(7) == 0; /* operands that nearly cancel */
    u64 b = close ? a ^ random_bits() >> random_below(64) : double_bits();
    u32 d = close ? c ^ (u32)(random_bits() >> 32) >> random_below(32) : float_bits();
    floating(a, b, c, d);
    u64 n = random_below(4) == 0 ? ~0ULL << random_below(64) : random_bits() >> random_below(64);
    u64 m = random_bits() >> random_below(64);
    integers(n, m != 0 ? m : 1, random_below(64));
  }
  printf("%ld checks, %d failures\n", checks, failures);
  return failures != 0;
}
