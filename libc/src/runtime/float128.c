/*
 * Arithmetic of binary128, which is long double here (names from GCC internals, "Soft float library routines").
 *
 *   sign 127 | exponent 126–112, bias 16383 | fraction 111–0
 *
 * The ABI passes sixteen bytes by reference whether they are a number or a structure, so these functions take structures.
 * Numbers in the making are unpacked: a significand of 128 bits with its leading 1 at bit 126, which leaves 14 bits below
 * the result's last one for rounding to nearest even. This is one file because all of it works on that one form.
 */
#include "soft-float.h"

struct f128 {
  uint64_t low;
  uint64_t high;
};

struct unpacked {
  uint64_t sign; /* 0 or F128_SIGN */
  int exponent;  /* biased */
  uint64_t high;
  uint64_t low;
};

#define F128_SIGN 0x8000000000000000ULL
#define F128_INFINITY 0x7fff000000000000ULL
#define F128_NAN 0x7fff800000000000ULL
#define F128_HIDDEN 0x0001000000000000ULL
#define F128_FRACTION 0x0000ffffffffffffULL

enum { F128_BIAS = 16383, F128_EXPONENT_MAX = 32767, SPARE_BITS = 14 };

static struct f128 make(uint64_t high, uint64_t low) {
  struct f128 result = {low, high};
  return result;
}

static int is_nan(struct f128 a) {
  uint64_t magnitude = a.high & ~F128_SIGN;
  return magnitude > F128_INFINITY || (magnitude == F128_INFINITY && a.low != 0);
}

static int is_infinite(struct f128 a) {
  return (a.high & ~F128_SIGN) == F128_INFINITY && a.low == 0;
}

static int is_zero(struct f128 a) {
  return ((a.high & ~F128_SIGN) | a.low) == 0;
}

static void shift_left(struct unpacked *n, int count) {
  if (count >= 64) {
    n->high = n->low;
    n->low = 0;
    count -= 64;
  }
  if (count > 0) {
    n->high = n->high << count | n->low >> (64 - count);
    n->low <<= count;
  }
}

/* Bits that fall out are remembered in the lowest one. */
static void shift_right_sticky(struct unpacked *n, int count) {
  if (count >= 64) {
    n->low = n->high | (n->low != 0 ? 1 : 0);
    n->high = 0;
    count -= 64;
    n->low = shift_right_sticky64(n->low, count);
  } else if (count > 0) {
    uint64_t lost = n->low << (64 - count);
    n->low = n->low >> count | n->high << (64 - count) | (lost != 0);
    n->high >>= count;
  }
}

/* Moves the leading 1 to bit 126; the significand is not zero. */
static void normalize(struct unpacked *n) {
  int zeros = n->high != 0 ? __clzdi2(n->high) : 64 + __clzdi2(n->low);
  if (zeros == 0) {
    shift_right_sticky(n, 1);
    n->exponent++;
  } else {
    shift_left(n, zeros - 1);
    n->exponent -= zeros - 1;
  }
}

/* A finite number other than zero. */
static struct unpacked unpack(struct f128 a) {
  struct unpacked n;
  n.sign = a.high & F128_SIGN;
  n.exponent = (int)(a.high >> 48 & F128_EXPONENT_MAX);
  n.high = a.high & F128_FRACTION;
  n.low = a.low;
  if (n.exponent != 0) {
    n.high |= F128_HIDDEN;
  } else {
    n.exponent = 1;
  }
  shift_left(&n, SPARE_BITS);
  normalize(&n);
  return n;
}

static struct f128 pack(struct unpacked n) {
  if (n.exponent < 1) {
    shift_right_sticky(&n, 1 - n.exponent);
    n.exponent = 1;
  }
  uint64_t dropped = n.low & 0x3fff;
  uint64_t low = n.low + 0x2000;
  uint64_t high = n.high + (low < n.low);
  low = low >> SPARE_BITS | high << (64 - SPARE_BITS);
  high >>= SPARE_BITS;
  if (dropped == 0x2000) {
    low &= ~1ULL;
  }
  high += (uint64_t)(n.exponent - 1) << 48; /* the hidden bit adds the missing 1 */
  if (n.exponent >= F128_EXPONENT_MAX || high >= F128_INFINITY) {
    return make(n.sign | F128_INFINITY, 0);
  }
  return make(n.sign | high, low);
}

static int is_below(uint64_t a_high, uint64_t a_low, uint64_t b_high, uint64_t b_low) {
  return a_high != b_high ? a_high < b_high : a_low < b_low;
}

struct f128 __negtf2(struct f128 a) {
  return make(a.high ^ F128_SIGN, a.low);
}

