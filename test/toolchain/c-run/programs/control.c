/* Loops, switches, gotos, conditionals, recursion, function pointers. */
#include "support.h"
static int classify(int n) { switch (n) { case 0: return 1; case 1: case 2: return 2; case 3 ... 6: return 3; case 100: return 4; case -5: return 5; case 1000: return 6; default: return 0; } }
static int dense(unsigned n) { int r = 0; switch (n) { case 0: r += 1; case 1: r += 2; break; case 2: r += 4; case 3: r += 8; case 5: r += 16; break; case 6: case 7: r = 100; break; case 9: return 9; } return r; }
static void duff(char *to, const char *from, int count) { int n = (count + 7) / 8; switch (count % 8) { case 0: do { *to++ = *from++; case 7: *to++ = *from++; case 6: *to++ = *from++; case 5: *to++ = *from++; case 4: *to++ = *from++; case 3: *to++ = *from++; case 2: *to++ = *from++; case 1: *to++ = *from++; } while (--n > 0); } }
static int fib(int n) { return n < 2 ? n : fib(n - 1) + fib(n - 2); }
static int add(int a, int b) { return a + b; } static int sub(int a, int b) { return a - b; }
static int (*const ops[])(int, int) = {add, sub};
static int apply(int (*f)(int, int), int a, int b) { return f(a, b); }
static int loops(int n) { int s = 0; for (int i = 0; i < n; i++) { if (i == 3) continue; if (i == 9) break; int j = i; while (j > 0) { s += j--; if (s > 1000) goto out; } do s++; while (s % 3); } out: return s; }
static int computed(int n) { static void *const where[] = {&&a, &&b, &&c}; int r = 0; goto *where[n]; a: r += 1; b: r += 10; c: r += 100; if (r < 300 && n == 0) { n = 1; goto *where[n]; } return r; }
static int logic(int a, int b, int c) { int r = 0; if (a && (b || c)) r |= 1; if (!(a || b) && !c) r |= 2; if ((a > b && b > c) || (a < b && b < c)) r |= 4; r |= (a || b && c) << 3; r |= (a ? b ? 16 : 32 : c ? 64 : 128); return r; }
static int many(int a, int b, int c, int d, int e, int f, int g, int h, int i, int j, long long k, char l) { return a + b * 2 + c * 3 + d * 4 + e * 5 + f * 6 + g * 7 + h * 8 + i * 9 + j * 10 + (int)(k >> 32) + l; }
static int pressure(int x) { int a = x + 1, b = x * 2, c = a ^ b, d = b - c, e = d * a, f = e + 3, g = f ^ a, h = g - b, i = h * 3, j = i ^ c, k = j + d, l = k * 5, m = l - e, n = m ^ f, o = n + g, p = o * 7, q = p ^ h, r = q - i, s = r + j, t = s ^ k, u = t + l, v = u * 3, w = v ^ m, y = w + n, z = y ^ o;
  for (int n2 = 0; n2 < 5; n2++) { a += z; b ^= y; c += w; d ^= v; e += u; f ^= t; g += s; h ^= r; i += q; j ^= p; k += a; l ^= b; m += c; n ^= d; o += e; p ^= f; q += g; r ^= h; s += i; t ^= j; u += k; v ^= l; w += m; y ^= n; z += o; if (n2 == 2) z += add(a, b); }
  return a ^ b ^ c ^ d ^ e ^ f ^ g ^ h ^ i ^ j ^ k ^ l ^ m ^ n ^ o ^ p ^ q ^ r ^ s ^ t ^ u ^ v ^ w ^ y ^ z; }
static int large_frame(int n) { volatile int a[3000]; int i; char c[5000]; for (i = 0; i < 3000; i++) a[i] = i * n; for (i = 0; i < 5000; i++) c[i] = (char)i; return a[2999] + c[4999] + a[n] + pressure(c[77]); }
static int global = 3; static int bump(void) { return ++global; }
int main(void) {
  for (int i = -6; i < 12; i++) show("c", (unsigned)(classify(i) * 1000 + dense((unsigned)i))); show("c", (unsigned)(classify(100) + classify(1000)));
  char from[40], to[40]; for (int i = 0; i < 40; i++) { from[i] = (char)(i * 3); to[i] = 0; } for (int n = 1; n < 30; n += 4) { duff(to, from, n); int s = 0; for (int i = 0; i < 40; i++) s = s * 3 + to[i]; show("duff", (unsigned)s); }
  show("fib", (unsigned)fib(15)); show("ops", (unsigned)(ops[0](5, 6) * 100 + ops[1](9, 2) + apply(sub, 1, 2))); for (int i = 0; i < 30; i += 3) show("loops", (unsigned)loops(i));
  for (int i = 0; i < 3; i++) show("goto", (unsigned)computed(i)); for (int i = 0; i < 27; i++) show("logic", (unsigned)logic(i % 3, i / 3 % 3, i / 9));
  show("many", (unsigned)many(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 0x500000000LL, 'x')); for (int i = 0; i < 5; i++) show("pressure", (unsigned)pressure(i)); show("frame", (unsigned)large_frame(17));
  int x = 10, y = (x = 5, x + 1); int z = x++ + y--; show("seq", (unsigned)(x * 10000 + y * 100 + z)); show("side", (unsigned)(bump() + bump() * 10)); int arr[4] = {1, 2, 3, 4}, *p = arr; *p++ += 10; *++p *= 2; show("ptr", (unsigned)(arr[0] + arr[2] * 100 + (int)(p - arr) * 10000));
  unsigned n = 0; for (unsigned long i = 10; i--;) n += i; for (;;) { if (n++ > 50) break; } show("n", n); return 0;
}
