/* Ways for a process to end (C11 7.22.4). */
#include <stdlib.h>
#include <unistd.h>

#include "../internal/libc.h"

typedef void (*hook)(void);

extern hook __fini_array_start[] __attribute__((weak));
extern hook __fini_array_end[] __attribute__((weak));

/* Weak: a program without stdio or atexit links neither. */
extern void __flush_all_files(void) __attribute__((weak));
extern void __run_exit_functions(void) __attribute__((weak));

void _Exit(int status) {
  for (;;) {
    __sys_exit_group(status);
  }
}

void _exit(int status) {
  _Exit(status);
}

void exit(int status) {
  if (__run_exit_functions) {
    __run_exit_functions();
  }
  for (hook *next = __fini_array_end; next > __fini_array_start;) {
    (*--next)();
  }
  if (__flush_all_files) {
    __flush_all_files();
  }
  _Exit(status);
}
