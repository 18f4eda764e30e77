/*
 * allocators: one program, three implementations of malloc behind it (M3). The trace is the same for each.
 * Look at: how much heap each took for it, how often it asked the kernel, and how many pages it touched.
 */
#include <malloc.h>
#include <sys/wait.h>

#include "lib/proc.h"
#include "lib/tool.h"

enum { BLOCKS = 400, STEPS = 4000 };

/* Blocks of 8 to 1,000 bytes that live for a random number of steps; the numbers are the same in every run. */
static void measure(const char *name) {
  static char *blocks[BLOCKS];
  unsigned long random = 1, faults;
  free(malloc(16));
  struct malloc_counts before = malloc_counts();
  faults = (unsigned long)minor_faults();
  for (int i = 0; i < STEPS; i++) {
    random = random * 1103515245 + 12345;
    int slot = (int)(random >> 8) % BLOCKS;
    size_t bytes = 8 + (random >> 20) % 993;
    free(blocks[slot]);
    if ((blocks[slot] = malloc(bytes)) == NULL) exit(tool_failed("malloc"));
    memset(blocks[slot], slot, bytes);
  }
  struct malloc_counts after = malloc_counts();
  struct mallinfo2 books = mallinfo2();
  printf("%-10s %8lu %8lu %8lu %8lu\n", name, (unsigned long)(books.uordblks / 1024), (unsigned long)(books.fordblks / 1024),
         after.grow_calls + after.map_calls - before.grow_calls - before.map_calls, (unsigned long)minor_faults() - faults);
}

int main(int argc, char **argv) {
  static const char *const all[] = {"bins", "side", "first-fit"};
  tool_start(argc, argv, "allocators", "usage: allocators\nRuns one trace of 4,000 mallocs and frees under each allocator.\n");
  if (argc == 3 && strcmp(argv[1], "--measure") == 0) measure(argv[2]);
  else printf("%-10s %8s %8s %8s %8s\n", "MALLOC=", "used KiB", "free KiB", "calls", "faults");
  fflush(stdout);
  for (int i = 0; i < 3 && argc == 1; i++) { /* the choice is made when a program starts: run it again for each */
    pid_t pid = fork();
    if (pid == 0) {
      setenv("MALLOC", all[i], 1);
      execlp(argv[0], argv[0], "--measure", all[i], (char *)NULL);
      _exit(tool_failed(argv[0]));
    }
    if (pid < 0 || waitpid(pid, NULL, 0) < 0) return tool_failed("fork");
  }
  return tool_finish(0);
}
