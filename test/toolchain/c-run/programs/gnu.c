/* Variable arguments, variable-length arrays, alloca, statement expressions, asm, alignment, volatile. */
#include "support.h"
typedef __builtin_va_list va_list;
struct three { int a, b, c; }; struct two { int a, b; };
static long long total(const char *kinds, ...) {
  va_list list, copy; long long sum = 0; __builtin_va_start(list, kinds); __builtin_va_copy(copy, list);
  for (const char *k = kinds; *k; k++) switch (*k) {
    case 'i': sum = sum * 3 + __builtin_va_arg(list, int); break; case 'l': sum = sum * 3 + __builtin_va_arg(list, long long); break;
    case 'd': sum = sum * 3 + (long long)__builtin_va_arg(list, double); break; case 'L': sum = sum * 3 + (long long)__builtin_va_arg(list, long double); break;
    case 't': { struct three t = __builtin_va_arg(list, struct three); sum = sum * 3 + t.a + t.b * 2 + t.c * 4; break; } case 'w': sum = sum * 3 + __builtin_va_arg(list, struct two).b; break; }
  if (*kinds == 'i') sum += __builtin_va_arg(copy, int); __builtin_va_end(copy); __builtin_va_end(list); return sum; }
static int vla(int n) { int a[n], s = 0; for (int i = 0; i < n; i++) a[i] = i * i; { char b[n * 2]; for (int i = 0; i < n * 2; i++) b[i] = (char)(a[i % n] + i); for (int i = 0; i < n * 2; i++) s += b[i]; } int m[n][n + 1]; for (int i = 0; i < n; i++) for (int j = 0; j <= n; j++) m[i][j] = i * j; return s + m[n - 1][n] + (int)sizeof a + (int)sizeof m[0]; }
static int vla_loop(int n) { int s = 0; for (int i = 1; i < n; i++) { int a[i]; a[i - 1] = i; if (i % 3 == 0) continue; if (i == 2000) break; s += a[i - 1]; } return s; }
static int two_d(int n, int m, int a[n][m]) { int s = 0; for (int i = 0; i < n; i++) for (int j = 0; j < m; j++) s = s * 2 + a[i][j]; return s; }
static int stack(int n) { char *p = __builtin_alloca(n); for (int i = 0; i < n; i++) p[i] = (char)i; char *q = __builtin_alloca(16); q[0] = 1; return p[n - 1] + (p != q) + (int)total("iiiiiiiiii", 1, 2, 3, 4, 5, 6, 7, 8, 9, p[3]); }
#define MAX(a, b) ({ __typeof__(a) _a = (a), _b = (b); _a > _b ? _a : _b; })
static unsigned add(unsigned a, unsigned b) { unsigned r; asm("add %0, %1, %2" : "=r"(r) : "r"(a), "r"(b)); return r; }
static unsigned chain(unsigned a) { asm volatile("slli %0, %0, 2\n\taddi %0, %0, %1" : "+r"(a) : "i"(5)); return a; }
static int load(int *p) { int r; asm("lw %[out], %[in]" : [out] "=r"(r) : [in] "m"(*p)); asm("sw %1, %0" : "=m"(p[1]) : "r"(r + 1)); return r; }
static unsigned early(unsigned a, unsigned b) { unsigned r; asm("mv %0, %1\n sub %0, %0, %2" : "=&r"(r) : "r"(a), "r"(b)); return r; }
static int match(int a) { int r; asm("addi %0, %0, 7" : "=r"(r) : "0"(a)); return r; }
static int fixed(int a) { register int x asm("a5") = a; register int y asm("s3"); asm volatile("add s3, a5, a5" : "=r"(y) : "r"(x)); return y; }
static int clobber(int a) { int b = a * 3; asm volatile("li s1, 1\n li s2, 2\n li t0, 3\n li a4, 4" ::: "s1", "s2", "t0", "a4", "memory"); return a + b; }
int main(void) {
  show("va", (unsigned long long)total("ilditLwi", 1, 2LL, 3.0, 4, (struct three){5, 6, 7}, 8.0L, (struct two){9, 10}, 11)); show("va", (unsigned long long)total("llllll", 1LL, 2LL, 3LL, 4LL, 5LL, 6LL)); show("va", (unsigned long long)total("dtdtdt", 1.0, (struct three){1, 2, 3}, 2.0, (struct three){4, 5, 6}, 3.0, (struct three){7, 8, 9}));
  for (int i = 1; i < 12; i += 3) show("vla", (unsigned)vla(i)); show("loop", (unsigned)vla_loop(5000)); int grid[2][3] = {{1, 2, 3}, {4, 5, 6}}; show("2d", (unsigned)two_d(2, 3, grid)); show("stack", (unsigned)stack(100));
  int i = 3; show("max", (unsigned)MAX(i++, 2)); show("i", (unsigned)i); show("asm", add(3, 4) * 1000 + chain(6)); int m[2] = {41, 0}; show("mem", (unsigned)(load(m) * 100 + m[1])); show("early", early(50, 8)); show("match", (unsigned)match(3)); show("fixed", (unsigned)fixed(21)); show("clobber", (unsigned)clobber(10));
  _Alignas(64) char aligned[10]; aligned[0] = 5; show("align", (unsigned)((unsigned)aligned % 64 + aligned[0])); volatile int v = 3; v += v; v++; show("volatile", (unsigned)v); show("choose", (unsigned)(__builtin_constant_p(3) ? 1 : 2)); const char *text = "a\0b\x41"; show("text", (unsigned)(text[2] + text[3] + (int)sizeof "abc")); show("wide", (unsigned)L"xyz"[1]); show("frame", (unsigned)(__builtin_frame_address(0) != 0)); return 0;
}
