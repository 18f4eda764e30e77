/* The C locale, the only one. */
#include <limits.h>
#include <locale.h>
#include <string.h>

char *setlocale(int category, const char *locale) {
  static char name[] = "C";
  if (category < LC_CTYPE || category > LC_ALL) {
    return 0;
  }
  if (locale == 0 || *locale == 0 || strcmp(locale, "C") == 0 || strcmp(locale, "POSIX") == 0) {
    return name;
  }
  return 0;
}

struct lconv *localeconv(void) {
  static char point[] = ".";
  static char none[] = "";
  static struct lconv conventions;
  conventions.decimal_point = point;
  conventions.thousands_sep = none;
  conventions.grouping = none;
  conventions.int_curr_symbol = none;
  conventions.currency_symbol = none;
  conventions.mon_decimal_point = none;
  conventions.mon_thousands_sep = none;
  conventions.mon_grouping = none;
  conventions.positive_sign = none;
  conventions.negative_sign = none;
  memset(&conventions.int_frac_digits, CHAR_MAX, sizeof(struct lconv) - offsetof(struct lconv, int_frac_digits));
  return &conventions;
}
