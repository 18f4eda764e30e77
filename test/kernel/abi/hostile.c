/*
 * Each call of the table with good arguments, of which one after the other is replaced by a hostile one. One line each, with
 * "ok" or the negative errno. argv[1] is an empty directory. errors.test.ts compares the lines with those of another kernel.
 */
#include "../fs/programs/call.h"

#define PAGE 4096
/* Placeholders for values that only the running program knows. Chosen so that no real argument equals one. */
enum { FIRST = 0x5a5a0000, BUF = FIRST, RO, OUT, NAME, MISSING, DIR, FILE_, PIPE_R, PIPE_W, DIRFD, IOV, TS, SET, MAP, FREE, SELF, LAST };
/* Kinds of arguments: which hostile values each is given. */
/* INX: an input that may not be missing, because then the call would wait. */
enum { NONE, FD, PTR, IN, INX, SIZE, INT, PATH, ADDR, FLAGS, PID };

struct row { const char *name; short number; unsigned char kind[6]; long good[6]; };

static char map[16 * PAGE] __attribute__((aligned(4096)));
static long values[32];

static const struct row rows[] = {
{ "getcwd", 17, { PTR, SIZE }, { OUT, 4096 } },
{ "dup", 23, { FD }, { FILE_ } },
{ "dup3", 24, { FD, NONE, FLAGS }, { FILE_, 40, 0 } },
{ "dup3 new", 24, { NONE, FD, NONE }, { FILE_, 41, 0 } },
{ "fcntl", 25, { FD, INT, NONE }, { FILE_, 1, 0 } },
{ "fcntl getfl", 25, { FD }, { FILE_, 3, 0 } },
{ "fcntl dupfd", 25, { FD, NONE, INT }, { FILE_, 0, 40 } },
{ "fcntl getlk", 25, { FD, NONE, IN }, { FILE_, 12, TS } },
{ "ioctl tcgets", 29, { FD, NONE, NONE }, { FILE_, 0x5401, OUT } },
{ "ioctl", 29, { NONE, INT, NONE }, { FILE_, 0x5413, OUT } },
{ "flock", 32, { FD, INT }, { FILE_, 8 } },
{ "mkdirat", 34, { NONE, PATH, NONE }, { HERE, NAME, 0755 } },
{ "mkdirat fd", 34, { FD, NONE, NONE }, { HERE, NAME, 0755 } },
{ "unlinkat", 35, { FD, NONE, FLAGS }, { HERE, MISSING, 0 } },
{ "unlinkat path", 35, { NONE, PATH, NONE }, { HERE, MISSING, 0 } },
{ "symlinkat", 36, { PATH, FD, NONE }, { NAME, HERE, NAME } },
{ "linkat", 37, { FD, PATH, FD, NONE, FLAGS }, { HERE, MISSING, HERE, NAME, 0 } },
{ "statfs64", 43, { PATH, SIZE, PTR }, { NAME, 88, OUT } },
{ "fstatfs64", 44, { FD, SIZE, PTR }, { FILE_, 88, OUT } },
{ "truncate64", 45, { PATH, NONE, NONE }, { NAME, 5000, 0 } },
{ "truncate64 size", 45, { NONE, NONE, INT }, { MISSING, 5000, 0 } },
{ "ftruncate64", 46, { FD, NONE, NONE }, { FILE_, 5000, 0 } },
{ "ftruncate64 high", 46, { NONE, NONE, NONE }, { FILE_, 0, -1 } },
{ "fallocate", 47, { FD, INT, NONE, NONE, NONE, NONE }, { FILE_, 0, 0, 0, 100, 0 } },
{ "fallocate length", 47, { NONE, NONE, NONE, NONE, NONE, NONE }, { FILE_, 0, 0, 0, 0, 0 } },
{ "fallocate negative", 47, { NONE, NONE, NONE, NONE, NONE, NONE }, { FILE_, 0, -1, -1, 100, 0 } },
{ "faccessat", 48, { FD, PATH, INT }, { HERE, NAME, 4 } },
{ "chdir", 49, { PATH }, { NAME } },
{ "fchdir", 50, { FD }, { FILE_ } },
{ "fchmod", 52, { FD }, { FILE_, 0644 } },
{ "fchmodat", 53, { FD, PATH }, { HERE, NAME, 0644 } },
{ "fchownat", 54, { FD, PATH, NONE, NONE, FLAGS }, { HERE, NAME, -1, -1, 0 } },
{ "fchown", 55, { FD }, { FILE_, -1, -1 } },
{ "openat", 56, { FD, PATH, NONE, NONE }, { HERE, NAME, 0, 0 } },
{ "openat dir write", 56, { NONE }, { HERE, DIR, 2, 0 } },
{ "openat dir creat", 56, { NONE }, { HERE, DIR, 0100, 0 } },
{ "openat file as dir", 56, { NONE }, { HERE, NAME, 0200000, 0 } },
{ "openat excl", 56, { NONE }, { HERE, NAME, 0300, 0 } },
{ "openat accmode 3", 56, { NONE }, { HERE, NAME, 3, 0 } },
{ "openat path", 56, { NONE }, { HERE, NAME, 010000000, 0 } },
{ "openat tmpfile", 56, { NONE }, { HERE, NAME, 020200000, 0 } },
{ "openat creat directory", 56, { NONE }, { HERE, MISSING, 0200100, 0 } },
{ "close", 57, { NONE }, { 99 } },
{ "close -1", 57, { NONE }, { -1 } },
{ "pipe2", 59, { NONE, FLAGS }, { 0, 0 } },
{ "pipe2 ptr", 59, { IN }, { 16, 0 } },
{ "getdents64", 61, { FD, PTR, SIZE }, { DIRFD, OUT, 1024 } },
{ "_llseek", 62, { FD, INT, INT, PTR, INT }, { FILE_, 0, 0, OUT, 0 } },
{ "_llseek cur", 62, { NONE, INT, INT, NONE, NONE }, { FILE_, 0, 0, OUT, 1 } },
{ "_llseek data", 62, { NONE, NONE, INT, NONE, NONE }, { FILE_, 0, 0, OUT, 3 } },
{ "_llseek hole", 62, { NONE, NONE, INT, NONE, NONE }, { FILE_, 0, 0, OUT, 4 } },
{ "read", 63, { FD, PTR, NONE }, { FILE_, OUT, 8 } },
{ "read size", 63, { NONE, NONE, SIZE }, { FILE_, OUT, 8 } },
{ "write", 64, { NONE, IN, NONE }, { FILE_, BUF, 8 } },
{ "write fd", 64, { FD, NONE, NONE }, { FILE_, BUF, 8 } },
{ "readv", 65, { FD, IN, INT }, { FILE_, IOV, 2 } },
{ "writev", 66, { FD, IN, INT }, { FILE_, IOV, 2 } },
{ "pread64", 67, { FD, PTR, NONE, NONE, NONE }, { FILE_, OUT, 8, 0, 0 } },
{ "pread64 at", 67, { NONE, NONE, NONE, INT, INT }, { FILE_, OUT, 8, 0, 0 } },
{ "pwrite64", 68, { FD, IN, NONE, NONE, NONE }, { FILE_, BUF, 8, 0, 0 } },
{ "preadv", 69, { FD, IN, INT, NONE, INT }, { FILE_, IOV, 2, 0, 0 } },
{ "pwritev", 70, { FD, IN, INT, NONE, NONE }, { FILE_, IOV, 2, 0, 0 } },
{ "sendfile64", 71, { FD, FD, IN, NONE }, { FILE_, FILE_, TS, 8 } },
{ "readlinkat", 78, { FD, PATH, PTR, INT }, { HERE, NAME, OUT, 100 } },
{ "fsync", 82, { FD }, { FILE_ } },
{ "fdatasync", 83, { FD }, { FILE_ } },
{ "waitid", 95, { INT, PID, PTR, FLAGS, PTR }, { 0, 0, OUT, 5, 0 } },
{ "set_robust_list", 99, { NONE, SIZE }, { OUT, 12 } },
{ "get_robust_list", 100, { PID, PTR, PTR }, { 0, OUT, OUT } },
{ "getitimer", 102, { INT, PTR }, { 0, OUT } },
{ "setitimer", 103, { INT, IN, PTR }, { 0, TS, OUT } },
{ "sched_getscheduler", 120, { PID }, { 0 } },
{ "sched_getparam", 121, { PID, PTR }, { 0, OUT } },
{ "sched_getaffinity", 123, { PID, NONE, PTR }, { 0, 128, OUT } },
{ "kill", 129, { NONE, NONE }, { SELF, 0 } },
{ "kill sig", 129, { NONE, INT }, { 0x7ffffffe, 0 } },
{ "kill none", 129, { PID, NONE }, { 0x7ffffffe, 0 } },
{ "tkill", 130, { PID, NONE }, { SELF, 0 } },
{ "tgkill", 131, { PID, PID, NONE }, { SELF, SELF, 0 } },
{ "sigaltstack", 132, { IN, PTR }, { 0, OUT } },
{ "rt_sigaction", 134, { INT, NONE, PTR, SIZE }, { 10, 0, OUT, 8 } },
{ "rt_sigaction set", 134, { INT, IN, NONE, NONE }, { 30, SET, 0, 8 } },
{ "rt_sigprocmask", 135, { INT, IN, PTR, SIZE }, { 0, SET, OUT, 8 } },
{ "rt_sigpending", 136, { PTR, SIZE }, { OUT, 8 } },
{ "rt_sigtimedwait", 421, { IN, PTR, INX, SIZE }, { SET, OUT, TS, 8 } },
{ "rt_sigqueueinfo", 138, { PID, INT, IN }, { 0x7ffffffe, 0, TS } },
{ "setpriority", 140, { INT, PID, NONE }, { 0, 0, 0 } },
{ "getpriority", 141, { INT, PID, NONE }, { 0, 0, 0 } },
{ "getresuid", 148, { PTR, PTR, PTR }, { OUT, OUT, OUT } },
{ "times", 153, { PTR }, { OUT } },
{ "setpgid", 154, { PID, PID }, { 0, 0 } },
{ "getpgid", 155, { PID }, { 0 } },
{ "getsid", 156, { PID }, { 0 } },
{ "getgroups", 158, { INT, NONE }, { 100, OUT } },
{ "setgroups", 159, { INT, NONE }, { 0, OUT } },
{ "uname", 160, { PTR }, { OUT } },
{ "getrusage", 165, { INT, PTR }, { 0, OUT } },
{ "prctl", 167, { INT }, { 38, 0, 0, 0, 0 } },
{ "sysinfo", 179, { PTR }, { OUT } },
{ "munmap", 215, { NONE, NONE }, { FREE, 4096 } },
{ "munmap addr", 215, { ADDR, NONE }, { FREE, 0 } },
{ "munmap bad addr", 215, { NONE, SIZE }, { -4096, 4096 } },
{ "munmap odd", 215, { NONE, SIZE }, { 1, 4096 } },
{ "mremap", 216, { NONE, NONE, NONE, FLAGS, NONE }, { MAP, 4096, 4096, 0, 0 } },
{ "mprotect", 226, { ADDR, SIZE, NONE }, { MAP, 4096, 3 } },
{ "mprotect prot", 226, { NONE, NONE, FLAGS }, { MAP, 4096, 3 } },
{ "mprotect back", 226, { NONE, NONE, NONE }, { MAP, 16384, 3 } },
{ "msync", 227, { ADDR, SIZE, FLAGS }, { MAP, 4096, 4 } },
{ "mlock", 228, { ADDR, NONE }, { MAP, 4096 } },
{ "mlock size", 228, { NONE, SIZE }, { MAP, 4096 } },
{ "munlock", 229, { ADDR, SIZE }, { MAP, 4096 } },
{ "mlockall", 230, { NONE }, { 0 } },
{ "mlockall 4", 230, { NONE }, { 4 } },
{ "mlockall 8", 230, { NONE }, { 8 } },
{ "munlockall", 231, { NONE }, { 0 } },
{ "mincore", 232, { ADDR, SIZE, PTR }, { MAP, 4096, OUT } },
{ "madvise", 233, { ADDR, SIZE, NONE }, { MAP, 4096, 0 } },
{ "madvise advice", 233, { NONE, NONE, INT }, { MAP, 4096, 0 } },
{ "madvise 5", 233, { NONE, NONE, NONE }, { MAP, 4096, 5 } },
{ "madvise 9", 233, { NONE, NONE, NONE }, { MAP, 4096, 9 } },
{ "mmap2 length", 222, { NONE, SIZE, NONE, NONE, NONE, NONE }, { 0, 4096, 3, 0x22, -1, 0 } },
{ "mmap2 prot", 222, { NONE, NONE, INT, NONE, NONE, NONE }, { 0, 4096, 3, 0x22, -1, 0 } },
{ "mmap2 type", 222, { NONE, NONE, NONE, INT, NONE, NONE }, { 0, 4096, 3, 2, FILE_, 0 } },
{ "mmap2 fd", 222, { NONE, NONE, NONE, NONE, FD, NONE }, { 0, 4096, 1, 2, FILE_, 0 } },
{ "mmap2 shared fd", 222, { NONE, NONE, NONE, NONE, FD, NONE }, { 0, 4096, 3, 1, FILE_, 0 } },
{ "mmap2 offset", 222, { NONE, NONE, NONE, NONE, NONE, INT }, { 0, 4096, 1, 2, FILE_, 0 } },
{ "mmap2 anon no fd", 222, { NONE, NONE, NONE, NONE, FD, NONE }, { 0, 4096, 3, 0x22, -1, 0 } },
{ "mmap2 fixed", 222, { ADDR, NONE, NONE, NONE, NONE, NONE }, { MAP, 4096, 3, 0x32, -1, 0 } },
{ "mmap2 noreplace", 222, { ADDR, NONE, NONE, NONE, NONE, NONE }, { MAP, 4096, 3, 0x100022, -1, 0 } },
{ "mmap2 growsdown shared", 222, { NONE }, { 0, 4096, 3, 0x121, -1, 0 } },
{ "prlimit64", 261, { PID, INT, NONE, PTR }, { 0, 7, 0, OUT } },
{ "prlimit64 new", 261, { NONE, NONE, IN, NONE }, { 0, 99, OUT, 0 } },
{ "renameat2", 276, { FD, PATH, FD, NONE, FLAGS }, { HERE, MISSING, HERE, MISSING, 0 } },
{ "getrandom", 278, { PTR, NONE, FLAGS }, { OUT, 16, 0 } },
{ "mlock2", 284, { ADDR, NONE, FLAGS }, { MAP, 4096, 0 } },
{ "statx", 291, { FD, PATH, FLAGS, NONE, PTR }, { HERE, NAME, 0, 0x7ff, OUT } },
{ "clock_gettime64", 403, { INT, PTR }, { 0, OUT } },
{ "clock_getres_time64", 406, { INT, PTR }, { 0, OUT } },
{ "clock_nanosleep", 407, { INT, NONE, IN, NONE }, { 1, 0, TS, 0 } },
{ "utimensat", 412, { FD, PATH, IN, FLAGS }, { HERE, NAME, TS, 0 } },
{ "pselect6", 413, { NONE, IN, IN, NONE, INX, NONE }, { 1, SET, 0, 0, TS, 0 } },
{ "pselect6 n", 413, { INT, NONE, NONE, NONE, NONE, NONE }, { 0, 0, 0, 0, TS, 0 } },
{ "ppoll", 414, { INX, INT, NONE, NONE, NONE }, { SET, 0, TS, 0, 8 } },
{ "ppoll ts", 414, { NONE, NONE, INX, NONE, SIZE }, { SET, 0, TS, 0, 8 } },
{ "futex wake", 422, { IN, NONE, INT }, { SET, 1, 1, 0, 0, 0 } },
{ "futex wait", 422, { IN, NONE, NONE, INX }, { SET, 0, 1, TS, 0, 0 } },
{ "futex op", 422, { NONE, INT, NONE, NONE, IN }, { SET, 1, 0, TS, SET, 0 } },
{ "faccessat2", 439, { FD, PATH, INT, FLAGS }, { HERE, NAME, 4, 0 } },
{ "fchmodat2", 452, { FD, PATH, NONE, FLAGS }, { HERE, NAME, 0644, 0 } },
{ "clone bad", 220, { NONE }, { 0x10000, 0, 0, 0, 0 } },
{ "clone sighand without vm", 220, { NONE }, { 0x800, 0, 0, 0, 0 } },
{ "clone newns fs", 220, { NONE }, { 0x20200, 0, 0, 0, 0 } },
{ "execve", 221, { PATH, NONE, NONE }, { MISSING, 0, 0 } },
{ "execve data", 221, { NONE }, { NAME, 0, 0 } },
{ "execve argv", 221, { NONE, IN, NONE }, { MISSING, 0, 0 } },
};

