/* Reading clocks. */
#include <time.h>

#include "../internal/libc.h"

#include <sys/time.h>

int clock_gettime(clockid_t clock, struct timespec *now) {
  struct __kernel_timespec kernel_now;
  if (__result(__sys_clock_gettime64(clock, &kernel_now)) < 0) {
    return -1;
  }
  now->tv_sec = kernel_now.seconds;
  now->tv_nsec = (long)kernel_now.nanoseconds;
  return 0;
}

time_t time(time_t *seconds) {
  struct timespec now = {-1, 0};
  clock_gettime(CLOCK_REALTIME, &now);
  if (seconds != 0) {
    *seconds = now.tv_sec;
  }
  return now.tv_sec;
}

/* Microseconds of processor time; they wrap after 36 minutes, as a 32-bit clock_t must. */
clock_t clock(void) {
  struct timespec used;
  if (clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used) < 0) {
    return -1;
  }
  return (clock_t)((unsigned long)used.tv_sec * 1000000UL + (unsigned long)used.tv_nsec / 1000);
}

int timespec_get(struct timespec *now, int base) {
  return base == TIME_UTC && clock_gettime(CLOCK_REALTIME, now) == 0 ? base : 0;
}

int gettimeofday(struct timeval *now, void *zone) {
  struct timespec precise;
  (void)zone;
  if (clock_gettime(CLOCK_REALTIME, &precise) < 0) {
    return -1;
  }
  now->tv_sec = precise.tv_sec;
  now->tv_usec = precise.tv_nsec / 1000;
  return 0;
}

double difftime(time_t end, time_t start) {
  return (double)(end - start);
}
