/* 64-bit arithmetic. */
#include "support.h"
typedef long long ll; typedef unsigned long long ull;
static ll id(ll x) { return x; }
int main(void) {
  static const ll values[] = {0, 1, -1, 2, 0x7fffffff, 0x80000000LL, 0xffffffffLL, 0x100000000LL, -0x100000000LL, 0x123456789abcdefLL,
    -0x123456789abcdefLL, 0x7fffffffffffffffLL, -0x7fffffffffffffffLL - 1, 1000000007LL, -3};
  int n = sizeof values / sizeof *values;
  for (int i = 0; i < n; i++) {
    ll x = id(values[i]); ull u = (ull)x;
    show("x", u); show("neg", -u); show("inv", ~u); show("not", !x);
    show("<<1", u << 1); show("<<31", u << 31); show("<<32", u << 32); show("<<33", u << 33); show("<<63", u << 63);
    show(">>1", u >> 1); show(">>31", u >> 31); show(">>32", u >> 32); show(">>40", u >> 40); show(">>63", u >> 63);
    show("s>>1", (ull)(x >> 1)); show("s>>32", (ull)(x >> 32)); show("s>>35", (ull)(x >> 35)); show("s>>63", (ull)(x >> 63));
    for (int s = 0; s < 64; s += 3) { show("sl", u << s); show("sr", u >> s); show("sar", (ull)(x >> s)); }
    show("rot", (u << 32) | (u >> 32));
    { ull r = u; r = (r << 32) | (r >> 32); show("rot=", r); r = (r >> 32) | (r << 32); show("back", r); }
    show("int", (ull)(ll)(int)x); show("uint", (unsigned)x); show("char", (unsigned)(signed char)x); show("bool", (_Bool)x);
    show("/10", (ull)(x / 10)); show("%10", (ull)(x % 10)); show("u/10", u / 10); show("u%7", u % 7); show("*3", u * 3);
    x++; show("++", (ull)x); x--; --x; show("--", (ull)x++); x += 5; x -= 7; x ^= 0xff00ff00ff00LL; show("ops", (ull)x);
    x = values[i];
    for (int j = 0; j < n; j++) {
      ll y = id(values[j]); ull v = (ull)y;
      show("+", u + v); show("-", u - v); show("*", u * v); show("&", u & v); show("|", u | v); show("^", u ^ v);
      show("cmp", (unsigned)((x < y) + 2 * (x <= y) + 4 * (x > y) + 8 * (x >= y) + 16 * (x == y) + 32 * (x != y)));
      show("ucmp", (unsigned)((u < v) + 2 * (u <= v) + 4 * (u > v) + 8 * (u >= v)));
      int c = 0; if (x < y) c |= 1; if (!(x <= y)) c |= 2; if (u > v) c |= 4; if (u >= v && x != y) c |= 8; if (x == y || x < 0) c |= 16; show("br", (unsigned)c);
      if (y != 0 && !(y == -1 && x < -0x7fffffffffffffffLL)) { show("/", (ull)(x / y)); show("%", (ull)(x % y)); show("u/", u / v); show("u%", u % v); }
      show("mul32", (ull)((ll)(int)x * (int)y)); show("umul32", (ull)(unsigned)x * (unsigned)y); show("mix", (ull)((ll)(int)x * (unsigned)y));
    }
  }
  switch (id(0x100000001LL)) { case 1: show("one", 1); break; case 0x100000001LL: show("big", 1); break; default: show("none", 1); }
  return 0;
}