struct f128 __addtf3(struct f128 a, struct f128 b) {
  if (is_nan(a) || is_nan(b)) {
    return make(F128_NAN, 0);
  }
  int same_sign = ((a.high ^ b.high) & F128_SIGN) == 0;
  if (is_infinite(a)) {
    return is_infinite(b) && !same_sign ? make(F128_NAN, 0) : a;
  }
  if (is_infinite(b) || is_zero(a)) {
    return is_zero(a) && is_zero(b) ? make(a.high & b.high, 0) : b;
  }
  if (is_zero(b)) {
    return a;
  }
  if (is_below(a.high & ~F128_SIGN, a.low, b.high & ~F128_SIGN, b.low)) {
    struct f128 swapped = a;
    a = b;
    b = swapped;
  }
  struct unpacked x = unpack(a);
  struct unpacked y = unpack(b);
  shift_right_sticky(&y, x.exponent - y.exponent > 130 ? 130 : x.exponent - y.exponent);
  if (same_sign) {
    uint64_t low = x.low + y.low;
    x.high += y.high + (low < x.low);
    x.low = low;
  } else {
    x.high -= y.high + (x.low < y.low);
    x.low -= y.low;
    if ((x.high | x.low) == 0) {
      return make(0, 0);
    }
  }
  normalize(&x);
  return pack(x);
}

struct f128 __subtf3(struct f128 a, struct f128 b) {
  return __addtf3(a, __negtf2(b));
}

struct f128 __multf3(struct f128 a, struct f128 b) {
  uint64_t sign = (a.high ^ b.high) & F128_SIGN;
  if (is_nan(a) || is_nan(b)) {
    return make(F128_NAN, 0);
  }
  if (is_infinite(a) || is_infinite(b)) {
    return is_zero(a) || is_zero(b) ? make(F128_NAN, 0) : make(sign | F128_INFINITY, 0);
  }
  if (is_zero(a) || is_zero(b)) {
    return make(sign, 0);
  }
  struct unpacked x = unpack(a);
  struct unpacked y = unpack(b);
  const uint32_t xs[4] = {(uint32_t)x.low, (uint32_t)(x.low >> 32), (uint32_t)x.high, (uint32_t)(x.high >> 32)};
  const uint32_t ys[4] = {(uint32_t)y.low, (uint32_t)(y.low >> 32), (uint32_t)y.high, (uint32_t)(y.high >> 32)};
  uint32_t product[8] = {0};
  for (int i = 0; i < 4; i++) {
    uint32_t carry = 0;
    for (int j = 0; j < 4; j++) {
      uint64_t sum = (uint64_t)xs[i] * ys[j] + product[i + j] + carry;
      product[i + j] = (uint32_t)sum;
      carry = (uint32_t)(sum >> 32);
    }
    product[i + 4] = carry;
  }
  /* Bits 126 × 126 give a leading 1 at bit 252 or 253: 124 or 125 of the upper half, whose unit is 4 times too large. */
  struct unpacked n;
  n.sign = sign;
  n.exponent = x.exponent + y.exponent - F128_BIAS + 2;
  n.high = (uint64_t)product[7] << 32 | product[6];
  n.low = (uint64_t)product[5] << 32 | product[4];
  uint32_t lost = product[3] | product[2] | product[1] | product[0];
  shift_left(&n, 1);
  n.exponent--;
  n.low |= product[3] >> 31 | (lost != 0); /* the bit below, and everything under it, for rounding only */
  normalize(&n);
  return pack(n);
}

struct f128 __divtf3(struct f128 a, struct f128 b) {
  uint64_t sign = (a.high ^ b.high) & F128_SIGN;
  if (is_nan(a) || is_nan(b)) {
    return make(F128_NAN, 0);
  }
  if (is_infinite(a)) {
    return is_infinite(b) ? make(F128_NAN, 0) : make(sign | F128_INFINITY, 0);
  }
  if (is_zero(b)) {
    return is_zero(a) ? make(F128_NAN, 0) : make(sign | F128_INFINITY, 0);
  }
  if (is_zero(a) || is_infinite(b)) {
    return make(sign, 0);
  }
  struct unpacked x = unpack(a);
  struct unpacked y = unpack(b);
  struct unpacked n = {sign, x.exponent - y.exponent + F128_BIAS, 0, 0};
  for (int bit = 0; bit < 120; bit++) { /* one quotient bit each, the first of weight 1 */
    shift_left(&n, 1);
    if (!is_below(x.high, x.low, y.high, y.low)) {
      x.high -= y.high + (x.low < y.low);
      x.low -= y.low;
      n.low |= 1;
    }
    shift_left(&x, 1);
  }
  shift_left(&n, 127 - 120);
  n.low |= (x.high | x.low) != 0;
  normalize(&n);
  return pack(n);
}

/* -- comparison, as for the other formats ---------------------------------------------------------------------- */

static int compare(struct f128 a, struct f128 b, int unordered) {
  if (is_nan(a) || is_nan(b)) {
    return unordered;
  }
  if ((is_zero(a) && is_zero(b)) || (a.high == b.high && a.low == b.low)) {
    return 0;
  }
  if (((a.high ^ b.high) & F128_SIGN) != 0) {
    return (a.high & F128_SIGN) != 0 ? -1 : 1;
  }
  int is_negative = (a.high & F128_SIGN) != 0;
  return is_below(a.high, a.low, b.high, b.low) != is_negative ? -1 : 1;
}

int __eqtf2(struct f128 a, struct f128 b) {
  return compare(a, b, 1) != 0;
}

