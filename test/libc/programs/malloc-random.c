/* Random requests against a shadow: contents survive, blocks do not overlap, the walk lists exactly the live ones. */
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "random.h"

enum { SLOTS = 200 };

static struct {
  unsigned char *payload;
  size_t bytes;
  unsigned char fill;
} live[SLOTS];
static int live_count;

static void fail(const char *what, int step) {
  printf("FAILED at step %d: %s\n", step, what);
  fflush(stdout);
  abort();
}

static size_t random_bytes(void) {
  switch (random_below(20)) {
  case 0:
    return (size_t)random_below(300000);
  case 1:
  case 2:
    return (size_t)random_below(20000);
  case 3:
    return 0;
  default:
    return (size_t)random_below(600);
  }
}

static void check_contents(int i, size_t bytes, int step) {
  for (size_t k = 0; k < bytes; k++) {
    if (live[i].payload[k] != live[i].fill) {
      fail("contents changed", step);
    }
  }
}

static void fill(int i, unsigned char *payload, size_t bytes) {
  live[i].payload = payload;
  live[i].bytes = bytes;
  live[i].fill = (unsigned char)random_bits();
  memset(payload, live[i].fill, bytes);
}

struct seen {
  char *end;
  int used;
};

static int visit(const struct malloc_block *block, void *context) {
  struct seen *seen = context;
  if ((char *)block->start < seen->end) {
    return 1;
  }
  seen->end = (char *)block->start + block->bytes;
  if ((char *)block->payload + block->payload_bytes > seen->end + 8) {
    return 2;
  }
  if (block->kind == MALLOC_BLOCK_USED || block->kind == MALLOC_BLOCK_MAPPED) {
    seen->used++;
    for (int i = 0; i < SLOTS; i++) {
      if (live[i].payload == block->payload) {
        return block->payload_bytes < live[i].bytes ? 3 : 0;
      }
    }
    return 4;
  }
  return 0;
}

static void check_all(int step) {
  struct seen seen = {0, 0};
  malloc_check();
  int result = malloc_walk(visit, &seen);
  if (result != 0) {
    printf("walk says %d; ", result);
    fail("the walk and the shadow disagree", step);
  }
  if (seen.used != live_count) {
    fail("the walk misses blocks", step);
  }
}

static void allocate(int i, int step) {
  size_t bytes = random_bytes();
  unsigned char *payload;
  int how = random_below(8);
  if (how == 0) {
    payload = calloc(1, bytes);
    for (size_t k = 0; k < bytes; k++) {
      if (payload[k] != 0) {
        fail("calloc's memory is not zero", step);
      }
    }
  } else if (how == 1) {
    size_t alignment = (size_t)16 << random_below(10);
    payload = aligned_alloc(alignment, bytes);
    if (((size_t)payload & (alignment - 1)) != 0) {
      fail("not aligned as asked for", step);
    }
  } else {
    payload = malloc(bytes);
  }
  if (payload == 0 || ((size_t)payload & 15) != 0 || malloc_usable_size(payload) < bytes) {
    fail("a bad block", step);
  }
  fill(i, payload, bytes);
  live_count++;
}

int main(int argc, char **argv) {
  int rounds = random_begin(argc, argv, 3000);
  for (int step = 0; step < rounds; step++) {
    int i = random_below(SLOTS);
    if (live[i].payload == 0) {
      allocate(i, step);
    } else {
      check_contents(i, live[i].bytes, step);
      if (random_below(3) == 0) {
        size_t bytes = random_bytes() + 1;
        unsigned char *payload = realloc(live[i].payload, bytes);
        live[i].payload = payload;
        check_contents(i, bytes < live[i].bytes ? bytes : live[i].bytes, step);
        fill(i, payload, bytes);
      } else {
        free(live[i].payload);
        live[i].payload = 0;
        live_count--;
      }
    }
    if (step % 16 == 0) {
      check_all(step);
    }
  }
  for (int i = 0; i < SLOTS; i++) {
    free(live[i].payload);
    live[i].payload = 0;
  }
  live_count = 0;
  check_all(rounds);
  struct mallinfo2 info = mallinfo2();
  printf("in use at the end: %u bytes\n", (unsigned)info.uordblks);
  return 0;
}
