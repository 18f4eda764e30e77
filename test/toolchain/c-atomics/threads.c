/* Three threads count together: what is atomic loses nothing. Prints the sums, and 0 when all are as worked out by hand. */
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/mman.h>

enum { THREADS = 3, TURNS = 4000, STACK_BYTES = 65536, SYS_CLONE = 220 };
/* CLONE_VM, FS, FILES, SIGHAND, THREAD, SYSVSEM: a thread of this process. */
enum { SHARED = 0x100 | 0x200 | 0x400 | 0x800 | 0x10000 | 0x40000 };

static atomic_int words, left;
static _Atomic long long wide;
static struct { _Atomic unsigned char first, second; _Atomic short half; } parts;
static _Atomic double real;
static _Atomic int product = 1;
static atomic_flag lock = ATOMIC_FLAG_INIT;
static int guarded;

static void work(void) {
  for (int i = 0; i < TURNS; i++) {
    words++;
    wide += 0x100000001;
    parts.first++;
    parts.second -= 2;
    parts.half += 3;
    real += 0.5;
    product *= 3;
    while (atomic_flag_test_and_set(&lock)) sched_yield();
    guarded++;
    atomic_flag_clear(&lock);
  }
  atomic_fetch_sub(&left, 1);
}

__attribute__((used)) void thread_main(void) { work(); }

/* The child calls thread_main and ends; the parent gets the thread's number. */
static int start_thread(char *stack_end) {
  register long flags __asm__("a0") = SHARED;
  register char *sp __asm__("a1") = stack_end;
  register long parent __asm__("a2") = 0, tls __asm__("a3") = 0, child __asm__("a4") = 0, number __asm__("a7") = SYS_CLONE;
  __asm__ volatile("ecall\n\tbnez a0, 1f\n\tcall thread_main\n\tli a7, 93\n\tli a0, 0\n\tecall\n1:"
                   : "+r"(flags)
                   : "r"(sp), "r"(parent), "r"(tls), "r"(child), "r"(number)
                   : "memory");
  return (int)flags;
}

int main(void) {
  atomic_init(&left, THREADS);
  for (int i = 1; i < THREADS; i++) {
    char *stack = mmap(NULL, STACK_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (start_thread(stack + STACK_BYTES) < 0) return 2;
  }
  work();
  while (atomic_load_explicit(&left, memory_order_acquire) > 0) sched_yield();
  const int all = THREADS * TURNS;
  unsigned power = 1;
  for (int i = 0; i < all; i++) power *= 3;
  printf("%d %llx %d %d %d %g %d\n", words, wide, parts.first, parts.second, parts.half, real, guarded);
  return !(words == all && wide == all * 0x100000001LL && parts.first == all % 256 && parts.second == (unsigned char)(-2 * all) &&
           parts.half == (short)(3 * all) && real == all * 0.5 && guarded == all && (unsigned)product == power);
}
