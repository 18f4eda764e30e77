/* poll on top of ppoll_time64. */
#include <poll.h>

#include "../internal/libc.h"

/* A negative timeout waits for ever. */
int poll(struct pollfd *fds, nfds_t count, int timeout_milliseconds) {
  struct __kernel_timespec timeout;
  if (timeout_milliseconds >= 0) {
    timeout.seconds = timeout_milliseconds / 1000;
    timeout.nanoseconds = (timeout_milliseconds % 1000) * 1000000;
  }
  return __result(__sys_ppoll_time64(fds, count, timeout_milliseconds >= 0 ? &timeout : 0, 0, SIGSET_BYTES));
}
