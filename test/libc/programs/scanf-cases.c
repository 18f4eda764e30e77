/* scanf on fixed and random texts; another libc is the oracle. */
#include <stdio.h>

#include "random.h"

static void integers(const char *text) {
  int d = -1, i = -1, n = -1;
  unsigned u = 0, x = 0, o = 0;
  long long ll = 0;
  short h = 0;
  signed char hh = 0;
  printf("[%s] d:%d", text, sscanf(text, "%d%n", &d, &n));
  printf(" %d %d", d, n);
  printf(" i:%d", sscanf(text, "%i", &i));
  printf(" %d", i);
  printf(" u:%d", sscanf(text, "%u", &u));
  printf(" %u", u);
  printf(" x:%d", sscanf(text, "%x", &x));
  printf(" %x", x);
  printf(" o:%d", sscanf(text, "%o", &o));
  printf(" %o", o);
  printf(" lld:%d", sscanf(text, "%lld", &ll));
  printf(" %lld", ll);
  printf(" 3hd:%d", sscanf(text, "%3hd", &h));
  printf(" %d", h);
  printf(" 2hhd:%d", sscanf(text, "%2hhd", &hh));
  printf(" %d\n", hh);
}

static void floats(const char *text) {
  float f = -1;
  double d = -1;
  int n = -1;
  printf("[%s] f:%d", text, sscanf(text, "%f", &f));
  printf(" %a", f);
  printf(" lf:%d", sscanf(text, "%lf%n", &d, &n));
  printf(" %a %d", d, n);
  printf(" 4lf:%d", strchr(text, 'e') ? 0 : sscanf(text, "%4lf", &d));
  printf(" %a\n", d);
}

static void texts(const char *text) {
  char s[100] = "?", t[100] = "?", set[100] = "?", c[4] = "???";
  int a = -1, b = -1;
  char *heap = 0;
  printf("[%s] s:%d", text, sscanf(text, "%s%99s", s, t));
  printf(" %s %s", s, t);
  printf(" set:%d", sscanf(text, "%[a-z ]%c", set, c));
  printf(" %s %c", set, c[0]);
  printf(" not:%d", sscanf(text, "%[^,],%d", set, &a));
  printf(" %s %d", set, a);
  printf(" brackets:%d", sscanf(text, "%[]x-]", set));
  printf(" %s", set);
  printf(" skip:%d", sscanf(text, "%*s %d", &b));
  printf(" %d", b);
  printf(" 3c:%d", sscanf(text, "%3c", c));
  printf(" %.3s", c);
  printf(" ms:%d", sscanf(text, "%ms", &heap));
  printf(" %s\n", heap ? heap : "-");
  free(heap);
}

int main(int argc, char **argv) {
  static const char *const numbers[] = {"12", " -7x", "0x1F", "017", "08", "99999999", "+5", "-", "", "  ", "+-3", "1 2", "0", "00012"};
  static const char *const reals[] = {"1.5", "-2e3", ".5", "5.", "1e5x", "inf", "INFINITYx", "nan", "0x1.8p1", "0x.8", "1.2.3", "", "abc", "e5", "123456789"};
  static const char *const strings[] = {"hello world", "abc,42", "abc def 5", "]x-y", "  lead 12", "", "one", "a,b,c", "x 77"};
  int rounds = random_begin(argc, argv, 200);
  for (unsigned i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
    integers(numbers[i]);
  }
  for (unsigned i = 0; i < sizeof reals / sizeof reals[0]; i++) {
    floats(reals[i]);
  }
  for (unsigned i = 0; i < sizeof strings / sizeof strings[0]; i++) {
    texts(strings[i]);
  }
  for (int i = 0; i < rounds; i++) {
    char text[64];
    double value = random_double();
    int precision = 1 + random_below(17);
    snprintf(text, sizeof text, "%.*g", precision, value);
    floats(text);
    int n = random_below(2000000) - 1000000;
    int width = random_below(9);
    snprintf(text, sizeof text, "%*d%s", width, n, n % 2 == 0 ? "" : "z");
    integers(text);
  }
  int year, month, day;
  char rest[20];
  printf("%d", sscanf("2024-02-29T10", "%4d-%2d-%2d%19s", &year, &month, &day, rest));
  printf(" %d %d %d %s\n", year, month, day, rest);
  printf("%d", sscanf("50% off", "%d%% %s", &day, rest));
  printf(" %d %s\n", day, rest);
  return 0;
}