int __netf2(struct f128 a, struct f128 b) {
  return compare(a, b, 1) != 0;
}

int __lttf2(struct f128 a, struct f128 b) {
  return compare(a, b, 2);
}

int __letf2(struct f128 a, struct f128 b) {
  return compare(a, b, 2);
}

int __gttf2(struct f128 a, struct f128 b) {
  return compare(a, b, -2);
}

int __getf2(struct f128 a, struct f128 b) {
  return compare(a, b, -2);
}

int __unordtf2(struct f128 a, struct f128 b) {
  return is_nan(a) || is_nan(b);
}

/* -- conversion ------------------------------------------------------------------------------------------------ */

struct f128 __extenddftf2(bits64 a) {
  uint64_t sign = a & F64_SIGN;
  bits64 magnitude = a & ~F64_SIGN;
  if (magnitude >= F64_INFINITY) {
    uint64_t quiet = magnitude > F64_INFINITY ? F128_NAN : F128_INFINITY;
    return make(sign | quiet | (magnitude & F64_FRACTION) >> 4, magnitude << 60);
  }
  if (magnitude == 0) {
    return make(sign, 0);
  }
  int exponent;
  uint64_t significand = __f64_normalize(a, &exponent) & F64_FRACTION;
  return make(sign | (uint64_t)(exponent - F64_BIAS + F128_BIAS) << 48 | significand >> 4, significand << 60);
}

bits64 __extendsfdf2(bits32 a);

struct f128 __extendsftf2(bits32 a) {
  return __extenddftf2(__extendsfdf2(a));
}

/* The exponent, rebased, and the significand's upper 64 bits with a sticky one; what is too small ends as zero. */
bits64 __trunctfdf2(struct f128 a) {
  bits64 sign = a.high & F128_SIGN;
  if (is_nan(a)) {
    return F64_NAN;
  }
  if (is_infinite(a) || is_zero(a)) {
    return sign | (is_zero(a) ? 0 : F64_INFINITY);
  }
  struct unpacked n = unpack(a);
  return __f64_round(sign, n.exponent - F128_BIAS + F64_BIAS, n.high | (n.low != 0));
}

bits32 __trunctfsf2(struct f128 a) {
  bits32 sign = (bits32)(a.high >> 32) & F32_SIGN;
  if (is_nan(a)) {
    return F32_NAN;
  }
  if (is_infinite(a) || is_zero(a)) {
    return sign | (is_zero(a) ? 0 : F32_INFINITY);
  }
  struct unpacked n = unpack(a);
  uint32_t significand = (uint32_t)(n.high >> 32) | (((uint32_t)n.high | n.low) != 0);
  return __f32_round(sign, n.exponent - F128_BIAS + F32_BIAS, significand);
}

static struct f128 from_magnitude(uint64_t sign, uint64_t magnitude) {
  if (magnitude == 0) {
    return make(sign, 0);
  }
  struct unpacked n = {sign, F128_BIAS + 62, magnitude, 0};
  normalize(&n);
  return pack(n);
}

struct f128 __floatunsitf(uint32_t n) {
  return from_magnitude(0, n);
}

struct f128 __floatsitf(int32_t n) {
  return n < 0 ? from_magnitude(F128_SIGN, -(uint32_t)n) : from_magnitude(0, (uint32_t)n);
}

struct f128 __floatunditf(uint64_t n) {
  return from_magnitude(0, n);
}

struct f128 __floatditf(int64_t n) {
  return n < 0 ? from_magnitude(F128_SIGN, -(uint64_t)n) : from_magnitude(0, (uint64_t)n);
}

/* The integer part of |a|, at most `limit`. */
static uint64_t integer_part(struct f128 a, uint64_t limit) {
  int power = (int)(a.high >> 48 & F128_EXPONENT_MAX) - F128_BIAS; /* of the leading bit */
  if (power < 0) {
    return 0;
  }
  if (power > 63) {
    return limit;
  }
  struct unpacked n = unpack(a);
  uint64_t top = n.high << 1 | n.low >> 63;
  uint64_t magnitude = top >> (63 - power);
  return magnitude < limit ? magnitude : limit;
}

static int is_negative(struct f128 a) {
  return (a.high & F128_SIGN) != 0;
}

int32_t __fixtfsi(struct f128 a) {
  uint32_t magnitude = (uint32_t)integer_part(a, is_negative(a) ? 0x80000000U : 0x7fffffffU);
  return (int32_t)(is_negative(a) ? -magnitude : magnitude);
}

int64_t __fixtfdi(struct f128 a) {
  uint64_t magnitude = integer_part(a, is_negative(a) ? 0x8000000000000000ULL : 0x7fffffffffffffffULL);
  return (int64_t)(is_negative(a) ? -magnitude : magnitude);
}

uint32_t __fixunstfsi(struct f128 a) {
  return is_negative(a) ? 0 : (uint32_t)integer_part(a, 0xffffffffU);
}

uint64_t __fixunstfdi(struct f128 a) {
  return is_negative(a) ? 0 : integer_part(a, ~0ULL);
}
