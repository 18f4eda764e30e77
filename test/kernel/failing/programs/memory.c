/* Every call that has to do with memory, once or a few times. */
#include "sane.h"
#include <sys/syscall.h>
#include <sys/virtualalloc.h>

static void anonymous(void) {
  char *p = sane_map(mmap(NULL, 8 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), "mmap");
  unsigned char there[8];
  if (p == MAP_FAILED) return;
  for (int i = 0; i < 8; i++) p[i * PAGE] = i + 1;
  sane(mprotect(p + PAGE, PAGE, PROT_READ), "mprotect");
  sane(mprotect(p + PAGE, PAGE, PROT_READ | PROT_WRITE), "mprotect back");
  sane(mincore(p, 8 * PAGE, there), "mincore");
  sane(madvise(p, 4 * PAGE, MADV_PAGEOUT), "madvise pageout");
  sane(madvise(p, 4 * PAGE, MADV_WILLNEED), "madvise willneed");
  for (int i = 0; i < 8; i++) expect(p[i * PAGE], i + 1, "anonymous");
  if (sane(madvise(p + 7 * PAGE, PAGE, MADV_DONTNEED), "madvise dontneed") != -1) expect(p[7 * PAGE], 0, "dontneed");
  if (sane(mlock(p, 2 * PAGE), "mlock") != -1) sane(munlock(p, 2 * PAGE), "munlock");
  char *q = (char *)syscall(SYS_mremap, p, 8 * PAGE, 12 * PAGE, 1, 0);
  if (sane((long)q, "mremap") != -1) {
    for (int i = 0; i < 7; i++) expect(q[i * PAGE], i + 1, "mremap");
    q[11 * PAGE] = 1;
    sane(munmap(q + 4 * PAGE, PAGE), "munmap hole");
    sane(munmap(q, 12 * PAGE), "munmap");
  } else munmap(p, 8 * PAGE);
  p = sane_map(mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0), "populate");
  if (p != MAP_FAILED) munmap(p, 4 * PAGE);
}

static void shared(void) {
  int *p = sane_map(mmap(NULL, 3 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0), "mmap shared");
  if (p == MAP_FAILED) return;
  p[0] = 1;
  pid_t child = sane(fork(), "fork");
  if (child == 0) {
    expect(p[0], 1, "shared in the child");
    p[0] = 2;
    p[PAGE / 4] = 3;
    _exit(0);
  }
  reap(child);
  if (p[0] != 1 && p[0] != 2) report("shared", p[0], 98);
  munmap(p, 3 * PAGE);
}

static void heap(void) {
  char *blocks[12];
  for (int i = 0; i < 12; i++) {
    blocks[i] = malloc(3000);
    if (blocks[i] != NULL) memset(blocks[i], i, 3000);
  }
  for (int i = 0; i < 12; i++) {
    if (blocks[i] != NULL) expect(blocks[i][2999], i, "heap");
    free(blocks[i]);
  }
  char *large = malloc(200000);
  if (large != NULL) large[150000] = 1;
  free(large);
}

static void virtual(void) {
  MEMORY_BASIC_INFORMATION info;
  unsigned long old;
  char *p = VirtualAlloc(NULL, 16 * PAGE, MEM_RESERVE, PAGE_NOACCESS);
  if (p == NULL) return;
  if (VirtualAlloc(p, 4 * PAGE, MEM_COMMIT, PAGE_READWRITE) != NULL) {
    p[0] = 1;
    p[3 * PAGE] = 2;
    VirtualQuery(p, &info, sizeof info);
    if (VirtualProtect(p, PAGE, PAGE_READONLY, &old)) expect(p[0], 1, "virtual");
    VirtualFree(p + 3 * PAGE, PAGE, MEM_DECOMMIT);
  }
  VirtualFree(p, 0, MEM_RELEASE);
}

static int deep(int levels) {
  volatile char frame[2000];
  frame[0] = levels;
  return levels == 0 ? 0 : deep(levels - 1) + (frame[0] == (char)levels ? 0 : 1);
}

int main(void) {
  anonymous();
  shared();
  heap();
  virtual();
  expect(deep(20), 0, "stack");
  return 0;
}
