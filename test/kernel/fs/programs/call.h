/* System calls and output without a C library, so that the kernel alone is what is being compared. */
typedef unsigned int u32;
typedef unsigned long long u64;

static long call(long n, long a, long b, long c, long d, long e, long f) {
  register long a7 __asm__("a7") = n;
  register long a0 __asm__("a0") = a;
  register long a1 __asm__("a1") = b;
  register long a2 __asm__("a2") = c;
  register long a3 __asm__("a3") = d;
  register long a4 __asm__("a4") = e;
  register long a5 __asm__("a5") = f;
  __asm__ volatile("ecall" : "+r"(a0) : "r"(a7), "r"(a1), "r"(a2), "r"(a3), "r"(a4), "r"(a5) : "memory");
  return a0;
}
#define C0(n) call(n, 0, 0, 0, 0, 0, 0)
#define C1(n, a) call(n, (long)(a), 0, 0, 0, 0, 0)
#define C2(n, a, b) call(n, (long)(a), (long)(b), 0, 0, 0, 0)
#define C3(n, a, b, c) call(n, (long)(a), (long)(b), (long)(c), 0, 0, 0)
#define C4(n, a, b, c, d) call(n, (long)(a), (long)(b), (long)(c), (long)(d), 0, 0)
#define C5(n, a, b, c, d, e) call(n, (long)(a), (long)(b), (long)(c), (long)(d), (long)(e), 0)

enum {
  GETCWD = 17, DUP = 23, DUP3 = 24, FCNTL = 25, IOCTL = 29, MKDIRAT = 34, UNLINKAT = 35, SYMLINKAT = 36, LINKAT = 37,
  FTRUNCATE = 46, FACCESSAT = 48, CHDIR = 49, OPENAT = 56, CLOSE = 57, PIPE2 = 59, GETDENTS = 61, LLSEEK = 62, READ = 63,
  WRITE = 64, READV = 65, WRITEV = 66, PREAD = 67, PWRITE = 68, READLINKAT = 78, EXIT = 93, EXIT_GROUP = 94, WAITID = 95,
  KILL = 129, TKILL = 130, SIGSUSPEND = 133, SIGACTION = 134, SIGPROCMASK = 135, SETPGID = 154, GETPGID = 155,
  UMASK = 166, GETPID = 172, GETPPID = 173, BRK = 214, MUNMAP = 215, CLONE = 220, MMAP2 = 222, RENAMEAT2 = 276, STATX = 291,
  NANOSLEEP = 407, PPOLL = 414,
};
#define HERE (-100)

static u32 length(const char *s) {
  u32 n = 0;
  while (s[n]) n++;
  return n;
}
static void text(const char *s) { C3(WRITE, 1, s, length(s)); }
static void number(long value) {
  char digits[16];
  int at = 15;
  unsigned long v = value < 0 ? -(unsigned long)value : (unsigned long)value;
  digits[at] = 0;
  do {
    digits[--at] = (char)('0' + v % 10);
    v /= 10;
  } while (v);
  if (value < 0) digits[--at] = '-';
  text(digits + at);
}
static void show(const char *what, long value) {
  text(what);
  text(" ");
  number(value);
  text("\n");
}
/* Freestanding compilers call these. */
void *memset(void *p, int c, u32 n) {
  for (u32 i = 0; i < n; i++) ((volatile char *)p)[i] = (char)c;
  return p;
}
void *memcpy(void *d, const void *s, u32 n) {
  for (u32 i = 0; i < n; i++) ((volatile char *)d)[i] = ((const char *)s)[i];
  return d;
}
int main(int argc, char **argv);
__attribute__((naked)) void _start(void) {
  __asm__ volatile(
      ".option push\n.option norelax\nla gp, __global_pointer$\n.option pop\nlw a0, 0(sp)\naddi a1, sp, 4\ncall main\nli a7, "
      "94\necall\n");
}
