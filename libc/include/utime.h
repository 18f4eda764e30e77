/* Setting a file's times in seconds. */
#ifndef _UTIME_H
#define _UTIME_H

#include <sys/types.h>

struct utimbuf {
  time_t actime;  /* last read */
  time_t modtime; /* last written */
};

#ifdef __cplusplus
extern "C" {
#endif

/* Without times: now. */
int utime(const char *path, const struct utimbuf *times);

#ifdef __cplusplus
}
#endif

#endif
