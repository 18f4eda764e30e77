/* BSD strings (POSIX.1-2008). */
#ifndef _STRINGS_H
#define _STRINGS_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

int strcasecmp(const char *a, const char *b);
int strncasecmp(const char *a, const char *b, size_t max);
int ffs(int value);
int ffsl(long value);
int ffsll(long long value);
void bzero(void *to, size_t bytes);
void bcopy(const void *from, void *to, size_t bytes);
int bcmp(const void *a, const void *b, size_t bytes);
char *index(const char *s, int c);
char *rindex(const char *s, int c);

#ifdef __cplusplus
}
#endif

#endif
