/* The POSIX part of libc by hand-worked values: every line states what is true, on Linux with another C library too. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <glob.h>
#include <grp.h>
#include <libgen.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/select.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <utime.h>

#include "check.h"

/* The examples of POSIX for basename and dirname. */
static void paths(void) {
  static const char *const examples[][3] = {
      {"usr", ".", "usr"},       {"usr/", ".", "usr"},           {"", ".", "."},        {"/", "/", "/"},
      {"///", "/", "/"},         {"/usr/", "/", "usr"},          {"/usr/lib", "/usr", "lib"},
      {"//usr//lib//", "//usr", "lib"}, {"/home//dwc//test", "/home//dwc", "test"},
  };
  for (size_t i = 0; i < sizeof examples / sizeof *examples; i++) {
    char first[40], second[40];
    strcpy(first, examples[i][0]);
    strcpy(second, examples[i][0]);
    CHECK(strcmp(dirname(first), examples[i][1]) == 0);
    CHECK(strcmp((basename)(second), examples[i][2]) == 0);
  }
  CHECK(strcmp(dirname(0), ".") == 0);
}

static void patterns(void) {
  CHECK(fnmatch("*.c", "main.c", 0) == 0 && fnmatch("*.c", "main.h", 0) == FNM_NOMATCH && fnmatch("*", "", 0) == 0);
  CHECK(fnmatch("a*b*c", "aXbXbXc", 0) == 0 && fnmatch("a*b*c", "aXbX", 0) != 0 && fnmatch("?[a-c]?", "xby", 0) == 0);
  CHECK(fnmatch("[!a-c]x", "bx", 0) != 0 && fnmatch("[!a-c]x", "dx", 0) == 0 && fnmatch("[]a]", "]", 0) == 0);
  CHECK(fnmatch("[[:digit:]x]*", "7up", 0) == 0 && fnmatch("[[:alpha:]]", "7", 0) != 0);
  CHECK(fnmatch("*", "a/b", 0) == 0 && fnmatch("*", "a/b", FNM_PATHNAME) != 0 && fnmatch("*/b", "a/b", FNM_PATHNAME) == 0);
  CHECK(fnmatch("*", ".x", FNM_PERIOD) != 0 && fnmatch(".*", ".x", FNM_PERIOD) == 0 && fnmatch("?x", ".x", FNM_PERIOD) != 0);
  CHECK(fnmatch("\\*", "*", 0) == 0 && fnmatch("\\*", "x", 0) != 0 && fnmatch("\\*", "\\x", FNM_NOESCAPE) == 0);
  CHECK(fnmatch("ABC", "abc", FNM_CASEFOLD) == 0 && fnmatch("a", "a/b", FNM_LEADING_DIR) == 0 && fnmatch("[", "[", 0) == 0);
}

static void make(const char *path) {
  close(open(path, O_CREAT | O_WRONLY, 0644));
}

static void globs(void) {
  glob_t found;
  char directory[] = "/tmp/globXXXXXX";
  CHECK(mkdtemp(directory) != 0 && chdir(directory) == 0 && mkdir("sub", 0755) == 0);
  make("b.c");
  make("a.c");
  make("a.h");
  make(".hidden.c");
  make("sub/d.c");
  CHECK(glob("*.c", 0, 0, &found) == 0 && found.gl_pathc == 2 && strcmp(found.gl_pathv[0], "a.c") == 0);
  CHECK(strcmp(found.gl_pathv[1], "b.c") == 0 && found.gl_pathv[2] == 0);
  CHECK(glob("*/[d]*", GLOB_APPEND, 0, &found) == 0 && found.gl_pathc == 3 && strcmp(found.gl_pathv[2], "sub/d.c") == 0);
  globfree(&found);
  CHECK(glob("*.x", 0, 0, &found) == GLOB_NOMATCH);
  CHECK(glob("*.x", GLOB_NOCHECK, 0, &found) == 0 && strcmp(found.gl_pathv[0], "*.x") == 0);
  globfree(&found);
  found.gl_offs = 2;
  CHECK(glob("s*", GLOB_MARK | GLOB_DOOFFS, 0, &found) == 0 && found.gl_pathv[1] == 0 && strcmp(found.gl_pathv[2], "sub/") == 0);
  globfree(&found);
}

