/* Later initialisers override earlier ones of the same part, braces and union members start afresh, ranges compute once */
enum later *early;
enum later { FIRST = 5, SECOND };
enum later object = SECOND;
typedef int open[];
extern open const constants;
extern const int constants[3];
const int constants[3] = {1, 2, 3};
struct s { int a, b[3]; struct { int c, d; } e; };
union u { struct { int x; char y[2]; } s; float f; };
static int calls;
static int next(void) { return ++calls; }
static long double folded = 12.5L + 3.5L * 2 - 1;
static struct s file = {.e = {1, 2}, .a = 3, .e = {.d = 7}, .b = {1, 2, 3}, .b = {[1] = 9}, .b[2] = 4};

static int wrong(const struct s *s) { return s->a != 3 || s->b[0] != 0 || s->b[1] != 9 || s->b[2] != 4 || s->e.c != 0 || s->e.d != 7; }

int main(void) {
  early = &object;
  if (*early != 6 || constants[2] != 3) return __LINE__;
  struct s local = {.e = {1, 2}, .a = 3, .e = {.d = 7}, .b = {1, 2, 3}, .b = {[1] = 9}, .b[2] = 4};
  if (wrong(&file) || wrong(&local)) return __LINE__;
  union u u = {.f = 4.5f, .s.y[1] = 3};
  static union u v = {.f = 4.5f, .s.y[1] = 3};
  if (u.s.x != 0 || u.s.y[0] != 0 || u.s.y[1] != 3) return __LINE__;
  if (v.s.x != 0 || v.s.y[0] != 0 || v.s.y[1] != 3) return __LINE__;
  union u kept = {.s = {1, {2, 3}}, .s.y[0] = 9};
  if (kept.s.x != 1 || kept.s.y[0] != 9 || kept.s.y[1] != 3) return __LINE__;
  int r[8] = {[0 ... 3] = next(), [5 ... 6] = next(), [0] = 40};
  if (calls != 2 || r[0] != 40 || r[1] != 1 || r[3] != 1 || r[4] != 0 || r[5] != 2 || r[6] != 2) return __LINE__;
  struct s q[4] = {[1 ... 2] = {.a = next(), .b[1] = 5}};
  if (q[1].a != 3 || q[2].a != 3 || q[2].b[1] != 5 || q[3].a != 0) return __LINE__;
  static struct s many[40] = {[1 ... 30] = {.a = 6, .b[1] = 5}, [7].a = 3};
  if (many[0].a != 0 || many[30].a != 6 || many[7].a != 3 || many[7].b[1] != 5) return __LINE__;
  char text[3][4] = {[0 ... 2] = "ab"};
  if (text[2][1] != 'b') return __LINE__;
  static void *targets[4] = {[0 ... 2] = &&bad, [1] = &&good};
  goto *targets[1];
bad:
  return __LINE__;
good:
  if (folded != 18.5L) return __LINE__;
  return 0;
}
