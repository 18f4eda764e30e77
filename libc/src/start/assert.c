/* A failed assertion (C11 7.2.1.1). */
#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

void __assert_fail(const char *condition, const char *file, unsigned int line, const char *function) {
  fflush(stdout);
  fprintf(stderr, "%s: %s:%u: %s: Assertion `%s' failed.\n", program_invocation_short_name, file, line, function,
          condition);
  abort();
}
