/*
 * Exact decimal expansions of binary floating numbers, by big integers in base 10^9.
 *
 * m × 2^e with e >= 0 is an integer. With e < 0 it is m × 5^-e / 10^-e: an integer again, with the decimal point -e
 * digits from its right. So every number has a finite expansion, and rounding it to some digits is exact too.
 */
#include "../internal/decimal.h"

enum { DIGITS_PER_WORD = 9 };

static const uint32_t powers_of_ten[DIGITS_PER_WORD] = {1,      10,      100,      1000,     10000,
                                                        100000, 1000000, 10000000, 100000000};

#define WORD_BASE 1000000000U

static void multiply_add(struct decimal *d, uint32_t factor, uint32_t carry) {
  for (int i = 0; i < d->word_count; i++) {
    uint64_t product = (uint64_t)d->words[i] * factor + carry;
    carry = (uint32_t)(product / WORD_BASE);
    d->words[i] = (uint32_t)product - carry * WORD_BASE;
  }
  if (carry >= WORD_BASE) {
    d->words[d->word_count++] = carry % WORD_BASE;
    carry /= WORD_BASE;
  }
  if (carry != 0) {
    d->words[d->word_count++] = carry;
  }
}

static void count_digits(struct decimal *d) {
  while (d->word_count > 0 && d->words[d->word_count - 1] == 0) {
    d->word_count--;
  }
  d->digit_count = 0;
  if (d->word_count > 0) {
    d->digit_count = (d->word_count - 1) * DIGITS_PER_WORD;
    for (uint32_t top = d->words[d->word_count - 1]; top != 0; top /= 10) {
      d->digit_count++;
    }
  }
}

static int is_zero(const uint32_t *m) {
  return (m[0] | m[1] | m[2] | m[3]) == 0;
}

static void shift_right_one(uint32_t *m) {
  for (int i = 0; i < 4; i++) {
    m[i] = m[i] >> 1 | (i < 3 ? m[i + 1] << 31 : 0);
  }
}

void __decimal_from_parts(struct decimal *d, uint32_t *room, const struct float_parts *parts) {
  uint32_t m[4] = {parts->mantissa[0], parts->mantissa[1], parts->mantissa[2], parts->mantissa[3]};
  int exponent = parts->exponent;
  d->words = room;
  d->word_count = 0;
  d->fraction_digits = 0;
  d->digit_count = 0;
  if (is_zero(m)) {
    return;
  }
  while (exponent < 0 && (m[0] & 1) == 0) { /* every factor of 2 less saves a digit */
    shift_right_one(m);
    exponent++;
  }
  for (int i = 3; i >= 0; i--) { /* 16 bits at a time, so that the carry stays below the base */
    multiply_add(d, 0x10000, m[i] >> 16);
    multiply_add(d, 0x10000, m[i] & 0xffff);
  }
  for (; exponent >= 29; exponent -= 29) {
    multiply_add(d, 1U << 29, 0);
  }
  if (exponent > 0) {
    multiply_add(d, 1U << exponent, 0);
  }
  if (exponent < 0) {
    d->fraction_digits = -exponent;
    int fives = -exponent;
    for (; fives >= 12; fives -= 12) {
      multiply_add(d, 244140625U, 0); /* 5^12 */
    }
    for (; fives > 0; fives--) {
      multiply_add(d, 5, 0);
    }
  }
  count_digits(d);
}

int __decimal_digit(const struct decimal *d, int index) {
  int position = d->digit_count - 1 - index; /* from the right */
  if (position < 0 || index < 0) {
    return 0;
  }
  return (int)(d->words[position / DIGITS_PER_WORD] / powers_of_ten[position % DIGITS_PER_WORD] % 10);
}

/* True if any digit at `position` (from the right) or below is not 0. */
static int has_digits_below(const struct decimal *d, int position) {
  int word = position / DIGITS_PER_WORD;
  for (int i = 0; i < word; i++) {
    if (d->words[i] != 0) {
      return 1;
    }
  }
  return d->words[word] % powers_of_ten[position % DIGITS_PER_WORD] != 0;
}

/* Adds 10^position. */
static void add_unit(struct decimal *d, int position) {
  int i = position / DIGITS_PER_WORD;
  uint32_t unit = powers_of_ten[position % DIGITS_PER_WORD];
  while (d->word_count <= i) {
    d->words[d->word_count++] = 0;
  }
  d->words[i] += unit;
  while (d->words[i] >= WORD_BASE) {
    d->words[i] -= WORD_BASE;
    i++;
    if (i == d->word_count) {
      d->words[d->word_count++] = 0;
    }
    d->words[i]++;
  }
}

void __decimal_round(struct decimal *d, int kept) {
  int dropped = d->digit_count - kept;
  if (dropped <= 0) {
    return;
  }
  if (kept < 0) { /* below a tenth of the last kept digit's unit */
    d->word_count = 0;
    d->digit_count = 0;
    return;
  }
  int first_dropped = __decimal_digit(d, kept);
  int is_tie = first_dropped == 5 && !has_digits_below(d, dropped - 1);
  int last_kept = kept > 0 ? __decimal_digit(d, kept - 1) : 0;
  int up = is_tie ? last_kept % 2 == 1 : first_dropped >= 5;
  int word = dropped / DIGITS_PER_WORD;
  for (int i = 0; i < word && i < d->word_count; i++) {
    d->words[i] = 0;
  }
  if (word < d->word_count) {
    d->words[word] -= d->words[word] % powers_of_ten[dropped % DIGITS_PER_WORD];
  }
  if (up) {
    add_unit(d, dropped);
  }
  count_digits(d);
}
