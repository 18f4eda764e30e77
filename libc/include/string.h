/* Memory and strings (C11 7.24, POSIX.1-2008, and the common BSD and GNU additions). */
#ifndef _STRING_H
#define _STRING_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

void *memcpy(void *to, const void *from, size_t bytes);
void *mempcpy(void *to, const void *from, size_t bytes);
void *memmove(void *to, const void *from, size_t bytes);
void *memset(void *to, int value, size_t bytes);
int memcmp(const void *a, const void *b, size_t bytes);
void *memchr(const void *from, int value, size_t bytes);
void *memrchr(const void *from, int value, size_t bytes);
void *memccpy(void *to, const void *from, int stop, size_t bytes);
void *memmem(const void *haystack, size_t haystack_bytes, const void *needle, size_t needle_bytes);

size_t strlen(const char *s);
size_t strnlen(const char *s, size_t max);
char *strcpy(char *to, const char *from);
char *stpcpy(char *to, const char *from);
char *strncpy(char *to, const char *from, size_t bytes);
char *stpncpy(char *to, const char *from, size_t bytes);
char *strcat(char *to, const char *from);
char *strncat(char *to, const char *from, size_t max);
size_t strlcpy(char *to, const char *from, size_t bytes);
size_t strlcat(char *to, const char *from, size_t bytes);
int strcmp(const char *a, const char *b);
int strncmp(const char *a, const char *b, size_t max);
int strcoll(const char *a, const char *b);
size_t strxfrm(char *to, const char *from, size_t bytes);
char *strchr(const char *s, int c);
char *strrchr(const char *s, int c);
char *strchrnul(const char *s, int c);
size_t strspn(const char *s, const char *accept);
size_t strcspn(const char *s, const char *reject);
char *strpbrk(const char *s, const char *accept);
char *strstr(const char *haystack, const char *needle);
char *strcasestr(const char *haystack, const char *needle);
char *strtok(char *s, const char *separators);
char *strtok_r(char *s, const char *separators, char **rest);
char *strsep(char **rest, const char *separators);
char *strdup(const char *s);
char *strndup(const char *s, size_t max);
char *strerror(int error);
int strerror_r(int error, char *to, size_t bytes);
char *strsignal(int signal);

#ifdef __cplusplus
}
#endif

#include <strings.h>

#endif
