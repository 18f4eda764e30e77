/* Date and time (C11 7.27, POSIX.1-2008). The only time zone is UTC. */
#ifndef _TIME_H
#define _TIME_H

#include <stddef.h>
#include <bits/timespec.h>
#include <sys/types.h>

#define CLOCKS_PER_SEC 1000000L
#define TIME_UTC 1

#define CLOCK_REALTIME 0
#define CLOCK_MONOTONIC 1
#define CLOCK_PROCESS_CPUTIME_ID 2
#define CLOCK_THREAD_CPUTIME_ID 3
#define CLOCK_MONOTONIC_RAW 4
#define CLOCK_REALTIME_COARSE 5
#define CLOCK_MONOTONIC_COARSE 6
#define CLOCK_BOOTTIME 7
#define TIMER_ABSTIME 1

struct tm {
  int tm_sec;
  int tm_min;
  int tm_hour;
  int tm_mday;
  int tm_mon;
  int tm_year;
  int tm_wday;
  int tm_yday;
  int tm_isdst;
  long tm_gmtoff;
  const char *tm_zone;
};

#ifdef __cplusplus
extern "C" {
#endif

extern char *tzname[2];
extern long timezone;
extern int daylight;

time_t time(time_t *seconds);
clock_t clock(void);
double difftime(time_t end, time_t start);
int clock_gettime(clockid_t clock, struct timespec *now);
int clock_getres(clockid_t clock, struct timespec *resolution);
int clock_settime(clockid_t clock, const struct timespec *now);
int clock_nanosleep(clockid_t clock, int flags, const struct timespec *request, struct timespec *remaining);
int nanosleep(const struct timespec *request, struct timespec *remaining);
int timespec_get(struct timespec *now, int base);

struct tm *gmtime(const time_t *seconds);
struct tm *gmtime_r(const time_t *seconds, struct tm *to);
struct tm *localtime(const time_t *seconds);
struct tm *localtime_r(const time_t *seconds, struct tm *to);
time_t mktime(struct tm *broken_down);
time_t timegm(struct tm *broken_down);
char *asctime(const struct tm *broken_down);
char *asctime_r(const struct tm *broken_down, char *to);
char *ctime(const time_t *seconds);
char *ctime_r(const time_t *seconds, char *to);
size_t strftime(char *to, size_t bytes, const char *format, const struct tm *broken_down);
/* Reads a date by a format like strftime's: the first character that was not read, or 0 if it does not fit. */
char *strptime(const char *text, const char *format, struct tm *to);
int stime(const time_t *seconds);
void tzset(void);

#ifdef __cplusplus
}
#endif

#endif
