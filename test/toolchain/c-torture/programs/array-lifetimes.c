/* Leaving the scope of a variable-length array frees it, by a goto within its block too (C11 §6.2.4p7). */
static char *first;

static int backwards(void) {
  int n = 0;
again:;
  char bytes[n % 1000 + 1000];
  bytes[0] = 1;
  if (n == 0) first = bytes;
  if (n++ < 100000) goto again;
  return bytes[0];
}

static int from_inner(void) {
  int n = 0;
  if (0) {
  again:;
  }
  char bytes[n % 1000 + 1000];
  bytes[n % 1000] = 1;
  if (n++ < 100000) goto again;
  return 1;
}

static int within(int n) {
  int left = 0;
  char bytes[n];
  bytes[0] = 7;
again:
  if (left++ < 10) goto again;
  return bytes[0] == 7;
}

static int in_expression(void) {
  int sum = 0;
  for (int i = 0; i < 100000; i++) sum += ({
    char bytes[i % 100 + 1000];
    bytes[i % 100] = 1;
    bytes[i % 100];
  });
  return sum == 100000;
}

struct triple { int a, b, c; };

static int struct_in_expression(int n) {
  struct triple t = ({
    struct triple all[n];
    all[n - 1] = (struct triple){1, 2, 3};
    all[n - 1];
  });
  return t.a == 1 && t.b == 2 && t.c == 3;
}

static int in_for(void) {
  int sum = 0;
  for (int i = 0; i < 100000; i++)
    if (i % 2)
      for (char bytes[1000 + i % 10], *p = bytes; p < bytes + 1; p++) sum += (*p = 1);
  return sum == 50000;
}

int main(void) {
  if (!backwards()) return __LINE__;
  if (!from_inner()) return __LINE__;
  if (!within(1000)) return __LINE__;
  if (!in_expression()) return __LINE__;
  if (!struct_in_expression(50)) return __LINE__;
  if (!in_for()) return __LINE__;
  return first == 0 ? __LINE__ : 0;
}
