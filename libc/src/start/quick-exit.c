/* quick_exit (C11 7.22.4.7): its own list of functions, no destructors, no flushing. */
#include <stdlib.h>

enum { MAX_FUNCTIONS = 32 };

static void (*functions[MAX_FUNCTIONS])(void);
static int function_count;

int at_quick_exit(void (*function)(void)) {
  if (function_count == MAX_FUNCTIONS) {
    return -1;
  }
  functions[function_count++] = function;
  return 0;
}

void quick_exit(int status) {
  while (function_count > 0) {
    functions[--function_count]();
  }
  _Exit(status);
}
