/* Enumerations that need more than an int: GNU C widens the type and those enumerators that do not fit. */
#include "support.h"
enum plain { A, B = 5, C };
enum negative { N = -1, M };
enum big { D = 1, E = 0xffffffffffffffffULL };
enum mixed { F = -1, G = 0xffffffffu };
enum unsigned_one { H = 0x80000000u };
enum low { L = -0x8000000000000000LL + 1, K };
struct holder { char c; enum big e; };
static enum big table[] = { E, D };
static int choose(enum big e) { switch (e) { case D: return 1; case E: return 2; } return 3; }
static enum mixed same(enum mixed m) { return m; }
int main(void) {
  show("plain", sizeof(enum plain)); show("negative", sizeof(enum negative)); show("big", sizeof(enum big)); show("mixed", sizeof(enum mixed));
  show("unsigned", sizeof(enum unsigned_one)); show("low", sizeof(enum low)); show("holder", sizeof(struct holder));
  show("A", sizeof A); show("D", sizeof D); show("E", sizeof E); show("F", sizeof F); show("G", sizeof G); show("H", sizeof H); show("K", sizeof K);
  show("D", (unsigned)choose(D)); show("E", (unsigned)choose(E)); show("first", (unsigned)choose(table[0])); show("its value", table[0]);
  show("G", (unsigned long long)same(G)); show("F", (unsigned long long)same(F)); show("below zero", (enum mixed)F < 0); show("above", E > 0); show("K", (unsigned long long)K);
  struct holder h = { 1, E }; h.e -= 2; show("member", h.e); show("sign", (enum negative)N < 0);
  return 0;
}
