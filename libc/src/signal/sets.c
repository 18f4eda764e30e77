/* Sets of signals, and this process's blocked set. */
#include <errno.h>
#include <signal.h>

#include "../internal/libc.h"

static int is_signal(int number) {
  return number > 0 && number < NSIG;
}

static int fail(void) {
  errno = EINVAL;
  return -1;
}

int sigemptyset(sigset_t *set) {
  set->__bits[0] = 0;
  set->__bits[1] = 0;
  return 0;
}

int sigfillset(sigset_t *set) {
  set->__bits[0] = ~0UL;
  set->__bits[1] = ~0UL;
  return 0;
}

int sigaddset(sigset_t *set, int number) {
  if (!is_signal(number)) {
    return fail();
  }
  set->__bits[(number - 1) / 32] |= 1UL << ((number - 1) % 32);
  return 0;
}

int sigdelset(sigset_t *set, int number) {
  if (!is_signal(number)) {
    return fail();
  }
  set->__bits[(number - 1) / 32] &= ~(1UL << ((number - 1) % 32));
  return 0;
}

int sigismember(const sigset_t *set, int number) {
  if (!is_signal(number)) {
    return fail();
  }
  return (int)(set->__bits[(number - 1) / 32] >> ((number - 1) % 32) & 1);
}

int sigprocmask(int how, const sigset_t *set, sigset_t *old) {
  return __result(__sys_rt_sigprocmask(how, (void *)set, old, SIGSET_BYTES));
}

int sigsuspend(const sigset_t *mask) {
  return __result(__sys_rt_sigsuspend((void *)mask, SIGSET_BYTES));
}
