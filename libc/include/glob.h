/* Names of files by pattern (POSIX.1-2008 glob). */
#ifndef _GLOB_H
#define _GLOB_H

#include <stddef.h>

typedef struct {
  size_t gl_pathc; /* paths found */
  char **gl_pathv; /* gl_offs null pointers, the paths, a null pointer */
  size_t gl_offs;
} glob_t;

#define GLOB_ERR 0x01
#define GLOB_MARK 0x02
#define GLOB_NOSORT 0x04
#define GLOB_DOOFFS 0x08
#define GLOB_NOCHECK 0x10
#define GLOB_APPEND 0x20
#define GLOB_NOESCAPE 0x40
#define GLOB_PERIOD 0x80

#define GLOB_NOSPACE 1
#define GLOB_ABORTED 2
#define GLOB_NOMATCH 3

#ifdef __cplusplus
extern "C" {
#endif

int glob(const char *pattern, int flags, int (*on_error)(const char *path, int error), glob_t *found);
void globfree(glob_t *found);

#ifdef __cplusplus
}
#endif

#endif
