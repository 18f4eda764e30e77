/* Sending signals. */
#include <signal.h>
#include <unistd.h>

#include "../internal/libc.h"

int kill(pid_t pid, int number) {
  return __result(__sys_kill(pid, number));
}

int killpg(pid_t pgid, int number) {
  return kill(-pgid, number);
}

int raise(int number) {
  return __result(__sys_tkill(__sys_gettid(), number));
}
