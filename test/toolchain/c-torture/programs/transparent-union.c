/* An argument for a parameter of a transparent union may be a value of any of its members, the null pointer or the union itself. */
typedef union { int *number; const float *real; struct node *node; void *any; } Ref __attribute__((transparent_union));
union __attribute__((transparent_union)) word { int whole; unsigned bits; };
struct node { int value; };

static int of(int kind, Ref r) { return kind == 0 ? *r.number : kind == 1 ? (int)*r.real : kind == 2 ? r.node->value : r.any == 0; }
static int doubled(union word w) { return w.whole * 2; }
static int computed;
static int *next(int *p) { computed++; return p; }

int main(void) {
  int number = 7;
  float real = 3.5f;
  const struct node node = {9};
  Ref ref = {&number};
  if (of(0, &number) != 7 || of(1, &real) != 3 || of(2, (struct node *)&node) != 9) return __LINE__;
  if (of(3, 0) != 1 || of(3, (void *)0) != 1 || of(0, ref) != 7 || of(0, (void *)&number) != 7) return __LINE__;
  if (of(0, next(&number)) != 7 || computed != 1) return __LINE__;
  if (doubled(4) != 8 || doubled(5u) != 10) return __LINE__;
  int (*call)(int, Ref) = of;
  if (call(0, &number) != 7) return __LINE__;
  return 0;
}
