/* strtof, strtod, strtold: each format read directly, so that nothing is rounded twice. */
#include <stdlib.h>

#include "../internal/parse-float.h"

/* The digit counts are those of the smallest numbers' midpoints: 113, 768 and 11564. */
static const struct float_format binary32 = {24, -126, 127, 120, 40, -46, PARSE_WORDS_DOUBLE};
static const struct float_format binary64 = {53, -1022, 1023, 775, 310, -325, PARSE_WORDS_DOUBLE};
static const struct float_format binary128 = {113, -16382, 16383, 11570, 4934, -4967, PARSE_WORDS_LONG_DOUBLE};

/* The exponent's field: 0 below the normal range, where the hidden bit is missing. */
static uint32_t exponent_field(const struct float_parts *parts, const struct float_format *format, int has_hidden) {
  if (parts->kind == FLOAT_INFINITE || parts->kind == FLOAT_NAN) {
    return (uint32_t)(2 * format->maximum_exponent + 1);
  }
  return has_hidden ? (uint32_t)(parts->exponent + format->mantissa_bits - 1 + format->maximum_exponent) : 0;
}

float strtof(const char *text, char **end) {
  uint32_t room[2 * PARSE_WORDS_DOUBLE];
  struct float_parts parts;
  union {
    uint32_t bits;
    float value;
  } result;
  __parse_float(text, end, &binary32, room, &parts);
  uint32_t m = parts.mantissa[0];
  result.bits = (uint32_t)parts.negative << 31 | exponent_field(&parts, &binary32, m >> 23 & 1) << 23;
  if (parts.kind == FLOAT_FINITE) {
    result.bits |= m & 0x7fffff;
  } else if (parts.kind == FLOAT_NAN) {
    result.bits |= 0x400000;
  }
  return result.value;
}

double strtod(const char *text, char **end) {
  uint32_t room[2 * PARSE_WORDS_DOUBLE];
  struct float_parts parts;
  union {
    uint32_t words[2];
    double value;
  } result;
  __parse_float(text, end, &binary64, room, &parts);
  uint32_t m = parts.mantissa[1];
  result.words[0] = 0;
  result.words[1] = (uint32_t)parts.negative << 31 | exponent_field(&parts, &binary64, m >> 20 & 1) << 20;
  if (parts.kind == FLOAT_FINITE) {
    result.words[0] = parts.mantissa[0];
    result.words[1] |= m & 0xfffff;
  } else if (parts.kind == FLOAT_NAN) {
    result.words[1] |= 0x80000;
  }
  return result.value;
}

double atof(const char *text) {
  return strtod(text, 0);
}

long double strtold(const char *text, char **end) {
  if (sizeof(long double) == sizeof(double)) { /* a compiler for which both are the same */
    return strtod(text, end);
  }
  uint32_t room[2 * PARSE_WORDS_LONG_DOUBLE];
  struct float_parts parts;
  union {
    uint32_t words[4];
    long double value;
  } result;
  __parse_float(text, end, &binary128, room, &parts);
  uint32_t m = parts.mantissa[3];
  result.words[0] = 0;
  result.words[1] = 0;
  result.words[2] = 0;
  result.words[3] = (uint32_t)parts.negative << 31 | exponent_field(&parts, &binary128, m >> 16 & 1) << 16;
  if (parts.kind == FLOAT_FINITE) {
    result.words[0] = parts.mantissa[0];
    result.words[1] = parts.mantissa[1];
    result.words[2] = parts.mantissa[2];
    result.words[3] |= m & 0xffff;
  } else if (parts.kind == FLOAT_NAN) {
    result.words[3] |= 0x8000;
  }
  return result.value;
}
