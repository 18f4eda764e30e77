/* What free gives back to the kernel, and when it cannot. Sizes of the heap in KiB, by the break. */
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static char *start;

static int heap_kib(void) {
  return (int)(((char *)sbrk(0) - start + 1023) / 1024);
}

int main(void) {
  char *blocks[101];
  start = sbrk(0);
  mallopt(M_TOP_PAD, 0);
  for (int i = 0; i < 101; i++) {
    blocks[i] = malloc(10 * 1024 - 8);
  }
  int full = heap_kib();
  printf("at least 1000 KiB: %d\n", full >= 1000);
  for (int i = 0; i < 100; i++) {
    free(blocks[i]);
  }
  printf("pinned by the block at the top: %d\n", heap_kib() == full);
  char *again = malloc(100 * 1024);
  printf("a freed place is used again: %d\n", again < blocks[100] && heap_kib() == full);
  free(again);
  free(blocks[100]);
  printf("given back: %d\n", heap_kib() < 16);
  unsigned long trims = malloc_counts().trim_calls;
  mallopt(M_TRIM_THRESHOLD, -1);
  free(malloc(120 * 1024));
  printf("never with threshold -1: %d\n", malloc_counts().trim_calls == trims && heap_kib() >= 120);
  printf("trim by hand: %d\n", malloc_trim(0) == 1 && heap_kib() < 16);
  mallopt(M_MMAP_THRESHOLD, 4096);
  unsigned long maps = malloc_counts().map_calls;
  free(malloc(5000));
  printf("own mapping above the threshold: %d\n", malloc_counts().map_calls == maps + 1 && malloc_counts().unmap_calls == 1);
  return 0;
}
