/* Reading dates (POSIX.1-2008 strptime, with %s, %z and %Z of BSD and GNU). Names are English, in either case. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

static const char *const days[] = {"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"};
static const char *const months[] = {"January", "February", "March",     "April",   "May",      "June",
                                     "July",    "August",   "September", "October", "November", "December"};

/* What was read that says nothing by itself: %C, %y and %p. -1: not read. */
struct pieces {
  int century;
  int year_of_century;
  int is_afternoon;
};

static const char *skip_blanks(const char *text) {
  while (isspace((unsigned char)*text)) {
    text++;
  }
  return text;
}

/* Up to `digits` digits between `low` and `high`; the place behind them, or 0. */
static const char *number(const char *text, int digits, int low, int high, int *to) {
  int value = 0;
  text = skip_blanks(text);
  if (!isdigit((unsigned char)*text)) {
    return 0;
  }
  for (; digits > 0 && isdigit((unsigned char)*text); digits--) {
    value = value * 10 + (*text++ - '0');
  }
  if (value < low || value > high) {
    return 0;
  }
  *to = value;
  return text;
}

/* A name in full or its first three letters. */
static const char *name(const char *text, const char *const *names, int count, int *to) {
  for (int i = 0; i < count; i++) {
    size_t length = strlen(names[i]);
    for (int is_short = 0; is_short < 2; is_short++) {
      size_t part = is_short ? 3 : length;
      if (strncasecmp(text, names[i], part) == 0) {
        *to = i;
        return text + part;
      }
    }
  }
  return 0;
}

/* +hhmm, +hh:mm, -hhmm or Z. */
static const char *zone(const char *text, struct tm *to) {
  int hours;
  int minutes = 0;
  text = skip_blanks(text);
  if (*text == 'Z') {
    to->tm_gmtoff = 0;
    return text + 1;
  }
  if (*text != '+' && *text != '-') {
    return 0;
  }
  int sign = *text == '-' ? -1 : 1;
  text = number(text + 1, 2, 0, 24, &hours);
  if (text != 0 && (*text == ':' || isdigit((unsigned char)*text))) {
    text = number(text + (*text == ':'), 2, 0, 59, &minutes);
  }
  to->tm_gmtoff = sign * (hours * 3600L + minutes * 60L);
  return text;
}

static const char *epoch(const char *text, struct tm *to) {
  char *end;
  time_t seconds = strtoll(text, &end, 10);
  if (end == text) {
    return 0;
  }
  localtime_r(&seconds, to);
  return end;
}

static const char *read(const char *text, const char *format, struct tm *to, struct pieces *pieces);

static const char *conversion(char letter, const char *text, struct tm *to, struct pieces *pieces) {
  int value;
  switch (letter) {
  case 'a':
  case 'A':
    return name(text, days, 7, &to->tm_wday);
  case 'b':
  case 'B':
  case 'h':
    return name(text, months, 12, &to->tm_mon);
  case 'c':
    return read(text, "%a %b %e %H:%M:%S %Y", to, pieces);
  case 'C':
    return number(text, 2, 0, 99, &pieces->century);
  case 'd':
  case 'e':
    return number(text, 2, 1, 31, &to->tm_mday);
  case 'D':
  case 'x':
    return read(text, "%m/%d/%y", to, pieces);
  case 'F':
    return read(text, "%Y-%m-%d", to, pieces);
  case 'H':
  case 'k':
    return number(text, 2, 0, 23, &to->tm_hour);
  case 'I':
  case 'l':
    return number(text, 2, 1, 12, &to->tm_hour);
  case 'j':
    text = number(text, 3, 1, 366, &value);
    to->tm_yday = text != 0 ? value - 1 : to->tm_yday;
    return text;
  case 'm':
    text = number(text, 2, 1, 12, &value);
    to->tm_mon = text != 0 ? value - 1 : to->tm_mon;
    return text;
  case 'M':
    return number(text, 2, 0, 59, &to->tm_min);
  case 'n':
  case 't':
    return skip_blanks(text);
  case 'p':
    pieces->is_afternoon = strncasecmp(text, "PM", 2) == 0;
    return pieces->is_afternoon || strncasecmp(text, "AM", 2) == 0 ? text + 2 : 0;
  case 'r':
    return read(text, "%I:%M:%S %p", to, pieces);
  case 'R':
    return read(text, "%H:%M", to, pieces);
  case 's':
    return epoch(text, to);
  case 'S':
    return number(text, 2, 0, 60, &to->tm_sec);
  case 'T':
  case 'X':
    return read(text, "%H:%M:%S", to, pieces);
  case 'u':
    text = number(text, 1, 1, 7, &value);
    to->tm_wday = text != 0 ? value % 7 : to->tm_wday;
    return text;
  case 'U':
  case 'V':
  case 'W': /* weeks are read and say nothing */
    return number(text, 2, 0, 53, &value);
  case 'w':
    return number(text, 1, 0, 6, &to->tm_wday);
  case 'y':
    return number(text, 2, 0, 99, &pieces->year_of_century);
  case 'Y':
    text = number(text, 4, 0, 9999, &value);
    to->tm_year = text != 0 ? value - 1900 : to->tm_year;
    return text;
  case 'z':
    return zone(text, to);
  case 'Z':
    while (isalpha((unsigned char)*text)) {
      text++;
    }
    return text;
  case '%':
    return *text == '%' ? text + 1 : 0;
  default:
    return 0;
  }
}

static const char *read(const char *text, const char *format, struct tm *to, struct pieces *pieces) {
  for (; *format != 0 && text != 0; format++) {
    if (isspace((unsigned char)*format)) {
      text = skip_blanks(text);
    } else if (*format != '%') {
      text = *text == *format ? text + 1 : 0;
    } else {
      format++;
      if (*format == 'E' || *format == 'O') { /* other spellings of a locale: there are none */
        format++;
      }
      text = conversion(*format, text, to, pieces);
    }
  }
  return text;
}

char *strptime(const char *text, const char *format, struct tm *to) {
  struct pieces pieces = {-1, -1, -1};
  const char *end = read(text, format, to, &pieces);
  if (end == 0) {
    return 0;
  }
  if (pieces.is_afternoon >= 0) {
    to->tm_hour = to->tm_hour % 12 + 12 * pieces.is_afternoon;
  }
  if (pieces.century >= 0) {
    to->tm_year = pieces.century * 100 + (pieces.year_of_century > 0 ? pieces.year_of_century : 0) - 1900;
  } else if (pieces.year_of_century >= 0) { /* POSIX: 69 to 99 are of the twentieth century */
    to->tm_year = pieces.year_of_century + (pieces.year_of_century < 69 ? 100 : 0);
  }
  return (char *)end;
}
