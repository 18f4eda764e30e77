/*
 * Functions to run at exit: atexit for C, __cxa_atexit for the destructors of C++ objects of static storage (Itanium C++
 * ABI 3.3.6). Shared objects do not exist here, so __cxa_finalize and the object handle mean little.
 */
#include <errno.h>
#include <stdlib.h>

#include "../internal/libc.h"

enum { ENTRIES_PER_CHUNK = 32 }; /* C11 7.22.4.2 asks for 32: those need no malloc */

struct exit_entry {
  void (*function)(void *);
  void *argument;
};

struct exit_chunk {
  struct exit_chunk *older;
  int count;
  struct exit_entry entries[ENTRIES_PER_CHUNK];
};

static struct exit_chunk first_chunk;
static struct exit_chunk *newest_chunk = &first_chunk;

void *__dso_handle = 0;

int __cxa_atexit(void (*function)(void *), void *argument, void *object) {
  (void)object;
  if (newest_chunk->count == ENTRIES_PER_CHUNK) {
    struct exit_chunk *chunk = calloc(1, sizeof *chunk);
    if (chunk == 0) {
      return -1;
    }
    chunk->older = newest_chunk;
    newest_chunk = chunk;
  }
  struct exit_entry *entry = &newest_chunk->entries[newest_chunk->count++];
  entry->function = function;
  entry->argument = argument;
  return 0;
}

/* A function without parameters may be called with one that it ignores: both pass it in a0. */
int atexit(void (*function)(void)) {
  return __cxa_atexit((void (*)(void *))function, 0, 0);
}

/* A function may register others while it runs: they come next. */
void __run_exit_functions(void) {
  for (;;) {
    if (newest_chunk->count == 0) {
      if (newest_chunk->older == 0) {
        return;
      }
      newest_chunk = newest_chunk->older;
    } else {
      struct exit_entry *entry = &newest_chunk->entries[--newest_chunk->count];
      entry->function(entry->argument);
    }
  }
}

void __cxa_finalize(void *object) {
  if (object == 0) {
    __run_exit_functions();
  }
}
