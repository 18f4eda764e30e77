/* asm operands: places computed once and before the statement, values of 64 bits, more variables than registers */
static int calls, numbers[4] = {10, 20, 30, 40};
static int *next(void) { return &numbers[++calls & 3]; }
struct mixed { long long wide; int narrow : 5; unsigned long long field : 20; short half; };

static long long barrier(long long x) { __asm__("" : "+r"(x)); return x; }
static double through(double x) { double y; __asm__("" : "=r"(y) : "0"(x)); return y; }
static int low(long long x) { int y; __asm__("mv %0, %1" : "=r"(y) : "r"(x)); return y; }
static long long plus(long long x) { __asm__("addi %0, %0, 1" : "=&r"(x) : "0"(x)); return x; }

/* The same label in both places of one statement, another in the next. */
static int countdown(int n) {
  int turns = 0;
  __asm__ volatile("again%=: addi %0, %0, -1\n addi %1, %1, 1\n bnez %0, again%=" : "+r"(n), "+r"(turns));
  __asm__ volatile("again%=: addi %0, %0, 1\n addi %1, %1, 1\n bltz %0, again%=" : "+r"(n), "+r"(turns));
  return turns;
}

#define TOUCH(x) __asm__ volatile("" ::"r"(x)); __asm__ volatile("addi %0, %0, 1" : "+r"(x));
static int many(const int *a) {
  int b = a[0], c = a[1], d = a[2], e = a[3], f = a[4], g = a[5], h = a[6], i = a[7], j = a[8], k = a[9], l = a[10], m = a[11], n = a[12], o = a[13],
      p = a[14], q = a[15], r = a[16], s = a[17], t = a[18], u = a[19], v = a[20], w = a[21], x = a[22], y = a[23], z = a[24], A = a[25], B = a[26];
  for (int turn = 0; turn < 2; turn++) {
    TOUCH(b) TOUCH(c) TOUCH(d) TOUCH(e) TOUCH(f) TOUCH(g) TOUCH(h) TOUCH(i) TOUCH(j) TOUCH(k) TOUCH(l) TOUCH(m) TOUCH(n) TOUCH(o)
    TOUCH(p) TOUCH(q) TOUCH(r) TOUCH(s) TOUCH(t) TOUCH(u) TOUCH(v) TOUCH(w) TOUCH(x) TOUCH(y) TOUCH(z) TOUCH(A) TOUCH(B)
  }
  return b + c + d + e + f + g + h + i + j + k + l + m + n + o + p + q + r + s + t + u + v + w + x + y + z + A + B;
}

int main(void) {
  __asm__("addi %0, %0, 5" : "+r"(*next()));
  if (calls != 1 || numbers[1] != 25) return __LINE__;
  int *p = numbers;
  __asm__("li %0, 77" : "=r"(*p++));
  if (p != numbers + 1 || numbers[0] != 77) return __LINE__;
  if (barrier(0x123456789abcdef0) != 0x123456789abcdef0 || through(2.5) != 2.5) return __LINE__;
  if (low(0x1234567855667788) != 0x55667788 || plus(0x5fffffff0) != 0x5fffffff1) return __LINE__;
  struct mixed s = {1, 2, 3, 4};
  __asm__("" : "+r"(s.wide));
  __asm__("addi %0, %0, 3" : "+r"(s.narrow));
  __asm__("addi %0, %0, 1" : "+r"(s.field));
  __asm__("li %0, -1" : "=r"(s.half));
  if (s.wide != 1 || s.narrow != 5 || s.field != 4 || s.half != -1) return __LINE__;
  long long a = 1, b = 1LL << 40, c = 3;
  __asm__("" : "+r"(a), "+r"(b), "+r"(c));
  if (a + b + c != (1LL << 40) + 4) return __LINE__;
  if (countdown(5) != 6) return __LINE__;
  int all[27], sum = 0;
  for (int i = 0; i < 27; i++) sum += all[i] = i * i;
  if (many(all) != sum + 54) return __LINE__;
  return 0;
}
