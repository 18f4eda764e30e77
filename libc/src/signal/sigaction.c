/*
 * Actions for signals. The kernel's structure for riscv32 is handler, flags, mask; there is no restorer: the kernel
 * points ra at its own trampoline when it starts a handler.
 */
#include <signal.h>

#include "../internal/libc.h"

struct kernel_sigaction {
  void (*handler)(int);
  unsigned long flags;
  unsigned long mask[2];
  unsigned long unused; /* not Linux's: qemu's user mode writes a fifth word into the old action */
};

int sigaction(int number, const struct sigaction *action, struct sigaction *old) {
  struct kernel_sigaction new_action;
  struct kernel_sigaction old_action;
  if (action != 0) {
    new_action.handler = action->sa_handler;
    new_action.flags = (unsigned long)action->sa_flags;
    new_action.mask[0] = action->sa_mask.__bits[0];
    new_action.mask[1] = action->sa_mask.__bits[1];
    new_action.unused = 0;
  }
  int raw = __sys_rt_sigaction(number, action != 0 ? &new_action : 0, old != 0 ? &old_action : 0, SIGSET_BYTES);
  if (__result(raw) < 0) {
    return -1;
  }
  if (old != 0) {
    old->sa_handler = old_action.handler;
    old->sa_flags = (int)old_action.flags;
    old->sa_mask.__bits[0] = old_action.mask[0];
    old->sa_mask.__bits[1] = old_action.mask[1];
  }
  return 0;
}

/* The BSD meaning: the handler stays installed, and interrupted calls start again. */
sighandler_t signal(int number, sighandler_t handler) {
  struct sigaction action;
  struct sigaction old;
  action.sa_handler = handler;
  action.sa_flags = SA_RESTART;
  sigemptyset(&action.sa_mask);
  return sigaction(number, &action, &old) < 0 ? SIG_ERR : old.sa_handler;
}
