/*
 * new-delete: what a C++ compiler makes of `new` and `delete` are calls of these functions of the library, by the names that
 * the Itanium C++ ABI gives them; and these call malloc and free (M16). Link an object file of a C++ compiler and see.
 * Look at: the allocator's own list of blocks while they come and go.
 */
#include <malloc.h>

#include "lib/tool.h"

void *_Znwj(unsigned bytes);                /* operator new(unsigned) */
void *_Znaj(unsigned bytes);                /* operator new[](unsigned) */
void _ZdlPv(void *object);                  /* operator delete(void *) */
void _ZdaPv(void *array);                   /* operator delete[](void *) */

static int print(const struct malloc_block *block, void *context) {
  (void)context;
  if (block->kind == MALLOC_BLOCK_USED) printf(" [used %lu at %p]", (unsigned long)block->payload_bytes, block->payload);
  return 0;
}

static void show(const char *step, void *object) {
  struct malloc_counts counts = malloc_counts();
  printf("%-14s %p  malloc %lu, free %lu:", step, object, counts.allocations, counts.releases);
  malloc_walk(print, NULL);
  printf("\n");
}

int main(int argc, char **argv) {
  tool_start(argc, argv, "new-delete", "usage: new-delete\nCalls operator new and delete by their C++ names and shows malloc's books.\n");
  setvbuf(stdout, NULL, _IONBF, 0); /* no buffer of printf's among the blocks */
  void *object = _Znwj(24);
  show("new (24)", object);
  void *array = _Znaj(400);
  show("new [400]", array);
  _ZdlPv(object);
  show("delete", object);
  _ZdaPv(array);
  show("delete []", array);
  return tool_finish(0);
}
