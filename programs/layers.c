/*
 * layers: two sets of books that know nothing of each other (M1). The allocator counts blocks, the kernel pages.
 * Look at: hundreds of mallocs, a handful of calls to the kernel; and pages that hold many blocks, of which it knows none.
 */
#include <malloc.h>

#include "lib/proc.h"
#include "lib/tool.h"

enum { BLOCKS = 600, BLOCK_BYTES = 100, PAGE_BYTES = 4096 };

/* Bit 63 of an entry of /proc/self/pagemap: the page is in memory. */
static int is_present(const char *address) {
  unsigned long long entry = 0;
  int fd = open("/proc/self/pagemap", O_RDONLY);
  if (fd < 0 || pread(fd, &entry, sizeof entry, (off_t)((unsigned long)address / PAGE_BYTES * 8)) != sizeof entry) exit(tool_failed("/proc/self/pagemap"));
  close(fd);
  return (int)(entry >> 63);
}

int main(int argc, char **argv) {
  static char *blocks[BLOCKS];
  tool_start(argc, argv, "layers", "usage: layers\nAllocates 600 blocks of 100 bytes and shows both layers' books of them.\n");
  struct malloc_counts before = malloc_counts();
  for (int i = 0; i < BLOCKS; i++)
    if ((blocks[i] = malloc(BLOCK_BYTES)) == NULL) return tool_failed("malloc");
  struct malloc_counts after = malloc_counts();
  printf("the allocator: %d mallocs, for which it asked the kernel %lu times\n", BLOCKS,
         after.grow_calls + after.map_calls - before.grow_calls - before.map_calls);
  for (int i = 0; i < BLOCKS; i++) {
    char *page = blocks[i] - (unsigned long)blocks[i] % PAGE_BYTES;
    int first = i;
    while (i + 1 < BLOCKS && blocks[i + 1] >= page && blocks[i + 1] < page + PAGE_BYTES) i++;
    printf("page %p: blocks %d to %d begin here; the kernel knows one page, %s\n", (void *)page, first, i,
           is_present(page) ? "in memory" : "only reserved");
  }
  return tool_finish(0);
}
