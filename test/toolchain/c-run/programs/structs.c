/* Structs, unions, bit-fields, packing: copies, parameters, results, initialisers. */
#include "support.h"
struct small { char a; short b; }; struct pair { int x, y; }; struct big { int a[10]; char c; }; struct odd { char c[3]; }; struct seven { char c[7]; };
struct bits { unsigned a : 3; int b : 5; unsigned c : 1; int d : 17; unsigned long long e : 40; _Bool f : 1; unsigned : 0; signed char g : 4; };
struct __attribute__((packed)) packed { char c; int i; short s; long long l; unsigned b : 3; int d : 19; };
union both { int i; unsigned char c[4]; float f; };
static struct small make_small(int n) { struct small s = {n, n * 3}; return s; }
static struct pair make_pair(int n) { return (struct pair){n, -n}; }
static struct big make_big(int n) { struct big b = {{n, [3] = n + 1, n + 2}, .c = 7}; return b; }
static struct odd make_odd(int n) { struct odd o = {{n, n + 1, n + 2}}; return o; }
static struct seven make_seven(int n) { struct seven o = {{n, n + 1, n + 2, 4, 5, 6, n}}; return o; }
static int sum_big(struct big b, struct small s, struct odd o, struct seven v) { int t = b.c; for (int i = 0; i < 10; i++) t += b.a[i]; b.a[0] = 99; return t + s.a * s.b + o.c[0] + o.c[2] * 100 + v.c[6] + v.c[3]; }
static struct bits gb = {1, -3, 1, -1000, 0x8123456789ull, 1, -5};
static struct packed gp = {1, 0x12345678, -2, 0x1122334455667788, 5, -100000};
int main(void) {
  struct big b = make_big(5), b2; struct small s = make_small(4); struct odd o = make_odd(1); struct seven v = make_seven(9);
  show("sum", (unsigned)sum_big(b, s, o, v)); show("kept", (unsigned)b.a[0]); b2 = b; b2.a[3]++; show("copy", (unsigned)(b.a[3] * 100 + b2.a[3]));
  show("pair", (unsigned)(make_pair(3).x * 10 + make_pair(4).y)); show("arr", (unsigned)make_big(2).a[4]);
  struct pair p = {1, 2}, q = {3, 4}, *pp = &p; struct pair r = s.a ? p : q; *pp = q; show("cond", (unsigned)(r.x * 1000 + r.y * 100 + p.x * 10)); p = r; show("p", (unsigned)p.y);
  show("bits", (unsigned)(gb.a + gb.b * 10 + gb.c * 100) ); show("d", (unsigned)gb.d); show("e", gb.e); show("fg", (unsigned)(gb.f * 16 + gb.g));
  gb.a = 9; show("a", gb.a); gb.b += 20; show("b", (unsigned)gb.b); gb.d--; show("d", (unsigned)gb.d); gb.e = gb.e << 4 | 3; show("e", gb.e); gb.f = 4; show("f", gb.f); show("g=", (unsigned)(gb.g = 11)); show("g++", (unsigned)gb.g++); show("g", (unsigned)gb.g); gb.c ^= 1; show("c", gb.c);
  struct bits lb = gb; lb.e++; show("le", lb.e); show("size", sizeof(struct bits) * 1000 + sizeof(struct packed));
  gp.i++; gp.l *= 2; gp.b += 4; gp.d /= 3; gp.s <<= 1; show("pi", (unsigned)gp.i); show("pl", (unsigned long long)gp.l); show("pb", gp.b); show("pd", (unsigned)gp.d); show("ps", (unsigned)gp.s);
  struct packed lp = gp, *ppk = &lp; ppk->i = -ppk->i; ppk->l -= 5; show("lp", (unsigned)ppk->i + (unsigned long long)ppk->l);
  union both u; u.f = 1.5f; show("u", (unsigned)u.i); u.c[1] = 0xab; show("u", (unsigned)u.i);
  struct { struct pair in[3]; union { int k; char z[2]; }; } nest = {{{1, 2}, {.y = 4}, [2].x = 9}, .z = {1, 2}}; nest.in[1] = nest.in[2]; show("nest", (unsigned)(nest.in[1].x * 100 + nest.in[0].y * 10 + nest.k));
  static struct pair table[4] = {[1] = {5, 6}, [3] = {.y = 8}}; struct pair *t = table; t += 3; show("t", (unsigned)(t->y * 10 + t[-2].x + (int)(t - table)));
  struct big *pb = &(struct big){{1, 2, 3}}; show("cl", (unsigned)(pb->a[2] + pb->a[9])); return 0;
}
