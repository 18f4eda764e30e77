/* Wide characters, a small part of C11 7.29: conversion from and to UTF-8, and the plainest string functions. */
#ifndef _WCHAR_H
#define _WCHAR_H

#include <stddef.h>

#ifndef WCHAR_MIN
#define WCHAR_MIN (-2147483647 - 1)
#define WCHAR_MAX 2147483647
#endif
#define WEOF ((wint_t)-1)

typedef unsigned int wint_t;

/* A character of which some bytes have been read: how many are to come, and the bits so far. */
typedef struct {
  unsigned int bits;
  unsigned int missing;
  unsigned int minimum; /* smallest value that deserves so long an encoding */
} mbstate_t;

#ifdef __cplusplus
extern "C" {
#endif

wint_t btowc(int c);
int wctob(wint_t c);
int mbsinit(const mbstate_t *state);
size_t mbrlen(const char *from, size_t bytes, mbstate_t *state);
size_t mbrtowc(wchar_t *to, const char *from, size_t bytes, mbstate_t *state);
size_t wcrtomb(char *to, wchar_t from, mbstate_t *state);
size_t mbsrtowcs(wchar_t *to, const char **from, size_t max, mbstate_t *state);
size_t wcsrtombs(char *to, const wchar_t **from, size_t bytes, mbstate_t *state);

size_t wcslen(const wchar_t *s);
wchar_t *wcscpy(wchar_t *to, const wchar_t *from);
wchar_t *wcsncpy(wchar_t *to, const wchar_t *from, size_t max);
wchar_t *wcscat(wchar_t *to, const wchar_t *from);
int wcscmp(const wchar_t *a, const wchar_t *b);
int wcsncmp(const wchar_t *a, const wchar_t *b, size_t max);
wchar_t *wcschr(const wchar_t *s, wchar_t c);
wchar_t *wcsrchr(const wchar_t *s, wchar_t c);
wchar_t *wmemcpy(wchar_t *to, const wchar_t *from, size_t count);
wchar_t *wmemmove(wchar_t *to, const wchar_t *from, size_t count);
wchar_t *wmemset(wchar_t *to, wchar_t value, size_t count);
int wmemcmp(const wchar_t *a, const wchar_t *b, size_t count);
wchar_t *wmemchr(const wchar_t *s, wchar_t value, size_t count);

#ifdef __cplusplus
}
#endif

#endif
