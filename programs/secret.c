/*
 * secret: may a process read what the one before it left in a frame? (M15)
 * A writer fills pages with a secret and exits; a reader maps fresh memory and searches it. Zeroed frames hold nothing.
 * Look at: the counts, here and on a machine started with --zeroing off. The exit status is 1 when the secret came out.
 */
#include <sys/mman.h>
#include <sys/wait.h>

#include "lib/proc.h"
#include "lib/tool.h"

enum { PAGE_BYTES = 4096, SECRET_PAGES = 64, SECRET_BYTES = 16 };

static const char usage[] =
    "usage: secret [PAGES]\n"
    "A writer leaves a secret in 64 pages; a reader searches PAGES fresh pages (default: most of the free ones).\n";

static const char secret[SECRET_BYTES + 1] = "password is 4711";

static char *fresh(long pages) {
  char *region = mmap(NULL, (size_t)pages * PAGE_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (region == MAP_FAILED) exit(tool_failed("mmap"));
  return region;
}

static int write_secret(void) {
  char *region = fresh(SECRET_PAGES);
  for (size_t at = 0; at < (size_t)SECRET_PAGES * PAGE_BYTES; at += SECRET_BYTES) memcpy(region + at, secret, SECRET_BYTES);
  printf("writer (pid %ld): the secret stands in %d pages; it ends now\n", (long)getpid(), SECRET_PAGES);
  return 0;
}

/* A page is touched by a store into its last byte, so that it gets a frame of its own and not a shared page of zeros. */
static int search(long pages) {
  char *region = fresh(pages);
  long found = 0, unclean = 0;
  for (long page = 0; page < pages; page++) {
    const char *start = region + page * PAGE_BYTES;
    long nonzero = 0, hits = 0;
    region[page * PAGE_BYTES + PAGE_BYTES - 1] = 0;
    for (int at = 0; at < PAGE_BYTES; at++) nonzero += start[at] != 0;
    for (int at = 0; nonzero > 0 && at < PAGE_BYTES; at += SECRET_BYTES) hits += memcmp(start + at, secret, SECRET_BYTES) == 0;
    found += hits > 0;
    unclean += nonzero > 0;
  }
  printf("reader (pid %ld): %ld fresh pages, %ld of them not all zeros, the secret in %ld\n", (long)getpid(), pages,
         unclean, found);
  printf(found > 0 ? "The secret is out: this kernel hands frames over unzeroed.\n" : "Nothing was left to read.\n");
  return found > 0;
}

static int in_child(int (*work)(long), long pages) {
  int status;
  fflush(stdout);
  pid_t pid = fork();
  if (pid < 0) exit(tool_failed("fork"));
  if (pid == 0) exit(work(pages));
  waitpid(pid, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 2;
}

static int writer(long pages) { return (void)pages, write_secret(); }

int main(int argc, char **argv) {
  tool_start(argc, argv, "secret", usage);
  long most = proc_number("/proc/meminfo", "MemFree") / 4 - 48;
  long pages = argc > 1 ? tool_number(argv[1], 1, 65536, "PAGES") : most < 64 ? 64 : most > 4096 ? 4096 : most;
  in_child(writer, 0);
  return in_child(search, pages);
}
