/*
 * header: who touches a page first, the allocator or its user? (M6)
 * An allocator with headers inside the blocks writes into each fresh page; one with a table beside them does not.
 * Look at: the faults inside malloc and those at the user's first store, for MALLOC=bins and MALLOC=side.
 */
#include <stdlib.h>
#include <sys/wait.h>

#include "lib/proc.h"
#include "lib/tool.h"

enum { BLOCKS = 24, BLOCK_BYTES = 4064 };

static const char usage[] = "usage: header [ALLOCATOR...]\nCounts faults inside malloc and at the first store; default: bins side.\n";

static char *blocks[BLOCKS];

static void measure(const char *name) {
  free(malloc(BLOCK_BYTES)); /* the allocator sets itself up outside of the count */
  long before = minor_faults();
  for (int i = 0; i < BLOCKS; i++) blocks[i] = malloc(BLOCK_BYTES);
  long inside = minor_faults() - before;
  before = minor_faults();
  for (int i = 0; i < BLOCKS; i++) {
    if (blocks[i] == NULL) exit(tool_failed("malloc"));
    blocks[i][BLOCK_BYTES / 2] = 1;
  }
  long outside = minor_faults() - before;
  printf("%-10s %d blocks of %d bytes: %3ld faults inside malloc, %3ld at the user's first stores\n", name, BLOCKS,
         BLOCK_BYTES, inside, outside);
}

int main(int argc, char **argv) {
  static char *both[] = {"header", "bins", "side", NULL};
  tool_start(argc, argv, "header", usage);
  if (argc == 3 && strcmp(argv[1], "--measure") == 0) {
    measure(argv[2]);
    return 0;
  }
  /* The choice is made when a program starts: run this one again for each. */
  for (char **name = argc > 1 ? argv + 1 : both + 1; *name != NULL; name++) {
    pid_t pid = fork();
    if (pid < 0) return tool_failed("fork");
    if (pid == 0) {
      setenv("MALLOC", *name, 1);
      execlp(argv[0], argv[0], "--measure", *name, (char *)NULL);
      _exit(tool_failed(argv[0]));
    }
    waitpid(pid, NULL, 0);
  }
  return 0;
}
