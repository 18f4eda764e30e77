/* A type name in parentheses makes a parameter a function (C11 §6.7.6.3p11); a labelled expression is a statement expression's value. */
typedef int x;

static int f1(int(x));
static int f2(int(y));
static int f3(int((*)));
static int f4(int((x)));
static int f5(int ((int)), int);
static int id(int a) { return a; }

static int labelled(int a, int b) {
  return id(({
    if (b == 0) return -1;
    int result = a / b;
    goto skip;
    result = 0;
  skip:
    result;
  }));
}

static long saturated = 4611686018427387904.0;
static unsigned none = -5.5;

int main(void) {
  int (*g1)(int (*)(int)) = f1, (*g2)(int) = f2, (*g3)(int *) = f3, (*g4)(int (*)(x)) = f4;
  int n = 5;
  if (g1(id) != 1 || g2(2) != 2 || g3(&n) != 5 || g4(id) != 4 || f5(id, 6) != 6) return __LINE__;
  if (labelled(7, 2) != 3 || labelled(7, 0) != -1) return __LINE__;
  return saturated == 2147483647 && none == 0 ? 0 : __LINE__;
}

static int f1(int (*f)(int)) { return f(1); }
static int f2(int a) { return a; }
static int f3(int *a) { return *a; }
static int f4(int f(int)) { return f(4); }
static int f5(int f(int), int a) { return f(a); }
