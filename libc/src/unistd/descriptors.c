/* Copies of descriptors, and pipes. */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "../internal/libc.h"

int dup(int fd) {
  return __result(__sys_dup(fd));
}

int dup3(int fd, int new_fd, int flags) {
  return __result(__sys_dup3(fd, new_fd, flags));
}

/* dup3 refuses equal descriptors; dup2 must return the descriptor if it is open. */
int dup2(int fd, int new_fd) {
  if (fd == new_fd) {
    return fcntl(fd, F_GETFD) < 0 ? -1 : fd;
  }
  return dup3(fd, new_fd, 0);
}

int pipe2(int fds[2], int flags) {
  return __result(__sys_pipe2(fds, flags));
}

int pipe(int fds[2]) {
  return pipe2(fds, 0);
}
