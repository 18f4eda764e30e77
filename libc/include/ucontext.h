/* What a signal handler with SA_SIGINFO gets as its third argument: the registers at the interruption. */
#ifndef _UCONTEXT_H
#define _UCONTEXT_H

#include <signal.h>

#define REG_PC 0
#define REG_RA 1
#define REG_SP 2
#define REG_TP 4
#define REG_S0 8
#define REG_A0 10

/* gregs[0] is pc, gregs[n] is xn. */
typedef struct {
  unsigned long __gregs[32];
} mcontext_t;

/* Linux struct ucontext for riscv32: mcontext lies at byte 160. */
typedef struct __ucontext {
  unsigned long uc_flags;
  struct __ucontext *uc_link;
  stack_t uc_stack;
  sigset_t uc_sigmask;
  unsigned char __unused[132];
  mcontext_t uc_mcontext;
} ucontext_t;

#endif
