/* Signals that wait, and waiting for signals. */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "../internal/libc.h"

int sigisemptyset(const sigset_t *set) {
  return (set->__bits[0] | set->__bits[1]) == 0;
}

int sigandset(sigset_t *to, const sigset_t *a, const sigset_t *b) {
  to->__bits[0] = a->__bits[0] & b->__bits[0];
  to->__bits[1] = a->__bits[1] & b->__bits[1];
  return 0;
}

int sigorset(sigset_t *to, const sigset_t *a, const sigset_t *b) {
  to->__bits[0] = a->__bits[0] | b->__bits[0];
  to->__bits[1] = a->__bits[1] | b->__bits[1];
  return 0;
}

int sigpending(sigset_t *set) {
  return __result(__sys_rt_sigpending(set, SIGSET_BYTES));
}

int sigtimedwait(const sigset_t *set, siginfo_t *info, const struct timespec *timeout) {
  struct __kernel_timespec limit;
  if (timeout != 0) {
    limit.seconds = timeout->tv_sec;
    limit.nanoseconds = timeout->tv_nsec;
  }
  return __result(__sys_rt_sigtimedwait_time64((void *)set, info, timeout != 0 ? &limit : 0, SIGSET_BYTES));
}

int sigwaitinfo(const sigset_t *set, siginfo_t *info) {
  return sigtimedwait(set, info, 0);
}

/* Returns an error number; a handler that runs meanwhile does not end the wait. */
int sigwait(const sigset_t *set, int *number) {
  int signal;
  do {
    signal = sigwaitinfo(set, 0);
  } while (signal < 0 && errno == EINTR);
  if (signal < 0) {
    return errno;
  }
  *number = signal;
  return 0;
}

int sigqueue(pid_t pid, int number, union sigval value) {
  siginfo_t info;
  memset(&info, 0, sizeof info);
  info.si_signo = number;
  info.si_code = SI_QUEUE;
  info.si_pid = getpid();
  info.si_uid = getuid();
  info.si_value = value;
  return __result(__sys_rt_sigqueueinfo(pid, number, &info));
}

int sigaltstack(const stack_t *stack, stack_t *old) {
  return __result(__sys_sigaltstack((void *)stack, old));
}

int siginterrupt(int number, int interrupts) {
  struct sigaction action;
  if (sigaction(number, 0, &action) < 0) {
    return -1;
  }
  if (interrupts) {
    action.sa_flags &= ~SA_RESTART;
  } else {
    action.sa_flags |= SA_RESTART;
  }
  return sigaction(number, &action, 0);
}

void psiginfo(const siginfo_t *info, const char *what) {
  psignal(info->si_signo, what);
}
