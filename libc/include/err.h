/* Messages about errors, as BSD and GNU have them: "program: message: error text" on stderr. */
#ifndef _ERR_H
#define _ERR_H

#include <stdarg.h>

#ifdef __cplusplus
extern "C" {
#endif

void warn(const char *format, ...) __attribute__((format(printf, 1, 2)));
void warnx(const char *format, ...) __attribute__((format(printf, 1, 2)));
void err(int status, const char *format, ...) __attribute__((noreturn, format(printf, 2, 3)));
void errx(int status, const char *format, ...) __attribute__((noreturn, format(printf, 2, 3)));
void vwarn(const char *format, va_list args);
void vwarnx(const char *format, va_list args);
void verr(int status, const char *format, va_list args) __attribute__((noreturn));
void verrx(int status, const char *format, va_list args) __attribute__((noreturn));

#ifdef __cplusplus
}
#endif

#endif
