#include "support.h"
struct point { int x; short y; char name[4]; unsigned flag : 3; struct point *next; };
enum color { RED, GREEN = 5 };
typedef unsigned long long ull;
int counter = 7;
static int inner(int a, struct point *p, long long big) {
  int sum = a + p->x;
  for (int i = 0; i < 3; i++) {
    int square = i * i;
    sum += square;
    show("sum", (unsigned)sum);
  }
  counter++;
  return sum + (int)big;
}
int outer(int n) {
  struct point pt = {n, 2, "ab", 5, 0};
  enum color c = GREEN;
  ull w = 0x123456789ull;
  double d = 1.5;
  int r = inner(n + 1, &pt, (long long)w);
  show("d", (unsigned long long)d + c);
  return r + (int)w;
}
int main(void) {
  int result = outer(20);
  show("result", (unsigned)result);
  return 0;
}
