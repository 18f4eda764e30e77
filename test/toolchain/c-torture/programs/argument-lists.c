/* A va_list may be any lvalue; what computes its address, and what builtins ignore, is evaluated once. */
typedef __builtin_va_list va_list;
#define va_start __builtin_va_start
#define va_arg __builtin_va_arg
#define va_copy __builtin_va_copy
#define va_end __builtin_va_end

struct lists { int pad; va_list one, many[3]; };

static int sum(int count, ...) {
  struct lists all;
  va_list several[4], *at = several;
  va_start(all.many[1], count);
  va_start(*at++, count);
  if (at != several + 1) return -1;
  va_copy(all.one, several[0]);
  int total = 0;
  for (int i = 0; i < count; i++) {
    va_list *p = several;
    total += va_arg(*p++, int);
    if (p != several + 1) return -2;
    total += va_arg(all.many[1], int);
    total += va_arg(all.one, int);
  }
  va_end(several[0]);
  return total;
}

static int lengths(int a, int b[a++], int c[a++ + 1]) { return a; }

int flag;
static int touch(int n) { flag += n; return n; }

__attribute__((weak)) double weak(double x) { return x + touch(0) + 1; }

int main(void) {
  int xs[8];
  if (sum(3, 1, 2, 3) != 18) return __LINE__;
  if (lengths(1, xs, xs) != 3) return __LINE__;
  if (__builtin_expect(touch(1), touch(2)) != 1 || flag != 3) return __LINE__;
  __builtin_prefetch(&xs[touch(4)]);
  if (flag != 7) return __LINE__;
  if (weak(1) != 2) return __LINE__;
  return 0;
}