static void files(void) {
  struct stat status;
  char name[] = "/tmp/fileXXXXXX.txt";
  int fd = mkstemps(name, 4);
  CHECK(fd >= 0 && strcmp(name + strlen(name) - 4, ".txt") == 0 && strstr(name, "XXXXXX") == 0);
  CHECK(fchmod(fd, 0640) == 0 && fstat(fd, &status) == 0 && (status.st_mode & 07777) == 0640);
  CHECK(chmod(name, 04711) == 0 && stat(name, &status) == 0 && (status.st_mode & 07777) == 04711);
  CHECK(fchmodat(AT_FDCWD, name, 0600, 0) == 0 && chmod("/tmp/no such file", 0600) == -1 && errno == ENOENT);
  CHECK(chown(name, getuid(), getgid()) == 0 && fchown(fd, (uid_t)-1, (gid_t)-1) == 0);
  struct timespec times[2] = {{1000, 0}, {0, UTIME_OMIT}};
  struct utimbuf seconds = {123, 456};
  CHECK(utime(name, &seconds) == 0 && stat(name, &status) == 0 && status.st_atime == 123 && status.st_mtime == 456);
  CHECK(futimens(fd, times) == 0 && stat(name, &status) == 0 && status.st_atime == 1000 && status.st_mtime == 456);
  struct timeval both[2] = {{7, 500000}, {8, 250000}};
  CHECK(utimes(name, both) == 0 && stat(name, &status) == 0 && status.st_mtim.tv_sec == 8 && status.st_mtim.tv_nsec == 250000000);
  CHECK(fdatasync(fd) == 0 && fsync(fd) == 0 && fsync(-1) == -1 && errno == EBADF);
  CHECK(posix_fallocate(fd, 0, 100) == 0 && fstat(fd, &status) == 0 && status.st_size == 100 && posix_fallocate(-1, 0, 1) == EBADF);
  CHECK(posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED) == 0 && posix_fadvise(fd, 0, 0, 77) == EINVAL);
  CHECK(symlink(name, "/tmp/posix-link") == 0 && lstat("/tmp/posix-link", &status) == 0 && S_ISLNK(status.st_mode));
  CHECK(faccessat(AT_FDCWD, name, R_OK, 0) == 0 && unlinkat(AT_FDCWD, "/tmp/posix-link", 0) == 0);
  CHECK(pathconf("/tmp", _PC_NAME_MAX) == 255 && fpathconf(fd, _PC_PIPE_BUF) == 4096);
  close(fd);
  unlink(name);
}

/* The parent holds a lock; the child sees whose it is and cannot have it. */
static void locks(void) {
  struct flock lock = {F_WRLCK, SEEK_SET, 10, 5, 0};
  int status;
  int fd = open("/tmp/locked", O_CREAT | O_RDWR, 0644);
  CHECK(fcntl(fd, F_SETLK, &lock) == 0);
  pid_t parent = getpid();
  if (fork() == 0) {
    struct flock probe = {F_RDLCK, SEEK_SET, 0, 0, 0};
    int ok = fcntl(fd, F_GETLK, &probe) == 0 && probe.l_type == F_WRLCK && probe.l_start == 10 && probe.l_len == 5 && probe.l_pid == parent;
    lseek(fd, 12, SEEK_SET);
    ok = ok && lockf(fd, F_TLOCK, 1) == -1 && (errno == EAGAIN || errno == EACCES);
    lseek(fd, 20, SEEK_SET);
    ok = ok && lockf(fd, F_TLOCK, 1) == 0 && lockf(fd, F_ULOCK, 1) == 0;
    int again = open("/tmp/locked", O_RDWR);
    ok = ok && flock(again, LOCK_EX | LOCK_NB) == 0 && flock(again, LOCK_UN) == 0;
    _exit(ok ? 7 : 8);
  }
  CHECK(wait(&status) > 0 && WEXITSTATUS(status) == 7);
  close(fd);
}

static void users(void) {
  struct passwd *root = getpwuid(0);
  struct group *group = getgrgid(0);
  struct passwd entry, *found;
  char room[512];
  CHECK(root != 0 && strcmp(root->pw_name, "root") == 0 && strcmp(root->pw_dir, "/root") == 0 && root->pw_gid == 0);
  CHECK(getpwnam("nobody of this name") == 0 && getpwnam("root")->pw_uid == 0);
  CHECK(group != 0 && strcmp(group->gr_name, "root") == 0 && getgrnam("root")->gr_gid == 0);
  CHECK(getpwnam_r("root", &entry, room, sizeof room, &found) == 0 && found == &entry && entry.pw_uid == 0);
  CHECK(getpwnam_r("root", &entry, room, 3, &found) == ERANGE && found == 0);
}

