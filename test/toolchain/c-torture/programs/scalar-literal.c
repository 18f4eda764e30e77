/* A scalar compound literal is an object of its own with an address */
struct s { char c; float f[2]; };
static int twice(int *p) { *p *= 2; return *p; }

int main(void) {
  int a[] = {5, (int){2}};
  if (a[1] != 2) return __LINE__;
  if ((int){7} + (short){1} != 8) return __LINE__;
  if ((long long){1LL << 40} >> 38 != 4) return __LINE__;
  if (twice(&(int){21}) != 42) return __LINE__;
  struct s s = {'a', .f[1] = (float){1.5f}};
  if (s.f[0] != 0 || s.f[1] != 1.5f) return __LINE__;
  return 0;
}
