/* Big natural numbers (see bignum.h), by the schoolbook. */
#include "../internal/bignum.h"

static void trim(struct bignum *n) {
  while (n->count > 0 && n->words[n->count - 1] == 0) {
    n->count--;
  }
}

void __bignum_multiply_add(struct bignum *n, uint32_t factor, uint32_t addend) {
  uint32_t carry = addend;
  for (int i = 0; i < n->count; i++) {
    uint64_t product = (uint64_t)n->words[i] * factor + carry;
    n->words[i] = (uint32_t)product;
    carry = (uint32_t)(product >> 32);
  }
  if (carry != 0) {
    n->words[n->count++] = carry;
  }
}

void __bignum_multiply_by_power_of_five(struct bignum *n, int exponent) {
  for (; exponent >= 13; exponent -= 13) {
    __bignum_multiply_add(n, 1220703125U, 0); /* 5^13, the highest in 32 bits */
  }
  for (; exponent > 0; exponent--) {
    __bignum_multiply_add(n, 5, 0);
  }
}

void __bignum_shift_left(struct bignum *n, int bits) {
  int words = bits / 32;
  bits %= 32;
  if (n->count == 0) {
    return;
  }
  n->words[n->count] = 0;
  for (int i = n->count; i >= 0; i--) {
    uint32_t low = i > 0 && bits > 0 ? n->words[i - 1] >> (32 - bits) : 0;
    n->words[i + words] = n->words[i] << bits | low;
  }
  for (int i = 0; i < words; i++) {
    n->words[i] = 0;
  }
  n->count += words + 1;
  trim(n);
}

int __bignum_bit_length(const struct bignum *n) {
  if (n->count == 0) {
    return 0;
  }
  int length = (n->count - 1) * 32;
  for (uint32_t top = n->words[n->count - 1]; top != 0; top >>= 1) {
    length++;
  }
  return length;
}

int __bignum_compare(const struct bignum *a, const struct bignum *b) {
  if (a->count != b->count) {
    return a->count < b->count ? -1 : 1;
  }
  for (int i = a->count - 1; i >= 0; i--) {
    if (a->words[i] != b->words[i]) {
      return a->words[i] < b->words[i] ? -1 : 1;
    }
  }
  return 0;
}

void __bignum_subtract(struct bignum *a, const struct bignum *b) {
  uint32_t borrow = 0;
  for (int i = 0; i < a->count; i++) {
    uint32_t subtrahend = i < b->count ? b->words[i] : 0;
    uint32_t word = a->words[i];
    uint32_t difference = word - subtrahend - borrow;
    borrow = borrow ? word <= subtrahend : word < subtrahend;
    a->words[i] = difference;
  }
  trim(a);
}
