/* What madvise asks of fork, and whose pages mincore counts. advised.txt has what Linux 6.18 prints. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PAGE = 4096, DONT_FORK = 10, DO_FORK = 11, WIPE_ON_FORK = 18, KEEP_ON_FORK = 19 };

static void show(const char *what, long value) {
  printf("%s %ld\n", what, value);
  fflush(stdout);
}
static long advise(void *at, long pages, int advice) { return madvise(at, pages * PAGE, advice) == 0 ? 0 : -errno; }
static char *anonymous(int flags) {
  char *at = mmap(0, 4 * PAGE, PROT_READ | PROT_WRITE, flags | MAP_ANONYMOUS, -1, 0);
  memset(at, 'a', 4 * PAGE);
  return at;
}

/* What a child finds there: its bytes as a number, or 1000 and the signal that ends it. */
static long in_child(const char *at, int generations) {
  int status;
  fflush(stdout);
  if (fork() == 0) {
    long found = generations > 1 ? in_child(at, generations - 1) : at[0] + at[PAGE];
    _exit(found > 255 ? 255 : (int)found);
  }
  wait(&status);
  return WIFSIGNALED(status) ? 1000 + WTERMSIG(status) : WEXITSTATUS(status);
}

static void at_fork(void) {
  char *at = anonymous(MAP_PRIVATE);
  show("copied", in_child(at, 1));
  show("wipe", advise(at + PAGE, 1, WIPE_ON_FORK));
  show("one page is zeros", in_child(at, 1));
  at[PAGE] = 'b';
  show("of a child's child, too", in_child(at, 2));
  show("mine stays", at[PAGE]);
  show("keep", advise(at, 4, KEEP_ON_FORK));
  show("copied", in_child(at, 1));
  show("leave", advise(at + PAGE, 1, DONT_FORK));
  show("nothing there", in_child(at, 1));
  show("mine stays", at[PAGE]);
  show("take", advise(at, 4, DO_FORK));
  show("copied", in_child(at, 1));
  char *shared = anonymous(MAP_SHARED);
  show("wipe shared", advise(shared, 1, WIPE_ON_FORK));
  show("keep shared", advise(shared, 1, KEEP_ON_FORK));
  show("leave shared", advise(shared, 4, DONT_FORK));
  show("nothing there", in_child(shared, 1));
}

static void resident(void) {
  char bytes[PAGE];
  unsigned char answer[8];
  int fd = open("advised-file", O_RDWR | O_CREAT | O_TRUNC, 0600), to[2], back[2];
  memset(bytes, 'f', PAGE);
  for (int i = 0; i < 8; i++) write(fd, bytes, PAGE);
  show("wipe a file", advise(mmap(0, PAGE, PROT_READ, MAP_PRIVATE, fd, 0), 1, WIPE_ON_FORK));
  char *at = mmap(0, 8 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
  pipe(to);
  pipe(back);
  if (fork() == 0) {
    char *other = mmap(0, 5 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 3 * PAGE);
    other[0] = other[PAGE] = 'c';
    write(to[1], other + 2 * PAGE, 1);
    read(back[0], bytes, 1);
    _exit(0);
  }
  read(to[0], bytes, 1);
  mincore(at, 8 * PAGE, answer);
  for (int i = 3; i < 6; i++) show("another has read it", answer[i] & 1);
  write(back[1], bytes, 1);
  wait(0);
  show("and it is the file's", at[3 * PAGE]);
  unlink("advised-file");
}

int main(void) {
  at_fork();
  resident();
  return 0;
}
