/* More pages than frames, shared with a child: eviction, swap in both directions, copy-on-write of pages in swap. */
#include "sane.h"

#define PAGES 120

int main(void) {
  int *p = sane_map(mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), "mmap");
  if (p == MAP_FAILED) return 0;
  for (int i = 0; i < PAGES; i++) p[i * (PAGE / 4)] = i + 1;
  pid_t child = sane(fork(), "fork");
  if (child == 0) {
    for (int i = 0; i < PAGES; i += 3) {
      expect(p[i * (PAGE / 4)], i + 1, "in the child");
      p[i * (PAGE / 4)] = -1;
    }
    _exit(0);
  }
  for (int i = PAGES - 1; i >= 0; i--) expect(p[i * (PAGE / 4)], i + 1, "in the parent");
  reap(child);
  sane(madvise(p, PAGES * PAGE, MADV_PAGEOUT), "pageout");
  for (int i = 0; i < PAGES; i++) expect(p[i * (PAGE / 4)], i + 1, "after pageout");
  return 0;
}
