/* Prints the heap's blocks, relative to the first, after each step of a trace that is worked out by hand in the test. */
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>

static int show(const struct malloc_block *block, void *context) {
  char **first = context;
  static const char *const names[] = {"", "used", "free", "top", "mapped", "foreign"};
  if (*first == 0) {
    *first = block->start;
  }
  if (block->kind == MALLOC_BLOCK_TOP) {
    printf(" top@%d", (int)((char *)block->start - *first));
  } else if (block->kind == MALLOC_BLOCK_MAPPED) {
    printf(" mapped:%u", (unsigned)block->bytes);
  } else {
    printf(" %s:%u@%d", names[block->kind], (unsigned)block->bytes, (int)((char *)block->start - *first));
  }
  return 0;
}

static void list(const char *step) {
  char *first = 0;
  printf("%s:", step);
  malloc_check();
  malloc_walk(show, &first);
  printf("\n");
}

int main(void) {
  char *a = malloc(24);
  char *b = malloc(100);
  char *c = malloc(40);
  char *d = malloc(200);
  list("four blocks");
  free(b);
  list("free b");
  char *e = malloc(50);
  list("e splits b's place");
  free(a);
  free(c);
  list("free a and c");
  free(e);
  list("free e coalesces both sides");
  char *f = malloc(180);
  list("f fits exactly");
  free(d);
  list("free d joins the top");
  f = realloc(f, 500);
  list("f grows in place into the top");
  char *g = malloc(24);
  f = realloc(f, 100);
  list("f shrinks in place");
  char *h = aligned_alloc(128, 64);
  printf("aligned %d\n", ((unsigned)(size_t)h & 127) == 0);
  free(h);
  char *m = malloc(200000);
  list("m has its own mapping");
  free(m);
  free(f);
  free(g);
  list("all free");
  printf("zero bytes are a block %d, payload aligned %d\n", malloc(0) != 0, ((size_t)malloc(1) & 15) == 0);
  struct malloc_counts counts = malloc_counts();
  printf("sbrk %lu mmap %lu munmap %lu\n", counts.grow_calls, counts.map_calls, counts.unmap_calls);
  return 0;
}
