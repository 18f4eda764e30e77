/* An arithmetic function for long double may change what it is given without changing the operands */
struct words { unsigned w[4]; };
/* Stands in for the library's function and spoils its arguments. */
struct words sum(struct words a, struct words b) __asm__("__addtf3");
struct words sum(struct words a, struct words b) {
  struct words r = {{a.w[3] + b.w[3], 0, 0, 0}};
  for (int i = 0; i < 4; i++) ((volatile unsigned *)a.w)[i] = ((volatile unsigned *)b.w)[i] = 0xdeadbeef;
  return r;
}
typedef union { long double q; struct words w; } quad;
__attribute__((noinline)) static void add(quad *to, quad *a, quad *b) { to->q = a->q + b->q; }

int main(void) {
  quad x = {.w = {{1, 2, 3, 4}}}, y = {.w = {{5, 6, 7, 8}}}, z;
  add(&z, &x, &y);
  if (z.w.w[0] != 12) return __LINE__;
  if (x.w.w[0] != 1 || x.w.w[3] != 4 || y.w.w[0] != 5 || y.w.w[3] != 8) return __LINE__;
  return 0;
}
