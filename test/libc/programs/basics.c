/* The rest of libc by hand-worked values: every line states what is true. */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <inttypes.h>
#include <limits.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <wchar.h>

#include "check.h"

static void strings(void) {
  char text[40];
  CHECK(strlen("") == 0 && strlen("abc") == 3 && strnlen("abcdef", 4) == 4);
  CHECK(strcmp("a", "b") < 0 && strcmp("\xff", "a") > 0 && strcmp("ab", "a") > 0 && strncmp("abc", "abd", 2) == 0);
  CHECK(strcpy(text, "hello") == text && strcat(text, " you")[8] == 'u' && strcmp(text, "hello you") == 0);
  memset(text, 'x', sizeof text);
  strncpy(text, "ab", 5);
  CHECK(memcmp(text, "ab\0\0\0x", 6) == 0);
  strcpy(text, "ab");
  CHECK(strcmp(strncat(text, "cdef", 2), "abcd") == 0);
  CHECK(strlcpy(text, "abcdef", 4) == 6 && strcmp(text, "abc") == 0 && strlcat(text, "xyz", 6) == 6 && strcmp(text, "abcxy") == 0);
  CHECK(strchr("abc", 'b')[1] == 'c' && strchr("abc", 0)[0] == 0 && strchr("abc", 'z') == 0 && strrchr("abab", 'b')[1] == 0);
  CHECK(strspn("aabbc", "ab") == 4 && strcspn("aabbc", "cb") == 2 && strpbrk("xyz", "zy")[0] == 'y');
  CHECK(strcmp(strstr("one two three", "two"), "two three") == 0 && strstr("aaab", "aab")[2] == 'b' && strstr("abc", "x") == 0);
  char words[] = "  a,b ,,c";
  CHECK(strcmp(strtok(words, " ,"), "a") == 0 && strcmp(strtok(0, " ,"), "b") == 0 && strcmp(strtok(0, " ,"), "c") == 0 && strtok(0, " ,") == 0);
  for (int size = 0; size < 20; size++) { /* every alignment and overlap */
    for (int from = 0; from < 8; from++) {
      for (int to = 0; to < 8; to++) {
        unsigned char area[40], model[40];
        for (int i = 0; i < 40; i++) {
          area[i] = model[i] = (unsigned char)(i * 7);
        }
        unsigned char copy[20];
        for (int i = 0; i < size; i++) {
          copy[i] = model[from + i];
        }
        for (int i = 0; i < size; i++) {
          model[to + i] = copy[i];
        }
        memmove(area + to, area + from, (size_t)size);
        CHECK(memcmp(area, model, 40) == 0);
        memset(area + to, 0xa5, (size_t)size);
        for (int i = 0; i < 40; i++) {
          CHECK(area[i] == (i >= to && i < to + size ? 0xa5 : model[i]));
        }
      }
    }
  }
  CHECK(strcasecmp("HeLLo", "hEllO") == 0 && strncasecmp("abX", "ABy", 2) == 0 && ffs(0) == 0 && ffs(8) == 4);
  CHECK(strcmp(strerror(ENOENT), "No such file or directory") == 0 && strcmp(strerror(9999), "Unknown error 9999") == 0);
  CHECK(memmem("abcabd", 6, "abd", 3) != 0 && memrchr("abca", 'a', 4) != 0 && strcmp(strsignal(SIGSEGV), "Segmentation fault") == 0);
}

static void classes(void) {
  int counts[6] = {0};
  for (int c = 0; c < 256; c++) {
    counts[0] += isalpha(c) != 0;
    counts[1] += isspace(c) != 0;
    counts[2] += ispunct(c) != 0;
    counts[3] += isxdigit(c) != 0;
    counts[4] += isprint(c) != 0;
    counts[5] += iscntrl(c) != 0;
  }
  CHECK(counts[0] == 52 && counts[1] == 6 && counts[2] == 32 && counts[3] == 22 && counts[4] == 95 && counts[5] == 33);
  CHECK(toupper('q') == 'Q' && tolower('Q') == 'q' && toupper('1') == '1' && !isalpha(EOF));
}

