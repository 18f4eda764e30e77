/* poll and select on top of ppoll_time64 and pselect6_time64. */
#include <errno.h>
#include <poll.h>
#include <sys/select.h>

#include "../internal/libc.h"

/* A negative timeout waits for ever. */
int poll(struct pollfd *fds, nfds_t count, int timeout_milliseconds) {
  struct timespec timeout = {timeout_milliseconds / 1000, (timeout_milliseconds % 1000) * 1000000L};
  return ppoll(fds, count, timeout_milliseconds >= 0 ? &timeout : 0, 0);
}

/* The time that the kernel writes back stays here: POSIX leaves *timeout alone. */
int ppoll(struct pollfd *fds, nfds_t count, const struct timespec *timeout, const sigset_t *mask) {
  struct __kernel_timespec left;
  if (timeout != 0) {
    left.seconds = timeout->tv_sec;
    left.nanoseconds = timeout->tv_nsec;
  }
  return __result(__sys_ppoll_time64(fds, count, timeout != 0 ? &left : 0, (void *)mask, SIGSET_BYTES));
}

/* pselect6's sixth argument. */
struct mask_argument {
  const sigset_t *mask;
  unsigned int bytes;
};

static int wait_for(int count, fd_set *sets[3], struct __kernel_timespec *timeout, const sigset_t *mask) {
  struct mask_argument argument = {mask, SIGSET_BYTES};
  return __result(__sys_pselect6_time64(count, sets[0], sets[1], sets[2], timeout, &argument));
}

int pselect(int count, fd_set *readable, fd_set *writable, fd_set *exceptional, const struct timespec *timeout,
            const sigset_t *mask) {
  fd_set *sets[3] = {readable, writable, exceptional};
  struct __kernel_timespec left;
  if (timeout != 0) {
    left.seconds = timeout->tv_sec;
    left.nanoseconds = timeout->tv_nsec;
  }
  return wait_for(count, sets, timeout != 0 ? &left : 0, mask);
}

int select(int count, fd_set *readable, fd_set *writable, fd_set *exceptional, struct timeval *timeout) {
  fd_set *sets[3] = {readable, writable, exceptional};
  struct __kernel_timespec left;
  if (timeout == 0) {
    return wait_for(count, sets, 0, 0);
  }
  if (timeout->tv_sec < 0 || timeout->tv_usec < 0) {
    errno = EINVAL;
    return -1;
  }
  left.seconds = timeout->tv_sec + timeout->tv_usec / 1000000;
  left.nanoseconds = timeout->tv_usec % 1000000 * 1000LL;
  int result = wait_for(count, sets, &left, 0);
  timeout->tv_sec = left.seconds;
  timeout->tv_usec = (suseconds_t)(left.nanoseconds / 1000);
  return result;
}
