/* General utilities (C11 7.22, POSIX.1-2008). */
#ifndef _STDLIB_H
#define _STDLIB_H

#include <alloca.h>
#include <stddef.h>

#define EXIT_SUCCESS 0
#define EXIT_FAILURE 1
#define RAND_MAX 2147483647
#define MB_CUR_MAX 4

typedef struct {
  int quot;
  int rem;
} div_t;

typedef struct {
  long quot;
  long rem;
} ldiv_t;

typedef struct {
  long long quot;
  long long rem;
} lldiv_t;

#ifdef __cplusplus
extern "C" {
#endif

void *malloc(size_t bytes);
void *calloc(size_t count, size_t bytes);
void *realloc(void *block, size_t bytes);
void *reallocarray(void *block, size_t count, size_t bytes);
void free(void *block);
void *aligned_alloc(size_t alignment, size_t bytes);
int posix_memalign(void **block, size_t alignment, size_t bytes);

void abort(void) __attribute__((noreturn));
void exit(int status) __attribute__((noreturn));
void _Exit(int status) __attribute__((noreturn));
void quick_exit(int status) __attribute__((noreturn));
int atexit(void (*function)(void));
int at_quick_exit(void (*function)(void));
int system(const char *command);

char *getenv(const char *name);
char *secure_getenv(const char *name);
int setenv(const char *name, const char *value, int overwrite);
int unsetenv(const char *name);
int putenv(char *assignment);
int clearenv(void);

int atoi(const char *text);
long atol(const char *text);
long long atoll(const char *text);
double atof(const char *text);
long strtol(const char *text, char **end, int base);
unsigned long strtoul(const char *text, char **end, int base);
long long strtoll(const char *text, char **end, int base);
unsigned long long strtoull(const char *text, char **end, int base);
float strtof(const char *text, char **end);
double strtod(const char *text, char **end);
long double strtold(const char *text, char **end);

int abs(int value);
long labs(long value);
long long llabs(long long value);
div_t div(int numerator, int denominator);
ldiv_t ldiv(long numerator, long denominator);
lldiv_t lldiv(long long numerator, long long denominator);

int rand(void);
void srand(unsigned int seed);
int rand_r(unsigned int *state);
long random(void);
void srandom(unsigned int seed);
char *initstate(unsigned int seed, char *state, size_t bytes);
char *setstate(char *state);
double drand48(void);
double erand48(unsigned short state[3]);
long lrand48(void);
long nrand48(unsigned short state[3]);
long mrand48(void);
long jrand48(unsigned short state[3]);
void srand48(long seed);
unsigned short *seed48(unsigned short state[3]);
void lcong48(unsigned short parameters[7]);

void qsort(void *base, size_t count, size_t bytes, int (*compare)(const void *, const void *));
void qsort_r(void *base, size_t count, size_t bytes, int (*compare)(const void *, const void *, void *), void *context);
void *bsearch(const void *key, const void *base, size_t count, size_t bytes,
              int (*compare)(const void *, const void *));

int mblen(const char *s, size_t bytes);
int mbtowc(wchar_t *to, const char *from, size_t bytes);
int wctomb(char *to, wchar_t from);
size_t mbstowcs(wchar_t *to, const char *from, size_t max);
size_t wcstombs(char *to, const wchar_t *from, size_t bytes);

int getsubopt(char **options, char *const *tokens, char **value);
long a64l(const char *text);
char *l64a(long value);
char *ecvt(double value, int digits, int *point, int *is_negative);
char *fcvt(double value, int digits, int *point, int *is_negative);
char *gcvt(double value, int digits, char *to);
int getloadavg(double loads[], int count);
char *realpath(const char *path, char *resolved);
char *mktemp(char *pattern);
int mkstemp(char *pattern);
int mkostemp(char *pattern, int flags);
int mkstemps(char *pattern, int suffix_bytes);
int mkostemps(char *pattern, int suffix_bytes, int flags);
char *mkdtemp(char *pattern);

#ifdef __cplusplus
}
#endif

#endif
