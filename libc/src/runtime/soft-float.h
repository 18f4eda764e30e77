/*
 * Floating arithmetic for a machine without a floating-point unit (IEEE 754-2008; names from GCC internals, "Soft float
 * library routines"). All functions here take and return the numbers' bits as integers: the soft-float ABI passes both
 * alike, and no operator on a floating type appears, because it would call these very functions.
 *
 * Rounding is to nearest, ties to even; there are no exception flags. An operation's result that is not a number is
 * always the canonical quiet one, as in RISC-V's floating-point unit.
 */
#ifndef _RUNTIME_SOFT_FLOAT_H
#define _RUNTIME_SOFT_FLOAT_H

#include <stdint.h>

/*
 *   binary32    | sign 31 | exponent 30–23, bias 127  | fraction 22–0 |
 *   binary64    | sign 63 | exponent 62–52, bias 1023 | fraction 51–0 |
 */
typedef uint32_t bits32;
typedef uint64_t bits64;

#define F32_SIGN 0x80000000U
#define F32_INFINITY 0x7f800000U
#define F32_NAN 0x7fc00000U
#define F32_HIDDEN 0x00800000U
#define F32_FRACTION 0x007fffffU
#define F32_EXPONENT_MAX 255
#define F32_BIAS 127

#define F64_SIGN 0x8000000000000000ULL
#define F64_INFINITY 0x7ff0000000000000ULL
#define F64_NAN 0x7ff8000000000000ULL
#define F64_HIDDEN 0x0010000000000000ULL
#define F64_FRACTION 0x000fffffffffffffULL
#define F64_EXPONENT_MAX 2047
#define F64_BIAS 1023

int __clzsi2(uint32_t n);
int __clzdi2(uint64_t n);

static inline int f32_is_nan(bits32 a) {
  return (a & ~F32_SIGN) > F32_INFINITY;
}

static inline int f64_is_nan(bits64 a) {
  return (a & ~F64_SIGN) > F64_INFINITY;
}

static inline int f32_exponent(bits32 a) {
  return (int)(a >> 23 & 0xff);
}

static inline int f64_exponent(bits64 a) {
  return (int)((uint32_t)(a >> 32) >> 20 & 0x7ff);
}

/* Shifts right; bits that fall out are remembered in the lowest bit, which is all that rounding needs of them. */
static inline uint32_t shift_right_sticky32(uint32_t n, int count) {
  if (count <= 0) {
    return n;
  }
  if (count >= 32) {
    return n != 0;
  }
  return n >> count | ((n << (32 - count)) != 0);
}

static inline uint64_t shift_right_sticky64(uint64_t n, int count) {
  if (count <= 0) {
    return n;
  }
  if (count >= 64) {
    return n != 0;
  }
  return n >> count | ((n << (64 - count)) != 0);
}

/*
 * Numbers in the making. The significand has its leading 1 at bit 30 (binary32) or bit 62 (binary64), which leaves 7 or
 * 10 bits below the result's last for rounding; `exponent` is the biased one. Exponents below 1 make subnormal numbers.
 */
bits32 __f32_round(bits32 sign, int exponent, uint32_t significand);
bits64 __f64_round(bits64 sign, int exponent, uint64_t significand);

/* The significand of a finite number other than zero, its leading 1 moved to bit 23 or 52, and its exponent adjusted. */
uint32_t __f32_normalize(bits32 a, int *exponent);
uint64_t __f64_normalize(bits64 a, int *exponent);

#endif
