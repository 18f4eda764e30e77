/* err, warn and their kind. */
#include <err.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Prints with the text of `error`, or without when it is −1. */
static void report(int error, const char *format, va_list args) {
  fprintf(stderr, "%s: ", program_invocation_short_name);
  if (format != 0) {
    vfprintf(stderr, format, args);
  }
  if (error >= 0) {
    fprintf(stderr, "%s%s", format != 0 ? ": " : "", strerror(error));
  }
  fputc('\n', stderr);
}

void vwarn(const char *format, va_list args) {
  report(errno, format, args);
}

void vwarnx(const char *format, va_list args) {
  report(-1, format, args);
}

void verr(int status, const char *format, va_list args) {
  report(errno, format, args);
  exit(status);
}

void verrx(int status, const char *format, va_list args) {
  report(-1, format, args);
  exit(status);
}

void warn(const char *format, ...) {
  va_list args;
  va_start(args, format);
  vwarn(format, args);
  va_end(args);
}

void warnx(const char *format, ...) {
  va_list args;
  va_start(args, format);
  vwarnx(format, args);
  va_end(args);
}

void err(int status, const char *format, ...) {
  va_list args;
  va_start(args, format);
  verr(status, format, args);
}

void errx(int status, const char *format, ...) {
  va_list args;
  va_start(args, format);
  verrx(status, format, args);
}
