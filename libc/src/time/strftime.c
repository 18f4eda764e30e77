/* Dates as text, in the C locale (C11 7.27.3). */
#include <stdio.h>
#include <string.h>
#include <time.h>

static const char *const days[] = {"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"};
static const char *const months[] = {"January", "February", "March",     "April",   "May",      "June",
                                     "July",    "August",   "September", "October", "November", "December"};

static const char *name(const char *const *names, int count, int index) {
  return index >= 0 && index < count ? names[index] : "?";
}

static int floor_modulo(long long n, int m) {
  int rest = (int)(n % m);
  return rest < 0 ? rest + m : rest;
}

static int is_leap(long long year) {
  return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

/* ISO 8601: week 1 holds the year's first Thursday. Returns the week; *year becomes the year that the week belongs to. */
static int iso_week(const struct tm *t, long long *year) {
  int days_since_monday = (t->tm_wday + 6) % 7;
  int week = (t->tm_yday - days_since_monday + 10) / 7;
  *year = t->tm_year + 1900LL;
  if (week == 0) { /* the last week of the year before */
    --*year;
    int yday = t->tm_yday + 365 + is_leap(*year);
    return (yday - days_since_monday + 10) / 7;
  }
  if (week == 53 && t->tm_yday - days_since_monday + 3 >= 365 + is_leap(*year)) { /* its Thursday is next year's */
    ++*year;
    return 1;
  }
  return week;
}

/* Conversions that stand for others. */
static const char *expansion(char conversion) {
  switch (conversion) {
  case 'c':
    return "%a %b %e %H:%M:%S %Y";
  case 'D':
  case 'x':
    return "%m/%d/%y";
  case 'F':
    return "%Y-%m-%d";
  case 'r':
    return "%I:%M:%S %p";
  case 'R':
    return "%H:%M";
  case 'T':
  case 'X':
    return "%H:%M:%S";
  default:
    return 0;
  }
}

/* One conversion that is no abbreviation, into `to` of 64 bytes. */
static void convert(char *to, char conversion, const struct tm *t) {
  enum { ROOM = 64 };
  long long year = t->tm_year + 1900LL;
  long long iso_year;
  int week = iso_week(t, &iso_year);
  int hour12 = t->tm_hour % 12 == 0 ? 12 : t->tm_hour % 12;
  switch (conversion) {
  case 'a':
    snprintf(to, ROOM, "%.3s", name(days, 7, t->tm_wday));
    break;
  case 'A':
    snprintf(to, ROOM, "%s", name(days, 7, t->tm_wday));
    break;
  case 'b':
  case 'h':
    snprintf(to, ROOM, "%.3s", name(months, 12, t->tm_mon));
    break;
  case 'B':
    snprintf(to, ROOM, "%s", name(months, 12, t->tm_mon));
    break;
  case 'C':
    snprintf(to, ROOM, "%02lld", (year - floor_modulo(year, 100)) / 100);
    break;
  case 'd':
    snprintf(to, ROOM, "%02d", t->tm_mday);
    break;
  case 'e':
    snprintf(to, ROOM, "%2d", t->tm_mday);
    break;
  case 'g':
    snprintf(to, ROOM, "%02d", floor_modulo(iso_year, 100));
    break;
  case 'G':
    snprintf(to, ROOM, "%lld", iso_year);
    break;
  case 'H':
    snprintf(to, ROOM, "%02d", t->tm_hour);
    break;
  case 'I':
    snprintf(to, ROOM, "%02d", hour12);
    break;
  case 'j':
    snprintf(to, ROOM, "%03d", t->tm_yday + 1);
    break;
  case 'k':
    snprintf(to, ROOM, "%2d", t->tm_hour);
    break;
  case 'l':
    snprintf(to, ROOM, "%2d", hour12);
    break;
  case 'm':
    snprintf(to, ROOM, "%02d", t->tm_mon + 1);
    break;
  case 'M':
    snprintf(to, ROOM, "%02d", t->tm_min);
    break;
  case 'n':
    strcpy(to, "\n");
    break;
  case 'p':
    strcpy(to, t->tm_hour >= 12 ? "PM" : "AM");
    break;
  case 'P':
    strcpy(to, t->tm_hour >= 12 ? "pm" : "am");
    break;
  case 's': {
    struct tm copy = *t;
    snprintf(to, ROOM, "%lld", (long long)timegm(&copy));
    break;
  }
  case 'S':
    snprintf(to, ROOM, "%02d", t->tm_sec);
    break;
  case 't':
    strcpy(to, "\t");
    break;
  case 'u':
    snprintf(to, ROOM, "%d", t->tm_wday == 0 ? 7 : t->tm_wday);
    break;
  case 'U': /* weeks from the first Sunday */
    snprintf(to, ROOM, "%02d", (t->tm_yday + 7 - t->tm_wday) / 7);
    break;
  case 'V':
    snprintf(to, ROOM, "%02d", week);
    break;
  case 'w':
    snprintf(to, ROOM, "%d", t->tm_wday);
    break;
  case 'W': /* weeks from the first Monday */
    snprintf(to, ROOM, "%02d", (t->tm_yday + 7 - (t->tm_wday + 6) % 7) / 7);
    break;
  case 'y':
    snprintf(to, ROOM, "%02d", floor_modulo(year, 100));
    break;
  case 'Y':
    snprintf(to, ROOM, "%lld", year);
    break;
  case 'z':
    strcpy(to, "+0000");
    break;
  case 'Z':
    strcpy(to, "UTC");
    break;
  case '%':
    strcpy(to, "%");
    break;
  default: /* undefined: as it stands */
    snprintf(to, ROOM, "%%%c", conversion);
  }
}

/* Returns the length, or 0 if the text and its zero do not fit. */
size_t strftime(char *to, size_t bytes, const char *format, const struct tm *t) {
  size_t done = 0;
  for (const char *p = format; *p != 0; p++) {
    char text[64];
    size_t length;
    if (*p != '%' || p[1] == 0) {
      text[0] = *p;
      length = 1;
    } else {
      p++;
      if ((*p == 'E' || *p == 'O') && p[1] != 0) { /* alternatives that the C locale does not have */
        p++;
      }
      const char *longer = expansion(*p);
      if (longer != 0) {
        length = strftime(text, sizeof text, longer, t);
      } else {
        convert(text, *p, t);
        length = strlen(text);
      }
    }
    if (length >= bytes - done) {
      return 0;
    }
    memcpy(to + done, text, length);
    done += length;
  }
  if (done >= bytes) {
    return 0;
  }
  to[done] = 0;
  return done;
}

char *asctime_r(const struct tm *t, char *to) {
  snprintf(to, 26, "%.3s %.3s%3d %.2d:%.2d:%.2d %d\n", name(days, 7, t->tm_wday), name(months, 12, t->tm_mon),
           t->tm_mday, t->tm_hour, t->tm_min, t->tm_sec, 1900 + t->tm_year);
  return to;
}

char *asctime(const struct tm *t) {
  static char text[26];
  return asctime_r(t, text);
}

char *ctime_r(const time_t *seconds, char *to) {
  struct tm broken_down;
  return gmtime_r(seconds, &broken_down) == 0 ? 0 : asctime_r(&broken_down, to);
}

char *ctime(const time_t *seconds) {
  static char text[26];
  return ctime_r(seconds, text);
}
