/*
 * From the start stack to main and from main's return to exit: the environment, the auxiliary vector, constructors and
 * destructors. Thread-local objects are set up by thread-local.c where a program has some.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

#include "../internal/libc.h"

typedef void (*hook)(void);

/* Bounds of the constructor and destructor tables, defined by the linker if there are any. */
extern hook __preinit_array_start[] __attribute__((weak));
extern hook __preinit_array_end[] __attribute__((weak));
extern hook __init_array_start[] __attribute__((weak));
extern hook __init_array_end[] __attribute__((weak));

extern int main(int argc, char **argv, char **envp);

char **environ;
char *program_invocation_name = "";
char *program_invocation_short_name = "";

static const unsigned long *auxiliary_vector;

unsigned long getauxval(unsigned long type) {
  for (const unsigned long *entry = auxiliary_vector; entry[0] != AT_NULL; entry += 2) {
    if (entry[0] == type) {
      return entry[1];
    }
  }
  errno = ENOENT;
  return 0;
}

static void run_hooks(hook *start, hook *end) {
  for (hook *next = start; next < end; next++) {
    (*next)();
  }
}

static void set_program_name(char *path) {
  program_invocation_name = path;
  program_invocation_short_name = path;
  for (char *p = path; *p != 0; p++) {
    if (*p == '/') {
      program_invocation_short_name = p + 1;
    }
  }
}

/* Called by crt0 with the start stack; never returns. */
void __libc_start(long *stack) {
  int argc = (int)stack[0];
  char **argv = (char **)(stack + 1);
  environ = argv + argc + 1;
  char **last = environ;
  while (*last != 0) {
    last++;
  }
  auxiliary_vector = (const unsigned long *)(last + 1);
  if (argc > 0) {
    set_program_name(argv[0]);
  }
  run_hooks(__preinit_array_start, __preinit_array_end);
  run_hooks(__init_array_start, __init_array_end);
  exit(main(argc, argv, environ));
}
