/* struct timespec, which several headers declare. */
#ifndef _BITS_TIMESPEC_H
#define _BITS_TIMESPEC_H

#include <sys/types.h>

struct timespec {
  time_t tv_sec;
  long tv_nsec;
};

#endif
