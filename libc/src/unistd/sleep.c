/* Sleeping for a while. */
#include <errno.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

#include "../internal/libc.h"

/* Returns 0 or an error number, as POSIX has it for this one. */
int clock_nanosleep(clockid_t clock, int flags, const struct timespec *request, struct timespec *remaining) {
  struct __kernel_timespec wanted = {request->tv_sec, request->tv_nsec};
  struct __kernel_timespec left = {0, 0};
  int raw = __sys_clock_nanosleep_time64(clock, (unsigned int)flags, &wanted, &left);
  if (raw == -EINTR && remaining != 0 && (flags & TIMER_ABSTIME) == 0) {
    remaining->tv_sec = left.seconds;
    remaining->tv_nsec = (long)left.nanoseconds;
  }
  return -raw;
}

int nanosleep(const struct timespec *request, struct timespec *remaining) {
  int error = clock_nanosleep(CLOCK_REALTIME, 0, request, remaining);
  if (error != 0) {
    errno = error;
    return -1;
  }
  return 0;
}

/* Returns the seconds that were left when a signal came. */
unsigned int sleep(unsigned int seconds) {
  struct timespec request = {seconds, 0};
  struct timespec remaining = {0, 0};
  if (nanosleep(&request, &remaining) < 0) {
    return (unsigned int)remaining.tv_sec + (remaining.tv_nsec > 0);
  }
  return 0;
}

int usleep(useconds_t microseconds) {
  struct timespec request = {microseconds / 1000000, (long)(microseconds % 1000000) * 1000};
  return nanosleep(&request, 0);
}

int pause(void) {
  sigset_t mask;
  sigprocmask(SIG_BLOCK, 0, &mask);
  return sigsuspend(&mask);
}
