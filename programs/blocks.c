/*
 * blocks: the allocator's own books (M2). Each step prints every block, in order of address, with its state.
 * Look at: a block is split when a smaller one is asked for; neighbours that are free become one again.
 */
#include <malloc.h>

#include "lib/tool.h"

static const char usage[] =
    "usage: blocks\nRuns a short trace of malloc and free and prints the list of blocks after each step.\n"
    "MALLOC=bins (default), MALLOC=side or MALLOC=first-fit before it chooses the allocator.\n";

static int show(const struct malloc_block *block, void *context) {
  static const char *const kinds[] = {"?", "used", "free", "top", "mapped", "foreign"};
  size_t *total = context;
  *total += block->bytes;
  printf(" [%s %lu]", kinds[block->kind], (unsigned long)block->bytes);
  return 0;
}

static void print(const char *step) {
  size_t total = 0;
  printf("%-16s", step);
  malloc_walk(show, &total);
  printf("  = %lu\n", (unsigned long)total);
}

static void *take(size_t bytes, const char *step) {
  void *block = malloc(bytes);
  if (block == NULL) exit(tool_failed("malloc"));
  print(step);
  return block;
}

static void give(void *block, const char *step) {
  free(block);
  print(step);
}

int main(int argc, char **argv) {
  tool_start(argc, argv, "blocks", usage);
  setvbuf(stdout, NULL, _IONBF, 0); /* printf must not allocate in the middle of the trace */
  printf("allocator: %s; each block is [state bytes], bytes with its own books\n", malloc_name());
  void *a = take(1000, "a = 1000");
  void *b = take(2000, "b = 2000");
  void *c = take(1000, "c = 1000");
  void *d = take(500, "d = 500");
  give(b, "free b");
  void *e = take(600, "e = 600 (split)");
  give(a, "free a");
  give(e, "free e (join)");
  give(c, "free c (join)");
  give(d, "free d (join)");
  return 0;
}
