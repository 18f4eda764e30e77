/* A first-fit allocator with splitting and coalescing, under a random load. */
#include "support.h"
typedef unsigned size;
struct block { size bytes; int free; struct block *next, *previous; };
static union { struct block first; char bytes[65536]; } heap;
static void start_heap(void) { heap.first.bytes = sizeof heap - sizeof(struct block); heap.first.free = 1; heap.first.next = heap.first.previous = 0; }
static void *take(size bytes) {
  bytes = (bytes + 7) & ~7u;
  for (struct block *b = &heap.first; b; b = b->next) {
    if (!b->free || b->bytes < bytes) continue;
    if (b->bytes >= bytes + sizeof(struct block) + 8) {
      struct block *rest = (struct block *)((char *)(b + 1) + bytes);
      rest->bytes = b->bytes - bytes - sizeof(struct block);
      rest->free = 1;
      rest->next = b->next;
      rest->previous = b;
      if (rest->next) rest->next->previous = rest;
      b->next = rest;
      b->bytes = bytes;
    }
    b->free = 0;
    return b + 1;
  }
  return 0;
}
static void join(struct block *b) {
  struct block *n = b->next;
  if (!n || !n->free || !b->free) return;
  b->bytes += n->bytes + sizeof(struct block);
  b->next = n->next;
  if (b->next) b->next->previous = b;
}
static void give(void *p) {
  struct block *b = (struct block *)p - 1;
  b->free = 1;
  join(b);
  if (b->previous) join(b->previous);
}
int main(void) {
  static void *live[128];
  unsigned seed = 99, failures = 0, sum = 0;
  start_heap();
  for (int i = 0; i < 6000; i++) {
    seed = seed * 1664525u + 1013904223u;
    unsigned slot = (seed >> 10) & 127;
    if (live[slot]) { give(live[slot]); live[slot] = 0; }
    else if ((live[slot] = take((seed >> 18) % 600)) == 0) failures++;
  }
  for (struct block *b = &heap.first; b; b = b->next) sum = sum * 31 + b->bytes + (unsigned)b->free;
  show("failures", failures);
  show("blocks", sum);
  return 0;
}
