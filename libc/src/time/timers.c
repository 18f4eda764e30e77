/* Interval timers, alarm, and the clock's resolution and setting. riscv32's setitimer carries 32-bit times. */
#include <errno.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "../internal/libc.h"

/* Linux struct itimerval for riscv32. */
struct kernel_itimerval {
  long interval_seconds;
  long interval_microseconds;
  long seconds;
  long microseconds;
};

static void to_user(struct itimerval *to, const struct kernel_itimerval *from) {
  to->it_interval.tv_sec = from->interval_seconds;
  to->it_interval.tv_usec = from->interval_microseconds;
  to->it_value.tv_sec = from->seconds;
  to->it_value.tv_usec = from->microseconds;
}

int getitimer(int which, struct itimerval *now) {
  struct kernel_itimerval kernel_now;
  if (__result(__sys_getitimer(which, &kernel_now)) < 0) {
    return -1;
  }
  to_user(now, &kernel_now);
  return 0;
}

int setitimer(int which, const struct itimerval *timer, struct itimerval *old) {
  struct kernel_itimerval kernel_timer;
  struct kernel_itimerval kernel_old;
  if (timer != 0) {
    kernel_timer.interval_seconds = (long)timer->it_interval.tv_sec;
    kernel_timer.interval_microseconds = timer->it_interval.tv_usec;
    kernel_timer.seconds = (long)timer->it_value.tv_sec;
    kernel_timer.microseconds = timer->it_value.tv_usec;
  }
  if (__result(__sys_setitimer(which, timer != 0 ? &kernel_timer : 0, &kernel_old)) < 0) {
    return -1;
  }
  if (old != 0) {
    to_user(old, &kernel_old);
  }
  return 0;
}

/* Returns the seconds that were left of the previous one, at least 1 if there was one. */
unsigned int alarm(unsigned int seconds) {
  struct itimerval timer = {{0, 0}, {seconds, 0}};
  struct itimerval old;
  if (setitimer(ITIMER_REAL, &timer, &old) < 0) {
    return 0;
  }
  int rounds_up = old.it_value.tv_usec >= 500000 || (old.it_value.tv_sec == 0 && old.it_value.tv_usec > 0);
  return (unsigned int)old.it_value.tv_sec + (unsigned int)rounds_up;
}

unsigned int ualarm(useconds_t microseconds, useconds_t interval) {
  struct itimerval timer = {{interval / 1000000, (suseconds_t)(interval % 1000000)},
                            {microseconds / 1000000, (suseconds_t)(microseconds % 1000000)}};
  struct itimerval old;
  if (setitimer(ITIMER_REAL, &timer, &old) < 0) {
    return (unsigned int)-1;
  }
  return (unsigned int)old.it_value.tv_sec * 1000000 + (unsigned int)old.it_value.tv_usec;
}

int clock_getres(clockid_t clock, struct timespec *resolution) {
  struct __kernel_timespec kernel_resolution;
  if (__result(__sys_clock_getres_time64(clock, &kernel_resolution)) < 0) {
    return -1;
  }
  if (resolution != 0) {
    resolution->tv_sec = kernel_resolution.seconds;
    resolution->tv_nsec = (long)kernel_resolution.nanoseconds;
  }
  return 0;
}

int clock_settime(clockid_t clock, const struct timespec *now) {
  struct __kernel_timespec kernel_now = {now->tv_sec, now->tv_nsec};
  return __result(__sys_clock_settime64(clock, &kernel_now));
}

int settimeofday(const struct timeval *now, const struct timezone *zone) {
  (void)zone;
  if (now == 0) {
    return 0;
  }
  if (now->tv_usec < 0 || now->tv_usec >= 1000000) {
    errno = EINVAL;
    return -1;
  }
  struct timespec precise = {now->tv_sec, now->tv_usec * 1000};
  return clock_settime(CLOCK_REALTIME, &precise);
}

int stime(const time_t *seconds) {
  struct timespec precise = {*seconds, 0};
  return clock_settime(CLOCK_REALTIME, &precise);
}
