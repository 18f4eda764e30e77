/* The function of the attribute cleanup is called however the scope is left, innermost first, after a return value is computed. */
static int order, calls;
static void note(int *value) { order = order * 10 + *value; calls++; }
#define CLEAN(name, value) int name __attribute__((cleanup(note))) = value

static int take(void) { int was = order; order = 0; return was; }

static int returns(int which) {
  CLEAN(a, 1);
  CLEAN(b, 2);
  if (which == 1) return order;
  {
    CLEAN(c, 3);
    if (which == 2) return a + b + c;
  }
  return which == 3 ? ++a : 0;
}

static void loops(void) {
  for (int i = 0; i < 4; i++) {
    CLEAN(a, i + 1);
    if (i == 1) continue;
    if (i == 2) break;
  }
}

static void jumps(void) {
  int round = 0;
again:;
  CLEAN(a, 5);
  if (round++ < 2) goto again;
  {
    CLEAN(b, 6);
    goto out;
  }
out:
  order = order * 10;
}

static int with_array(int n) {
  char bytes[n];
  CLEAN(a, 7);
  char more[n];
  more[0] = bytes[0] = 1;
  return more[0] + bytes[0];
}

static int in_switch(int n) {
  switch (n) {
    case 1: {
      CLEAN(a, 8);
      break;
    }
    default: {
      CLEAN(a, 9);
      return ({ CLEAN(b, 4); b; });
    }
  }
  return 0;
}

struct pair { long a, b, c; };
static void wipe(struct pair *p) { p->a = p->b = p->c = 0; }
static struct pair whole(void) {
  struct pair p __attribute__((cleanup(wipe))) = {1, 2, 3};
  return p;
}

int main(void) {
  if (returns(1) != 0 || take() != 21) return __LINE__;
  if (returns(2) != 6 || take() != 321) return __LINE__;
  if (returns(3) != 2 || take() != 322) return __LINE__;
  loops();
  if (take() != 123) return __LINE__;
  jumps();
  if (take() != 55605) return __LINE__;
  for (int i = 0; i < 10000; i++) if (with_array(100) != 2) return __LINE__;
  order = 0;
  if (in_switch(1) != 0 || take() != 8) return __LINE__;
  if (in_switch(2) != 4 || take() != 49) return __LINE__;
  struct pair p = whole();
  return p.a == 1 && p.b == 2 && p.c == 3 ? 0 : __LINE__;
}
