/*
 * pinned: the heap can only shrink from its top, so one small live block up there keeps everything below it (M13).
 * Look at: after the big blocks are freed, the heap stays resident until the pin goes; with mmap nothing pins anything.
 */
#include <sys/mman.h>

#include "lib/proc.h"
#include "lib/tool.h"

enum { BLOCKS = 100, BLOCK_BYTES = 8 * 1024 };

static const char usage[] = "usage: pinned\nFrees 800 KiB below one live block, then the same memory taken by mmap.\n";

static char *blocks[BLOCKS];

static void report(const char *moment) {
  printf("  %-34s %6ld KiB resident, heap ends at %p\n", moment, resident_kib(), sbrk(0));
}

int main(int argc, char **argv) {
  tool_start(argc, argv, "pinned", usage);
  setvbuf(stdout, NULL, _IONBF, 0); /* no buffer of printf's on the heap */
  printf("On the heap (malloc, sbrk):\n");
  report("start");
  for (int i = 0; i < BLOCKS; i++) {
    blocks[i] = malloc(BLOCK_BYTES);
    if (blocks[i] == NULL) return tool_failed("malloc");
    memset(blocks[i], 1, BLOCK_BYTES);
  }
  char *pin = malloc(16);
  report("800 KiB, then 16 bytes above them");
  for (int i = 0; i < BLOCKS; i++) free(blocks[i]);
  report("the 800 KiB freed, the 16 bytes not");
  free(pin);
  report("the 16 bytes freed too");

  printf("In mappings of their own (mmap, munmap):\n");
  for (int i = 0; i < BLOCKS; i++) {
    blocks[i] = mmap(NULL, BLOCK_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (blocks[i] == MAP_FAILED) return tool_failed("mmap");
    memset(blocks[i], 1, BLOCK_BYTES);
  }
  report("800 KiB in 100 mappings");
  for (int i = 0; i < BLOCKS - 1; i++) munmap(blocks[i], BLOCK_BYTES);
  report("all but the last unmapped");
  munmap(blocks[BLOCKS - 1], BLOCK_BYTES);
  return 0;
}
