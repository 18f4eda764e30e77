/* What the parts of libc share with each other and with nobody else. */
#ifndef _INTERNAL_LIBC_H
#define _INTERNAL_LIBC_H

#include <bits/syscall-stubs.h>
#include <stddef.h>
#include <sys/types.h>

/* A page of Sv32. */
#define PAGE_BYTES 4096U

/* sizeof the kernel's signal set, as the rt_sig… calls want it. */
#define SIGSET_BYTES 8U

/* Time as the kernel carries it: both members have 64 bits, also on riscv32. */
struct __kernel_timespec {
  long long seconds;
  long long nanoseconds;
};

/* Turns what a stub returned into what C callers expect: -4095…-1 become -1 with errno set. */
int __result(int raw);

/* Directory of a path-taking call that has none: the working directory. */
#define WORKING_DIRECTORY (-100)

/* Runs the functions given to atexit and __cxa_atexit, last first. */
void __run_exit_functions(void);

/* Writes all pending output; present only in programs that use stdio. */
void __flush_all_files(void);

/* Writes a message to stderr without stdio: for errors in the middle of malloc and in abort paths. */
void __complain(const char *text);
void __complain_hex(unsigned long value);
void __complain_decimal(unsigned long value);

#endif
