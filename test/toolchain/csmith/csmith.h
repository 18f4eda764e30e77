/*
 * What csmith's programs include: integer types, arithmetic that never has undefined behaviour, and a checksum over the
 * globals. Written for these tests; freestanding.
 */
#ifndef CSMITH_H
#define CSMITH_H

typedef signed char int8_t;
typedef unsigned char uint8_t;
typedef short int16_t;
typedef unsigned short uint16_t;
typedef int int32_t;
typedef unsigned int uint32_t;
typedef long long int64_t;
typedef unsigned long long uint64_t;
typedef unsigned int size_t;

#define INT8_MIN (-128)
#define INT8_MAX 127
#define INT16_MIN (-32768)
#define INT16_MAX 32767
#define INT32_MIN (-2147483647 - 1)
#define INT32_MAX 2147483647
#define INT64_MIN (-9223372036854775807LL - 1)
#define INT64_MAX 9223372036854775807LL
#define UINT8_MAX 255
#define UINT16_MAX 65535
#define UINT32_MAX 4294967295U
#define UINT64_MAX 18446744073709551615ULL

/* Signed: operations that would overflow give the left operand. */
#define SAFE_SIGNED(T, MIN, MAX)                                                                                       \
  static T safe_unary_minus_func_##T##_s(T a) { return a == MIN ? a : -a; }                                           \
  static T safe_add_func_##T##_s_s(T a, T b) {                                                                         \
    return ((a > 0) && (b > 0) && (a > (MAX - b))) || ((a < 0) && (b < 0) && (a < (MIN - b))) ? a : (a + b);          \
  }                                                                                                                    \
  static T safe_sub_func_##T##_s_s(T a, T b) {                                                                         \
    return ((b > 0) && (a < (MIN + b))) || ((b < 0) && (a > (MAX + b))) ? a : (a - b);                                \
  }                                                                                                                    \
  static T safe_mul_func_##T##_s_s(T a, T b) {                                                                         \
    return ((a > 0) && (b > 0) && (a > (MAX / b))) || ((a > 0) && (b <= 0) && (b < (MIN / a))) ||                      \
                   ((a <= 0) && (b > 0) && (a < (MIN / b))) || ((a <= 0) && (b <= 0) && (a != 0) && (b < (MAX / a)))   \
               ? a                                                                                                     \
               : a * b;                                                                                                \
  }                                                                                                                    \
  static T safe_mod_func_##T##_s_s(T a, T b) { return (b == 0) || ((a == MIN) && (b == -1)) ? a : (a % b); }          \
  static T safe_div_func_##T##_s_s(T a, T b) { return (b == 0) || ((a == MIN) && (b == -1)) ? a : (a / b); }          \
  static T safe_lshift_func_##T##_s_s(T a, int b) {                                                                    \
    return (a < 0) || (b < 0) || (b >= 32) || (a > (MAX >> b)) ? a : (a << b);                                        \
  }                                                                                                                    \
  static T safe_lshift_func_##T##_s_u(T a, unsigned int b) {                                                           \
    return (a < 0) || (b >= 32) || (a > (MAX >> b)) ? a : (a << b);                                                   \
  }                                                                                                                    \
  static T safe_rshift_func_##T##_s_s(T a, int b) { return (a < 0) || (b < 0) || (b >= 32) ? a : (a >> b); }          \
  static T safe_rshift_func_##T##_s_u(T a, unsigned int b) { return (a < 0) || (b >= 32) ? a : (a >> b); }

#define SAFE_UNSIGNED(T, MAX)                                                                                          \
  static T safe_unary_minus_func_##T##_u(T a) { return -a; }                                                          \
  static T safe_add_func_##T##_u_u(T a, T b) { return a + b; }                                                        \
  static T safe_sub_func_##T##_u_u(T a, T b) { return a - b; }                                                        \
  static T safe_mul_func_##T##_u_u(T a, T b) { return (T)((unsigned long long)a * (unsigned long long)b); }           \
  static T safe_mod_func_##T##_u_u(T a, T b) { return b == 0 ? a : (a % b); }                                         \
  static T safe_div_func_##T##_u_u(T a, T b) { return b == 0 ? a : (a / b); }                                         \
  static T safe_lshift_func_##T##_u_s(T a, int b) {                                                                    \
    return (b < 0) || (b >= 32) || (a > (MAX >> b)) ? a : (a << b);                                                   \
  }                                                                                                                    \
  static T safe_lshift_func_##T##_u_u(T a, unsigned int b) { return (b >= 32) || (a > (MAX >> b)) ? a : (a << b); }   \
  static T safe_rshift_func_##T##_u_s(T a, int b) { return (b < 0) || (b >= 32) ? a : (a >> b); }                     \
  static T safe_rshift_func_##T##_u_u(T a, unsigned int b) { return b >= 32 ? a : (a >> b); }

SAFE_SIGNED(int8_t, INT8_MIN, INT8_MAX)
SAFE_SIGNED(int16_t, INT16_MIN, INT16_MAX)
SAFE_SIGNED(int32_t, INT32_MIN, INT32_MAX)
SAFE_SIGNED(int64_t, INT64_MIN, INT64_MAX)
SAFE_UNSIGNED(uint8_t, UINT8_MAX)
SAFE_UNSIGNED(uint16_t, UINT16_MAX)
SAFE_UNSIGNED(uint32_t, UINT32_MAX)
SAFE_UNSIGNED(uint64_t, UINT64_MAX)

void crc32_gentab(void);
void transparent_crc(uint64_t value, const char *name, int print);
void transparent_crc_bytes(const void *bytes, int count, const char *name, int print);
void platform_main_begin(void);
void platform_main_end(uint32_t checksum, int print);
int strcmp(const char *a, const char *b);
int printf(const char *format, ...);
extern uint32_t crc32_context;

/* Floating arithmetic cannot trap here. */
static double safe_add_func_double_f_f(double a, double b) { return a + b; }
static double safe_sub_func_double_f_f(double a, double b) { return a - b; }
static double safe_mul_func_double_f_f(double a, double b) { return a * b; }
static double safe_div_func_double_f_f(double a, double b) { return b == 0 ? a : a / b; }
static float safe_add_func_float_f_f(float a, float b) { return a + b; }
static float safe_sub_func_float_f_f(float a, float b) { return a - b; }
static float safe_mul_func_float_f_f(float a, float b) { return a * b; }
static float safe_div_func_float_f_f(float a, float b) { return b == 0 ? a : a / b; }
static int32_t safe_convert_func_float_to_int32_t(float f) {
  return f <= -2147483648.0f || f >= 2147483648.0f ? 2147483647 : (int32_t)f;
}

#endif