static void waiting(void) {
  int fds[2];
  fd_set readable, writable;
  struct timeval limit = {0, 20000};
  struct timespec nothing = {0, 0};
  CHECK(pipe(fds) == 0);
  FD_ZERO(&readable);
  FD_SET(fds[0], &readable);
  CHECK(select(fds[0] + 1, &readable, 0, 0, &limit) == 0 && !FD_ISSET(fds[0], &readable));
  CHECK(write(fds[1], "x", 1) == 1);
  FD_ZERO(&readable);
  FD_ZERO(&writable);
  FD_SET(fds[0], &readable);
  FD_SET(fds[1], &writable);
  CHECK(select(fds[1] + 1, &readable, &writable, 0, 0) == 2 && FD_ISSET(fds[0], &readable) && FD_ISSET(fds[1], &writable));
  FD_CLR(fds[0], &readable);
  CHECK(!FD_ISSET(fds[0], &readable) && pselect(fds[1] + 1, &readable, 0, 0, &nothing, 0) == 0);
  struct pollfd one = {fds[0], POLLIN, 0};
  CHECK(ppoll(&one, 1, &nothing, 0) == 1 && one.revents == POLLIN);
  limit.tv_sec = -1;
  CHECK(select(0, 0, 0, 0, &limit) == -1 && errno == EINVAL);
}

static volatile int alarms;

static void on_alarm(int number) {
  alarms += number == SIGALRM;
}

static void on_info(int number, siginfo_t *info, void *context) {
  (void)context;
  alarms += number == SIGUSR1 && info->si_value.sival_int == 42 && info->si_code == SI_QUEUE ? 10 : 0;
}

static void timers(void) {
  struct itimerval timer = {{0, 0}, {0, 5000}}, left;
  struct timespec resolution;
  sigset_t set, old, pending;
  signal(SIGALRM, on_alarm);
  CHECK(setitimer(ITIMER_REAL, &timer, 0) == 0);
  pause();
  CHECK(alarms == 1 && alarm(100) == 0 && alarm(0) == 100);
  CHECK(getitimer(ITIMER_REAL, &left) == 0 && left.it_value.tv_sec == 0 && left.it_value.tv_usec == 0);
  CHECK(clock_getres(CLOCK_MONOTONIC, &resolution) == 0 && resolution.tv_sec == 0 && resolution.tv_nsec > 0);
  struct sigaction action = {0};
  action.sa_sigaction = on_info;
  action.sa_flags = SA_SIGINFO;
  sigemptyset(&set);
  sigaddset(&set, SIGUSR1);
  CHECK(sigaction(SIGUSR1, &action, 0) == 0 && sigprocmask(SIG_BLOCK, &set, &old) == 0);
  CHECK(sigqueue(getpid(), SIGUSR1, (union sigval){.sival_int = 42}) == 0 && sigpending(&pending) == 0 && sigismember(&pending, SIGUSR1) == 1);
  CHECK(alarms == 1 && sigprocmask(SIG_SETMASK, &old, 0) == 0 && alarms == 11);
  CHECK(sigprocmask(SIG_BLOCK, &set, 0) == 0 && raise(SIGUSR1) == 0);
  int number = 0;
  CHECK(sigwait(&set, &number) == 0 && number == SIGUSR1 && alarms == 11);
  struct timespec brief = {0, 1000000};
  CHECK(sigtimedwait(&set, 0, &brief) == -1 && errno == EAGAIN);
  sigset_t a, b, both;
  sigemptyset(&a);
  sigemptyset(&b);
  CHECK(sigisemptyset(&a) && sigaddset(&a, SIGINT) == 0 && sigaddset(&b, SIGINT) == 0 && sigaddset(&b, 40) == 0);
  CHECK(sigandset(&both, &a, &b) == 0 && sigismember(&both, 40) == 0 && sigorset(&both, &a, &b) == 0 && sigismember(&both, 40) == 1);
  static char stack[16384];
  stack_t ours = {.ss_sp = stack, .ss_size = sizeof stack}, told;
  CHECK(sigaltstack(&ours, 0) == 0 && sigaltstack(0, &told) == 0 && told.ss_sp == stack && told.ss_flags == 0);
}

static time_t seconds_of(const char *text, const char *format) {
  struct tm broken_down = {0};
  return strptime(text, format, &broken_down) == 0 ? -1 : timegm(&broken_down);
}