static void numbers(void) {
  char *end;
  CHECK(strtol("  -0x1fz", &end, 0) == -31 && *end == 'z');
  CHECK(strtol("0x", &end, 16) == 0 && *end == 'x');
  CHECK(strtol("zz", 0, 36) == 35 * 36 + 35 && strtol("077", 0, 0) == 63);
  errno = 0;
  CHECK(strtol("2147483648", 0, 10) == LONG_MAX && errno == ERANGE);
  errno = 0;
  CHECK(strtol("-2147483648", 0, 10) == LONG_MIN && errno == 0);
  errno = 0;
  CHECK(strtoul("4294967296", 0, 10) == ULONG_MAX && errno == ERANGE);
  CHECK(strtoul("-1", 0, 10) == ULONG_MAX);
  errno = 0;
  CHECK(strtoll("9223372036854775807", 0, 10) == LLONG_MAX && errno == 0 && strtoll("9223372036854775808", 0, 10) == LLONG_MAX && errno == ERANGE);
  errno = 0;
  CHECK(strtoull("18446744073709551616", 0, 10) == ULLONG_MAX && errno == ERANGE);
  CHECK(strtol("abc", &end, 10) == 0 && *end == 'a' && atoi("42x") == 42 && abs(-5) == 5 && llabs(-5000000000LL) == 5000000000LL);
  CHECK(div(-7, 2).quot == -3 && div(-7, 2).rem == -1 && lldiv(1000000000007LL, 10).rem == 7);
  char text[40];
  snprintf(text, sizeof text, "%" PRId64 " %" PRIx32, (int64_t)-5000000000LL, (uint32_t)255);
  CHECK(strcmp(text, "-5000000000 ff") == 0);
  int n = -1;
  CHECK(snprintf(text, 4, "%s%n", "abcdef", &n) == 6 && strcmp(text, "abc") == 0 && n == 6 && snprintf(0, 0, "%d", 12345) == 5);
  /* C11 7.21.6.2, example 3: "100e" begins a number but is none. */
  float f = 0;
  CHECK(sscanf("100ergs of energy", "%f%20s", &f, text) == 0);
}

static jmp_buf jump;

static void leap(int value) {
  longjmp(jump, value);
}

static volatile sig_atomic_t caught;

static void on_signal(int number) {
  caught = number;
}

static sigjmp_buf fault_jump;
static void *volatile fault_vaddr;

static void on_fault(int number, siginfo_t *info, void *context) {
  (void)number;
  (void)context;
  fault_vaddr = info->si_addr;
  siglongjmp(fault_jump, info->si_code);
}

