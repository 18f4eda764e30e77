/*
 * Between seconds since 1970 and the Gregorian calendar, in UTC. Years are counted from March, so that the leap day is
 * the last of its year; 400 years have exactly 146097 days.
 */
#include <errno.h>
#include <limits.h>
#include <time.h>

enum {
  SECONDS_PER_DAY = 86400,
  DAYS_PER_400_YEARS = 146097,
  DAYS_PER_100_YEARS = 36524,
  DAYS_PER_4_YEARS = 1461,
  DAYS_TO_MARCH_2000 = 11017, /* from 1 January 1970 to 1 March 2000 */
};

char *tzname[2] = {"UTC", "UTC"};
long timezone;
int daylight;

void tzset(void) {
}

static int is_leap(long long year) {
  return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

/* Days before month `month` (0 is March) in a year that begins with March. */
static int days_before(int month) {
  return (month * 153 + 2) / 5; /* 31, 30, 31, 30, 31 repeats: 153 days in five months */
}

struct tm *gmtime_r(const time_t *seconds, struct tm *to) {
  long long days = *seconds / SECONDS_PER_DAY;
  int rest = (int)(*seconds % SECONDS_PER_DAY);
  if (rest < 0) {
    rest += SECONDS_PER_DAY;
    days--;
  }
  long long from_march = days - DAYS_TO_MARCH_2000;
  long long cycles = from_march / DAYS_PER_400_YEARS;
  int day = (int)(from_march % DAYS_PER_400_YEARS);
  if (day < 0) {
    day += DAYS_PER_400_YEARS;
    cycles--;
  }
  int centuries = day / DAYS_PER_100_YEARS;
  centuries -= centuries == 4; /* the last century has one day more */
  day -= centuries * DAYS_PER_100_YEARS;
  int fours = day / DAYS_PER_4_YEARS;
  day -= fours * DAYS_PER_4_YEARS;
  int years = day / 365;
  years -= years == 4;
  day -= years * 365;
  int month = 11;
  while (days_before(month) > day) {
    month--;
  }
  int is_next_year = month >= 10; /* January and February */
  long long year = 2000 + cycles * 400 + centuries * 100 + fours * 4 + years + is_next_year;
  if (year - 1900 > INT_MAX || year - 1900 < INT_MIN) {
    errno = EOVERFLOW;
    return 0;
  }
  to->tm_year = (int)(year - 1900);
  to->tm_mon = is_next_year ? month - 10 : month + 2;
  to->tm_mday = day - days_before(month) + 1;
  to->tm_yday = is_next_year ? day - 306 : day + 59 + is_leap(year);
  to->tm_wday = (int)((days % 7 + 7 + 4) % 7); /* 1 January 1970 was a Thursday */
  to->tm_hour = rest / 3600;
  to->tm_min = rest / 60 % 60;
  to->tm_sec = rest % 60;
  to->tm_isdst = 0;
  to->tm_gmtoff = 0;
  to->tm_zone = tzname[0];
  return to;
}

static long long floor_divide(long long numerator, int divisor) {
  long long quotient = numerator / divisor;
  return quotient - (numerator % divisor < 0);
}

/* Days from 1970 to the first of a month; the month may be any number. */
static long long days_to_month(long long year, int month) {
  long long months = year * 12 + month - 2; /* from March of year 0 */
  long long march_year = floor_divide(months, 12);
  int march_month = (int)(months - march_year * 12);
  long long leap_days = floor_divide(march_year, 4) - floor_divide(march_year, 100) + floor_divide(march_year, 400);
  /* Year 2000 is 730485 days after year 0 by the same count. */
  return march_year * 365 + leap_days + days_before(march_month) - 730485 + DAYS_TO_MARCH_2000;
}

/* Fields out of their ranges are brought into them. */
time_t timegm(struct tm *broken_down) {
  long long days = days_to_month(broken_down->tm_year + 1900LL, broken_down->tm_mon) + broken_down->tm_mday - 1;
  time_t seconds = days * SECONDS_PER_DAY + broken_down->tm_hour * 3600LL + broken_down->tm_min * 60LL + broken_down->tm_sec;
  struct tm normal;
  if (gmtime_r(&seconds, &normal) == 0) {
    return -1;
  }
  *broken_down = normal;
  return seconds;
}

time_t mktime(struct tm *broken_down) {
  return timegm(broken_down);
}

struct tm *gmtime(const time_t *seconds) {
  static struct tm result;
  return gmtime_r(seconds, &result);
}

struct tm *localtime_r(const time_t *seconds, struct tm *to) {
  return gmtime_r(seconds, to);
}

struct tm *localtime(const time_t *seconds) {
  return gmtime(seconds);
}
