/* float, double and long double through the support functions. */
#include "support.h"
static unsigned long long bits(double d) { union { double d; unsigned long long u; } x; x.d = d; return x.u; }
static unsigned fbits(float f) { union { float f; unsigned u; } x; x.f = f; return x.u; }
static double id(double d) { return d; }
static float fid(float f) { return f; }
static long double lid(long double l) { return l; }
int main(void) {
  static const double values[] = {0.0, -0.0, 1.0, -1.5, 3.14159, 1e10, -1e-10, 123456789.0, 1e300};
  for (unsigned i = 0; i < sizeof values / sizeof *values; i++) {
    double x = id(values[i]); float f = fid((float)i * 1.25f - 3.0f); long double l = lid(i * 2.5L - 1);
    show("x", bits(x)); show("-x", bits(-x)); show("f", fbits(f)); show("-f", fbits(-f)); show("fx", bits(f)); show("l", bits((double)(-l * l + 3)));
    show("not", (unsigned)(!x + 2 * !f + 4 * !l)); show("truth", (unsigned)((x ? 1 : 0) + (f && l)));
    for (unsigned j = 0; j < sizeof values / sizeof *values; j++) {
      double y = id(values[j]);
      show("+", bits(x + y)); show("-", bits(x - y)); show("*", bits(x * y)); if (y != 0) show("/", bits(x / y));
      show("cmp", (unsigned)((x < y) + 2 * (x <= y) + 4 * (x > y) + 8 * (x >= y) + 16 * (x == y) + 32 * (x != y)));
    }
    if (x > -2e9 && x < 2e9) { show("int", (unsigned)(int)x); show("ll", (unsigned long long)(long long)x); }
    if (f > 0) { show("uns", (unsigned)f); show("ull", (unsigned long long)f); show("char", (unsigned char)f); }
    x += 1; x *= 2; f -= 0.5f; f /= 3; l += 1.5L; x++; f--; show("ops", bits(x)); show("fops", fbits(f)); show("lops", bits((double)l++)); show("l++", bits((double)l));
    int k = 7; k *= 1.5; show("k", (unsigned)k); k += 2.75f; show("k", (unsigned)k); unsigned char uc = 200; uc += 20.5; show("uc", uc);
  }
  show("from", bits((double)-5) ^ bits((double)4000000000u) ^ bits((double)-5000000000LL) ^ bits((double)0xfffffffffffff800ull)); show("fl", fbits((float)16777217) ^ fbits((float)-3LL));
  double nan = id(0.0) / id(0.0); show("nan", (unsigned)((nan == nan) + 2 * (nan != nan) + 4 * (nan < 1) + 8 * !(nan >= 1) + 16 * (nan > 1) + 32 * (nan <= nan)));
  if (nan < 1) show("bad", 1); if (!(nan < 1)) show("good", 1); while (nan > 0) { show("bad", 2); break; }
  return 0;
}
