/* What follows a range without a designator goes on in its last element */
struct pair { int a, b; };
struct row { int a[2], b; };
struct inner { int j, k[3], l; };
struct outer { int n; struct inner o[3]; int p; };
static struct pair pairs[] = {[0 ... 2] = 1, 2, 3};
static struct row rows[] = {[0 ... 2].a = 1, 2, 3, 4};
static struct row some[] = {[0 ... 1].a[0 ... 1] = 1, 3, 4};
static struct outer deep[] = {[0 ... 5].o[1 ... 2].k[0 ... 1] = 4, 5, 6, 7};
static struct outer braced[] = {[0 ... 5].o[1 ... 2].k = {[0 ... 1] = 4}, [5].o[2].k[2] = 5, 6, 7};
static const char *names[] = {[0 ... 1] = "a", "b"};
static char texts[][3] = {[0 ... 1] = "ab", "cd"};
static int lengths[] = (int[3]){1};
static int calls;
static int next(void) { return ++calls; }
__auto_type small = (char)1;
extern char small;

int main(void) {
  if (sizeof pairs != 4 * sizeof *pairs || pairs[0].b != 0 || pairs[1].b != 0 || pairs[2].b != 2 || pairs[3].a != 3) return __LINE__;
  if (sizeof rows != 4 * sizeof *rows || rows[1].a[1] != 0 || rows[2].a[1] != 2 || rows[2].b != 3 || rows[3].a[0] != 4) return __LINE__;
  if (sizeof some != 3 * sizeof *some || some[0].b != 0 || some[1].a[1] != 1 || some[1].b != 3 || some[2].a[0] != 4) return __LINE__;
  for (int i = 0; i < 6; i++)
    for (int j = 1; j < 3; j++) {
      int isLast = i == 5 && j == 2;
      struct inner *a = &deep[i].o[j], *b = &braced[i].o[j];
      if (a->j != 0 || a->k[0] != 4 || a->k[1] != 4 || a->k[2] != (isLast ? 5 : 0) || a->l != (isLast ? 6 : 0)) return __LINE__;
      if (b->k[1] != 4 || b->k[2] != a->k[2] || b->l != a->l || deep[i].p != (i == 5 ? 7 : 0) || braced[i].p != deep[i].p) return __LINE__;
    }
  if (sizeof names != 3 * sizeof *names || *names[1] != 'a' || *names[2] != 'b') return __LINE__;
  if (sizeof texts != 9 || texts[1][1] != 'b' || texts[2][1] != 'd') return __LINE__;
  if (sizeof lengths != 12 || lengths[0] != 1) return __LINE__;
  struct pair local[] = {[0 ... 2] = next(), next(), next()};
  if (calls != 3 || local[0].a != 1 || local[2].a != 1 || local[0].b != 0 || local[2].b != 2 || local[3].a != 3) return __LINE__;
  return small != 1 || sizeof small != 1 ? __LINE__ : 0;
}
