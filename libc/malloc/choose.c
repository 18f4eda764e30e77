/* The choice of an allocator, by name, when malloc is called for the first time. */
#include <stdlib.h>
#include <string.h>

#include "../src/internal/libc.h"
#include "allocator.h"

static const struct allocator *const allocators[] = {
    &__bins_allocator,
    &__side_allocator,
    &__first_fit_allocator,
};

enum { ALLOCATOR_COUNT = sizeof allocators / sizeof allocators[0] };

static const struct allocator *chosen;

/* An unknown name is the user's mistake: said once, and the default serves. */
static const struct allocator *choose(const char *name) {
  if (name == 0 || *name == 0) {
    return allocators[0];
  }
  for (int i = 0; i < ALLOCATOR_COUNT; i++) {
    if (strcmp(name, allocators[i]->name) == 0) {
      return allocators[i];
    }
  }
  __complain("malloc: MALLOC=");
  __complain(name);
  __complain(" names no allocator; using ");
  __complain(allocators[0]->name);
  __complain(". Known:");
  for (int i = 0; i < ALLOCATOR_COUNT; i++) {
    __complain(" ");
    __complain(allocators[i]->name);
  }
  __complain("\n");
  return allocators[0];
}

const struct allocator *__allocator(void) {
  if (chosen == 0) {
    chosen = choose(getenv("MALLOC"));
  }
  return chosen;
}
