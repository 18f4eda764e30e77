/* Constants of type long double keep their 113 bits, and arithmetic on them is binary128 also before run time. */
typedef union { long double value; unsigned int word[4]; } Bits;

static long double tenth = 0.1L;
static long double third = 1.0L / 3;
static long double sum = 0.1L + 0.2L;
static long double large = 18446744073709551615ULL;
static long double tiny = 0x1p-16494L;
static double narrowed = 0.1L;
volatile unsigned long long all = ~0ULL;

static int holds(long double x, unsigned top, unsigned high, unsigned low, unsigned last) {
  Bits bits = {x};
  return bits.word[3] == top && bits.word[2] == high && bits.word[1] == low && bits.word[0] == last;
}

static int update(void) {
  int n = 2;
  n += 1.75L;
  if (n != 3) return __LINE__;
  n *= 0.5L;
  if (n != 1) return __LINE__;
  unsigned long long wide = 1ULL << 60;
  wide += 1.0L;
  if (wide != (1ULL << 60) + 1) return __LINE__;
  long double x = 1;
  x += 0x1p-112L;
  return x == 1 ? __LINE__ : 0;
}

int main(void) {
  /* 0.1: 1.999… × 2^-4, fraction 9999… rounded to 112 bits. */
  if (!holds(tenth, 0x3ffb9999, 0x99999999, 0x99999999, 0x9999999a)) return __LINE__;
  if (!holds(0.1L, 0x3ffb9999, 0x99999999, 0x99999999, 0x9999999a)) return __LINE__;
  if (!holds(third, 0x3ffd5555, 0x55555555, 0x55555555, 0x55555555)) return __LINE__;
  if (!holds(sum, 0x3ffd3333, 0x33333333, 0x33333333, 0x33333334)) return __LINE__;
  if (!holds(large, 0x403effff, 0xffffffff, 0xfffe0000, 0)) return __LINE__;
  if (!holds(tiny, 0, 0, 0, 1) || !tiny) return __LINE__;
  if (narrowed != 0.1) return __LINE__;
  if ((long double)all != (long double)~0ULL) return __LINE__;
  if ((long double)all != 18446744073709551615.0L) return __LINE__;
  if (0.1L == 0.1 || 0.1L >= 0.1 || !(0.1L < 0.1)) return __LINE__;
  if ((long long)9007199254740993.0L != 9007199254740993LL) return __LINE__;
  if (-(-0.1L) != tenth || -1e4000L * -1e4000L <= 1e4932L) return __LINE__;
  return update();
}