static long real(long v) { return v >= FIRST && v < LAST ? values[v - FIRST] : v; }

static const long fds[] = { -1, -2, 99, 1000, 0x7fffffff, (long)0x80000000, DIRFD, PIPE_R, PIPE_W, FILE_ };
static const long pointers[] = { 0, 1, 16, -1, -4096, (long)0x80000000, 0x7ffffffc, FREE, RO };
static const long inputs[] = { 0, 1, 16, -1, -4096, (long)0x80000000, 0x7ffffffc, FREE };
static const long sizes[] = { 0, 1, 3, 7, 8, 4095, 0x7fffffff, (long)0x80000000, -1, -4096 };
static const long ints[] = { 0, 1, 2, 3, 7, 64, 65, 1000, 0x7fffffff, (long)0x80000000, -1, -2 };
static const long paths[] = { 0, 16, -1, FREE, MISSING, DIR };
static const long addrs[] = { 0, 1, MAP, FREE, 0x7ffff000, (long)0x80000000, -4096, -1, 4096 };
static const long flags[] = { 0, 1, 2, 4, 8, 16, 0x20, 0x100, 0x1000, 0x4000, 0x10000, 0x100000, 0x1000000, 0x7fffffff, (long)0x80000000, -1 };
static const long pids[] = { 0, SELF, -1, 0x7ffffffe, 30000, (long)0x80000000, -0x7ffffff };
#define K(a) { a, sizeof a / sizeof a[0] }
static const struct { const long *list; int count; } kinds[] = { {0,0}, K(fds), K(pointers), K(inputs), {inputs+1,7}, K(sizes), K(ints), K(paths), K(addrs), K(flags), K(pids) };

