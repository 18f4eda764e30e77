/* Widths, signs, wrapping, division and shifts by constants and variables. */
#include "support.h"
static int id(int x) { return x; }
static unsigned uid(unsigned x) { return x; }
#define EACH(F) F(1) F(2) F(3) F(4) F(5) F(7) F(8) F(10) F(16) F(60) F(64) F(100) F(1024) F(4096) F(65536) F(1000000) F(0x40000000)
int main(void) {
  static const int values[] = {0, 1, -1, 2, -2, 7, -7, 8, -8, 100, -100, 12345, -12345, 2147483647, -2147483647, -2147483647 - 1};
  for (unsigned i = 0; i < sizeof values / sizeof *values; i++) {
    int x = id(values[i]);
    unsigned u = uid((unsigned)values[i]);
    show("value", u);
#define TRY(C) show(#C, (unsigned)(x / C)); show("%", (unsigned)(x % C)); show("u/", u / C); show("u%", u % C); show("*", u * C); \
    show("neg/", (unsigned)(x / -C)); show("neg%", (unsigned)(x % -C)); show("*-", u * -C);
    EACH(TRY)
    for (int s = 0; s < 32; s++) { show("<<", u << s); show(">>", u >> s); show("s>>", (unsigned)(x >> s)); }
    show("char", (unsigned)(char)x); show("schar", (unsigned)(signed char)x); show("short", (unsigned)(short)x);
    show("ushort", (unsigned short)x); show("bool", (_Bool)x); show("not", (unsigned)!x); show("inv", (unsigned)~x); show("neg", -u);
    show("cmp", (unsigned)((x < 5) | (x <= 5) << 1 | (x > 5) << 2 | (x >= 5) << 3 | (x == 5) << 4 | (x != 5) << 5));
    show("cmpmax", (unsigned)((x <= 2147483647) | (x > 2147483647) << 1 | (x < -2147483647 - 1) << 2 | (x >= -2147483647 - 1) << 3));
    show("ucmp", (u < 5) | (u <= 5) << 1 | (u > 5) << 2 | (u >= 5) << 3 | (u <= 4294967295u) << 4 | (u > 4294967295u) << 5);
    show("cmp4k", (unsigned)((x < 4000) | (x <= 2047) << 1 | (x > 2047) << 2 | (x == 2048) << 3 | (x != -2048) << 4));
    for (unsigned j = 0; j < sizeof values / sizeof *values; j++) {
      int y = id(values[j]);
      if (y != 0 && !(x == -2147483647 - 1 && y == -1)) { show("/", (unsigned)(x / y)); show("%", (unsigned)(x % y)); show("u/", u / (unsigned)y); }
      show("lt", (unsigned)((x < y) + 2 * (x <= y) + 4 * (u < (unsigned)y) + 8 * (u >= (unsigned)y)));
    }
  }
  signed char c = 127; c++; show("c++", (unsigned)c);
  unsigned short us = 65535; us += 2; show("us", us);
  int i = 5; int old = i++; int now = ++i; show("old", (unsigned)(old * 100 + now * 10 + i--)); show("i", (unsigned)i);
  return 0;
}