static void dates(void) {
  struct tm broken_down = {0};
  CHECK(seconds_of("2000-02-29 12:34:56", "%Y-%m-%d %H:%M:%S") == 951827696);
  CHECK(seconds_of("29 february 2000", "%d %B %Y") == 951782400 && seconds_of("02/29/00 11:59 pm", "%D %I:%M %p") == 951868740);
  CHECK(seconds_of("69-01-01", "%y-%m-%d") == -31536000 && seconds_of("68-01-01", "%y-%m-%d") == 3092601600);
  CHECK(strptime("x", "%d", &broken_down) == 0);
  const char *rest = strptime("7%rest", "%d%%", &broken_down);
  CHECK(rest != 0 && strcmp(rest, "rest") == 0 && broken_down.tm_mday == 7);
}

static void memory_files(void) {
  char *text = 0, room[10], line[20];
  size_t bytes = 0;
  FILE *file = open_memstream(&text, &bytes);
  fprintf(file, "hello %d", 5);
  fflush(file);
  CHECK(bytes == 7 && strcmp(text, "hello 5") == 0);
  for (int i = 0; i < 5000; i++) {
    fputc('a' + i % 26, file);
  }
  CHECK(fclose(file) == 0 && bytes == 5007 && text[5006] == 'a' + 4999 % 26 && text[5007] == 0);
  free(text);
  file = fmemopen(room, sizeof room, "w");
  fputs("abcdef", file);
  CHECK(fclose(file) == 0 && strcmp(room, "abcdef") == 0);
  file = fmemopen("one\ntwo", 7, "r");
  CHECK(fgets(line, sizeof line, file) != 0 && strcmp(line, "one\n") == 0 && fgets(line, sizeof line, file) != 0);
  CHECK(strcmp(line, "two") == 0 && fgetc(file) == EOF && feof(file) && fseek(file, 1, SEEK_SET) == 0 && fgetc(file) == 'n');
  fclose(file);
  file = tmpfile();
  CHECK(putw(77, file) == 0 && (rewind(file), getw(file)) == 77 && putc_unlocked('x', file) == 'x');
  fclose(file);
}

static int descending(const void *a, const void *b, void *context) {
  ++*(int *)context;
  return *(const int *)b - *(const int *)a;
}

static void numbers(void) {
  int list[] = {3, 1, 4, 1, 5, 9, 2, 6}, calls = 0, point, is_negative;
  qsort_r(list, 8, sizeof *list, descending, &calls);
  CHECK(list[0] == 9 && list[1] == 6 && list[7] == 1 && calls > 7);
  CHECK(a64l("./") == 64 && strcmp(l64a(64), "./") == 0 && a64l("zzzzz") == 0x3fffffff);
  srand48(1); /* by hand: x = 0x1330e, then x = (0x5deece66d x + 11) mod 2^48 */
  CHECK(lrand48() == 89400484);
  unsigned short state[3] = {0x330e, 1, 0};
  CHECK(nrand48(state) == 89400484 && state[2] == 0x0aa8);
  CHECK(strcmp(ecvt(-12.34, 4, &point, &is_negative), "1234") == 0 && point == 2 && is_negative != 0);
  CHECK(strcmp(fcvt(0.0625, 3, &point, &is_negative), "62") == 0 && point == -1 && is_negative == 0);
  char text[] = "ro,size=5,what", *rest = text, *value, *const tokens[] = {"ro", "size", 0};
  CHECK(getsubopt(&rest, tokens, &value) == 0 && value == 0 && getsubopt(&rest, tokens, &value) == 1 && strcmp(value, "5") == 0);
  CHECK(getsubopt(&rest, tokens, &value) == -1 && *rest == 0);
  char swapped[4];
  swab("abcd", swapped, 4);
  CHECK(memcmp(swapped, "badc", 4) == 0);
}

static void mappings(void) {
  char *area = mmap(0, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  strcpy(area, "kept");
  char *moved = mremap(area, 8192, 32768, MREMAP_MAYMOVE);
  CHECK(moved != MAP_FAILED && strcmp(moved, "kept") == 0 && munmap(moved, 32768) == 0);
  int fd = shm_open("/posix-test", O_CREAT | O_RDWR, 0600);
  CHECK(fd >= 0 && ftruncate(fd, 4096) == 0 && shm_unlink("/posix-test") == 0 && shm_unlink("/posix-test") == -1 && errno == ENOENT);
  CHECK(shm_open("/a/b", O_RDWR, 0) == -1);
  close(fd);
}

int main(void) {
  paths();
  patterns();
  globs();
  files();
  locks();
  users();
  waiting();
  timers();
  dates();
  memory_files();
  numbers();
  mappings();
  printf("%d failures\n", failures);
  return failures != 0;
}