static void value(long v) {
  static const char *const names[] = { "BUF","RO","OUT","NAME","MISSING","DIR","FILE","PIPE_R","PIPE_W","DIRFD","IOV","TS","SET","MAP","FREE","SELF" };
  if (v >= FIRST && v < LAST) text(names[v - FIRST]); else number(v);
}

static long saved[4];
static void fresh(void) {
  for (int i = 0; i < 4; i++) C3(24, saved[i], 20 + i, 0);
  C3(25, 21, 4, 04000);
  C3(25, 22, 4, 04000);
  C5(62, 20, 0, 0, map, 0);
  C5(62, 23, 0, 0, map, 0);
  for (int i = 0; i < 64; i++) ((long *)map)[i] = 0;
}

static void run(const struct row *r, int which, long v) {
  long a[6];
  for (int i = 0; i < 6; i++) a[i] = real(i == which ? v : r->good[i]);
  /* iovec, timespec, signal set: made anew, as a call may write over them. */
  long *iov = (long *)values[IOV - FIRST]; iov[0] = values[BUF - FIRST]; iov[1] = 8; iov[2] = values[BUF - FIRST] + 8; iov[3] = 8;
  long *ts = (long *)values[TS - FIRST]; ts[0] = ts[1] = ts[2] = ts[3] = ts[4] = ts[5] = ts[6] = ts[7] = 0;
  long *set = (long *)values[SET - FIRST]; set[0] = set[1] = 0;
  fresh();
  long result = call(r->number, a[0], a[1], a[2], a[3], a[4], a[5]);
  text(r->name);
  if (which >= 0) { text(" "); number(which); text("="); value(v); }
  text(": ");
  if (result < 0 && result > -600) number(result); else text("ok");
  text("\n");
  /* What opened or mapped something is undone. */
  if (result > 9 && result < 1024 && (r->number == 56 || r->number == 23 || r->number == 24 || r->number == 25)) C1(57, result);
  if (r->number == 222 && (result >= 0 || result < -600)) {
    C2(215, result, a[1]);
    call(222, (long)map + 8 * PAGE, PAGE * 8, 3, 0x32, -1, 0);
  }
}