static void control(void) {
  volatile int visits = 0;
  int value = setjmp(jump);
  visits++;
  if (value == 0) {
    leap(0);
  }
  CHECK(value == 1 && visits == 2);
  CHECK(signal(SIGUSR1, on_signal) == SIG_DFL && raise(SIGUSR1) == 0 && caught == SIGUSR1);
  sigset_t set, old;
  sigemptyset(&set);
  sigaddset(&set, SIGUSR1);
  caught = 0;
  sigprocmask(SIG_BLOCK, &set, &old);
  raise(SIGUSR1);
  CHECK(caught == 0 && sigismember(&set, SIGUSR1) == 1 && sigismember(&set, SIGINT) == 0);
  sigprocmask(SIG_SETMASK, &old, 0);
  CHECK(caught == SIGUSR1);
  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_sigaction = on_fault;
  action.sa_flags = SA_SIGINFO;
  sigaction(SIGSEGV, &action, 0);
  char *page = mmap(0, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  int code = sigsetjmp(fault_jump, 1);
  if (code == 0) {
    *(volatile char *)(page + 5) = 1;
  }
  CHECK(code == SEGV_ACCERR && fault_vaddr == page + 5);
  munmap(page, 4096);
  code = sigsetjmp(fault_jump, 1);
  if (code == 0) {
    *(volatile char *)(page + 6) = 1;
  }
  CHECK(code == SEGV_MAPERR && fault_vaddr == page + 6);
  signal(SIGSEGV, SIG_DFL);
}

static void processes(void) {
  int fds[2], status;
  char byte = 0;
  fflush(stdout);
  CHECK(pipe(fds) == 0);
  pid_t pid = fork();
  if (pid == 0) {
    close(fds[0]);
    write(fds[1], "x", 1);
    _exit(42);
  }
  close(fds[1]);
  CHECK(read(fds[0], &byte, 1) == 1 && byte == 'x' && read(fds[0], &byte, 1) == 0);
  close(fds[0]);
  CHECK(waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == 42);
  pid = fork();
  if (pid == 0) {
    raise(SIGKILL);
  }
  CHECK(wait(&status) == pid && WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
  CHECK(wait(0) == -1 && errno == ECHILD);
  pid = fork();
  if (pid == 0) {
    abort();
  }
  CHECK(waitpid(pid, &status, 0) == pid && WTERMSIG(status) == SIGABRT);
  CHECK(execlp("no-such-program-anywhere", "x", (char *)0) == -1 && errno == ENOENT);
}

static void files(void) {
  char directory[] = "/tmp/libc-test-XXXXXX";
  char path[64], other[64], text[100];
  CHECK(mkdtemp(directory) != 0);
  snprintf(path, sizeof path, "%s/file", directory);
  snprintf(other, sizeof other, "%s/other", directory);
  FILE *file = fopen(path, "w+");
  CHECK(file != 0);
  for (int i = 0; i < 1000; i++) {
    CHECK(fprintf(file, "line %d\n", i) > 0);
  }
  CHECK(ftell(file) == 10 * 7 + 90 * 8 + 900 * 9);
  rewind(file);
  CHECK(fgets(text, sizeof text, file) == text && strcmp(text, "line 0\n") == 0 && ftell(file) == 7);
  CHECK(fseek(file, 70, SEEK_SET) == 0 && fscanf(file, "%s", text) == 1 && strcmp(text, "line") == 0 && fgetc(file) == ' ');
  CHECK(ungetc('@', file) == '@' && fgetc(file) == '@' && fgetc(file) == '1');
  CHECK(fseek(file, -9, SEEK_END) == 0 && fread(text, 1, 50, file) == 9 && feof(file) && memcmp(text, "line 999\n", 9) == 0);
  CHECK(fclose(file) == 0);
  file = fopen(path, "a");
  CHECK(fputs("more", file) >= 0 && fclose(file) == 0);
  struct stat status;
  CHECK(stat(path, &status) == 0 && S_ISREG(status.st_mode) && status.st_size == 8894);
  CHECK(fopen(other, "r") == 0 && errno == ENOENT && fopen(path, "wx") == 0 && errno == EEXIST);
  CHECK(rename(path, other) == 0 && access(path, F_OK) == -1 && access(other, R_OK) == 0);
  char *line = 0;
  size_t room = 0;
  int lines = 0;
  file = fopen(other, "r");
  while (getline(&line, &room, file) >= 0) {
    lines++;
  }
  CHECK(lines == 1001 && strcmp(line, "more") == 0);
  free(line);
  fclose(file);
  CHECK(mkdir(path, 0700) == 0 && stat(path, &status) == 0 && S_ISDIR(status.st_mode));
  struct dirent **entries;
  int count = scandir(directory, &entries, 0, alphasort);
  CHECK(count == 4 && strcmp(entries[0]->d_name, ".") == 0 && strcmp(entries[2]->d_name, "file") == 0 && strcmp(entries[3]->d_name, "other") == 0);
  CHECK(symlink("other", "/tmp/x-libc-link") == 0 || errno == EEXIST);
  CHECK(readlink("/tmp/x-libc-link", text, sizeof text) == 5 && lstat("/tmp/x-libc-link", &status) == 0 && S_ISLNK(status.st_mode));
  CHECK(unlink("/tmp/x-libc-link") == 0);
  CHECK(chdir(directory) == 0 && strcmp(getcwd(text, sizeof text), directory) == 0);
  CHECK(realpath("file/.././other", text) != 0 && strcmp(text, other) == 0);
  int fd = open("other", O_RDONLY);
  CHECK(lseek(fd, 0, SEEK_END) == 8894 && pread(fd, text, 4, 8890) == 4 && memcmp(text, "more", 4) == 0 && dup2(fd, fd) == fd);
  close(fd);
  CHECK(remove("other") == 0 && remove("file") == 0 && chdir("/") == 0 && rmdir(directory) == 0);
  file = tmpfile();
  CHECK(file != 0 && fputs("abc", file) >= 0 && fseek(file, 1, SEEK_SET) == 0 && fgetc(file) == 'b' && fclose(file) == 0);
}

static void environment(void) {
  CHECK(setenv("LIBC_TEST", "one", 1) == 0 && strcmp(getenv("LIBC_TEST"), "one") == 0);
  CHECK(setenv("LIBC_TEST", "two", 0) == 0 && strcmp(getenv("LIBC_TEST"), "one") == 0);
  CHECK(setenv("LIBC_TEST", "three", 1) == 0 && strcmp(getenv("LIBC_TEST"), "three") == 0);
  CHECK(unsetenv("LIBC_TEST") == 0 && getenv("LIBC_TEST") == 0 && setenv("a=b", "", 1) == -1 && errno == EINVAL);
  char *arguments[] = {"prog", "-ab", "value", "--long=7", "-c", "rest", 0};
  static const struct option options[] = {{"long", required_argument, 0, 'L'}, {0, 0, 0, 0}};
  optind = 1;
  CHECK(getopt_long(6, arguments, "ab:c", options, 0) == 'a');
  CHECK(getopt_long(6, arguments, "ab:c", options, 0) == 'b' && strcmp(optarg, "value") == 0);
  CHECK(getopt_long(6, arguments, "ab:c", options, 0) == 'L' && strcmp(optarg, "7") == 0);
  CHECK(getopt_long(6, arguments, "ab:c", options, 0) == 'c' && getopt_long(6, arguments, "ab:c", options, 0) == -1 && optind == 5);
}

static void wide(void) {
  wchar_t to[10];
  char back[20], text[30];
  CHECK(mbstowcs(to, "a\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80", 10) == 4 && to[1] == 0xe4 && to[2] == 0x20ac && to[3] == 0x1f600);
  CHECK(wcstombs(back, to, sizeof back) == 10 && strcmp(back, "a\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80") == 0);
  CHECK(mbstowcs(to, "\xc0\x80", 10) == (size_t)-1 && mbstowcs(to, "\xed\xa0\x80", 10) == (size_t)-1);
  CHECK(snprintf(text, sizeof text, "%ls|%lc", L"x\u00e4", L'\u20ac') == 7 && strcmp(text, "x\xc3\xa4|\xe2\x82\xac") == 0);
}

static void clocks(void) {
  struct timespec before, after, pause = {0, 20000000};
  CHECK(clock_gettime(CLOCK_MONOTONIC, &before) == 0 && nanosleep(&pause, 0) == 0 && clock_gettime(CLOCK_MONOTONIC, &after) == 0);
  long long nanoseconds = (after.tv_sec - before.tv_sec) * 1000000000LL + (after.tv_nsec - before.tv_nsec);
  CHECK(nanoseconds >= 20000000 && nanoseconds < 10000000000LL);
  CHECK(time(0) > 1500000000 || time(0) >= 0);
}

int main(void) {
  strings();
  classes();
  numbers();
  control();
  processes();
  files();
  environment();
  wide();
  clocks();
  printf("%d failures\n", failures);
  return failures != 0;
}
