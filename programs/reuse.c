/*
 * reuse: free gives a block back to the allocator's books, seldom to the kernel (M12).
 * Look at: resident memory does not fall on free; the second round gets the same blocks and faults no more.
 */
#include "lib/proc.h"
#include "lib/tool.h"

enum { BLOCKS = 24, BLOCK_BYTES = 4000 };

static const char usage[] = "usage: reuse\nAllocates 24 blocks of 4000 bytes, frees them, allocates them again.\n";

static char *blocks[BLOCKS];
static char *earlier[BLOCKS];

static long allocate_all(void) {
  long before = minor_faults() + major_faults();
  for (int i = 0; i < BLOCKS; i++) {
    blocks[i] = malloc(BLOCK_BYTES);
    if (blocks[i] == NULL) exit(tool_failed("malloc"));
    memset(blocks[i], i, BLOCK_BYTES);
  }
  return minor_faults() + major_faults() - before;
}

static void free_all(void) {
  for (int i = 0; i < BLOCKS; i++) free(blocks[i]);
}

int main(int argc, char **argv) {
  tool_start(argc, argv, "reuse", usage);
  printf("start:         %5ld KiB resident\n", resident_kib());
  long start = resident_kib();
  long faults = allocate_all();
  long full = resident_kib();
  printf("24 blocks:     %5ld KiB resident (+%ld), %ld faults\n", full, full - start, faults);
  for (int i = 0; i < BLOCKS; i++) earlier[i] = blocks[i];
  free_all();
  long freed = resident_kib();
  printf("all freed:     %5ld KiB resident: free gave %ld KiB back to the kernel\n", freed, full - freed);
  faults = allocate_all();
  int same = 0;
  for (int i = 0; i < BLOCKS; i++)
    for (int j = 0; j < BLOCKS; j++) same += blocks[i] == earlier[j];
  printf("24 blocks:     %5ld KiB resident, %ld faults, %d of 24 at an address of the first round\n", resident_kib(),
         faults, same);
  free_all();
  return 0;
}