int main(int argc, char **argv) {
  if (C1(49, argv[1])) text("no directory\n");
  C3(34, HERE, "dir", 0755);
  long f = C4(56, HERE, "file", 0102, 0644);
  C3(64, f, map, 5000);
  int fdp[2];
  C2(59, fdp, 04000);
  long d = C4(56, HERE, "dir", 0200000, 0);
  saved[0] = C3(25, f, 0, 50); saved[1] = C3(25, fdp[0], 0, 51); saved[2] = C3(25, fdp[1], 0, 52); saved[3] = C3(25, d, 0, 53);
  C1(57, f); C1(57, fdp[0]); C1(57, fdp[1]); C1(57, d);
  for (int i = 0; i < 4; i++) values[(i == 0 ? FILE_ : i == 1 ? PIPE_R : i == 2 ? PIPE_W : DIRFD) - FIRST] = 20 + i;
  values[BUF - FIRST] = values[OUT - FIRST] = (long)map + PAGE;
  values[NAME - FIRST] = (long)"file";
  values[MISSING - FIRST] = (long)"missing";
  values[DIR - FIRST] = (long)"dir";
  values[IOV - FIRST] = (long)map + 2 * PAGE;
  values[TS - FIRST] = (long)map + 2 * PAGE + 256;
  values[SET - FIRST] = (long)map + 2 * PAGE + 512;
  values[MAP - FIRST] = (long)map + 8 * PAGE;
  values[SELF - FIRST] = C0(172);
  /* A page that may only be read, and one where nothing is mapped. */
  values[RO - FIRST] = call(222, 0, PAGE, 1, 0x22, -1, 0);
  values[FREE - FIRST] = call(222, 0, 4 * PAGE, 3, 0x22, -1, 0) + 2 * PAGE;
  C2(215, values[FREE - FIRST] - PAGE, 3 * PAGE);
  for (u32 i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    const struct row *r = &rows[i];
    run(r, -1, 0);
    for (int k = 0; k < 6; k++)
      for (int j = 0; j < kinds[r->kind[k]].count; j++) run(r, k, kinds[r->kind[k]].list[j]);
  }
  return 0;
}
