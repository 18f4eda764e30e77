/*
 * next: at exit the kernel takes back every frame of a process and puts it on the dirty list (M14); idle time cleans
 * them, and the next process gets them (M15).
 * Look at: free memory after the child is what it was before; the frames are dirty first and zeroed later.
 */
#include <sys/mman.h>
#include <sys/wait.h>

#include "lib/proc.h"
#include "lib/tool.h"

enum { PAGE_BYTES = 4096 };

static const char usage[] = "usage: next [PAGES]\nA child touches PAGES pages (default 200) and dies; follow its frames.\n";

static void report(const char *moment) {
  printf("%-28s %6ld free %6ld zeroed %6ld dirty (frames)\n", moment, proc_number("/proc/vmstat", "nr_free_pages"),
         proc_number("/proc/vmstat", "nr_zeroed"), proc_number("/proc/vmstat", "nr_dirty_free"));
}

static void live(long pages, int ready, int go) {
  char c = 0;
  char *region = mmap(NULL, (size_t)pages * PAGE_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (region == MAP_FAILED) exit(tool_failed("mmap"));
  for (long page = 0; page < pages; page++) region[page * PAGE_BYTES] = 1;
  (void)!write(ready, &c, 1);
  (void)!read(go, &c, 1);
  _exit(0);
}

int main(int argc, char **argv) {
  int ready[2], go[2];
  char c = 0;
  tool_start(argc, argv, "next", usage);
  long pages = argc > 1 ? tool_number(argv[1], 1, 65536, "PAGES") : 200;
  if (pipe(ready) < 0 || pipe(go) < 0) return tool_failed("pipe");
  report("warming up");
  report("before");
  fflush(stdout);
  pid_t pid = fork();
  if (pid < 0) return tool_failed("fork");
  if (pid == 0) live(pages, ready[1], go[0]);
  if (read(ready[0], &c, 1) != 1) return tool_failed("the child");
  report("the child holds its pages");
  (void)!write(go[1], &c, 1);
  waitpid(pid, NULL, 0);
  report("the child is dead");
  sleep_milliseconds(50);
  report("50 ms later");
  sleep_milliseconds(200);
  report("200 ms later still");
  return 0;
}
