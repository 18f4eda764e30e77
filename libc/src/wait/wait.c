/*
 * Waiting for children. riscv32 has waitid only, which reports a code and a status apart; wait and waitpid put them
 * together into the traditional word (see the diagram in sys/wait.h).
 */
#include <sys/wait.h>

#include "../internal/libc.h"

int waitid(idtype_t type, id_t id, siginfo_t *info, int options) {
  return __result(__sys_waitid(type, (int)id, info, (unsigned int)options, 0));
}

static int status_word(const siginfo_t *info) {
  switch (info->si_code) {
  case CLD_EXITED:
    return (info->si_status & 0xff) << 8;
  case CLD_KILLED:
    return info->si_status & 0x7f;
  case CLD_DUMPED:
    return (info->si_status & 0x7f) | 0x80;
  case CLD_STOPPED:
  case CLD_TRAPPED:
    return (info->si_status & 0xff) << 8 | 0x7f;
  default: /* CLD_CONTINUED */
    return 0xffff;
  }
}

pid_t waitpid(pid_t pid, int *status, int options) {
  siginfo_t info;
  idtype_t type = pid > 0 ? P_PID : pid == -1 ? P_ALL : P_PGID;
  id_t id = pid > 0 ? (id_t)pid : pid == -1 ? 0 : pid == 0 ? 0 : (id_t)-pid;
  info.si_pid = 0;
  if (waitid(type, id, &info, options | WEXITED) < 0) {
    return -1;
  }
  if (info.si_pid == 0) {
    return 0; /* WNOHANG, and nobody has changed */
  }
  if (status != 0) {
    *status = status_word(&info);
  }
  return info.si_pid;
}

pid_t wait(int *status) {
  return waitpid(-1, status, 0);
}
