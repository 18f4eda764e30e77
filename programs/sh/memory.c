/*
 * The shell's memory: an arena for what lives as long as one command (trees, fields), and strings that grow.
 * Variables, jobs and history live longer and come from malloc.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sh.h"

enum { BLOCK_BYTES = 4000, ALIGNMENT_BYTES = 8 };

typedef struct ArenaBlock {
  struct ArenaBlock *before;
  size_t capacity;
  double aligned[1]; /* the first of the bytes handed out */
} ArenaBlock;

static ArenaBlock *top;
static size_t used;

void *grow(void *old, size_t bytes) {
  void *block = realloc(old, bytes);
  if (block == NULL) {
    fprintf(stderr, "sh: out of memory: %lu bytes were asked for (close programs, or start with more --frames)\n",
            (unsigned long)bytes);
    exit(2);
  }
  return block;
}

char *copy_string(const char *text) {
  size_t bytes = strlen(text) + 1;
  return memcpy(grow(NULL, bytes), text, bytes);
}

void *arena_alloc(size_t bytes) {
  bytes = (bytes + ALIGNMENT_BYTES - 1) / ALIGNMENT_BYTES * ALIGNMENT_BYTES;
  if (top == NULL || top->capacity - used < bytes) {
    size_t capacity = bytes > BLOCK_BYTES ? bytes : BLOCK_BYTES;
    ArenaBlock *block = grow(NULL, sizeof(ArenaBlock) + capacity);
    block->before = top;
    block->capacity = capacity;
    top = block;
    used = 0;
  }
  void *result = (char *)top->aligned + used;
  used += bytes;
  return memset(result, 0, bytes);
}

char *arena_copy(const char *text, size_t bytes) {
  char *copy = arena_alloc(bytes + 1);
  memcpy(copy, text, bytes);
  return copy;
}

ArenaMark arena_mark(void) {
  ArenaMark mark = {top, used};
  return mark;
}

void arena_release(ArenaMark mark) {
  while (top != mark.block) {
    ArenaBlock *before = top->before;
    free(top);
    top = before;
  }
  used = mark.used;
}

void buffer_put(Buffer *buffer, char c) {
  if (buffer->length + 2 > buffer->capacity) {
    buffer->capacity = buffer->capacity == 0 ? 64 : buffer->capacity * 2;
    buffer->text = grow(buffer->text, buffer->capacity);
  }
  buffer->text[buffer->length++] = c;
  buffer->text[buffer->length] = '\0';
}

void buffer_puts(Buffer *buffer, const char *text) {
  while (*text != '\0') buffer_put(buffer, *text++);
}

char *buffer_finish(Buffer *buffer) {
  char *copy = arena_copy(buffer->text == NULL ? "" : buffer->text, buffer->length);
  buffer_free(buffer);
  return copy;
}

void buffer_free(Buffer *buffer) {
  free(buffer->text);
  buffer->text = NULL;
  buffer->length = buffer->capacity = 0;
}
