/* A time of the kernel's IPC structures, in two words because it is not aligned there. */
#ifndef _IPC_TIMES_H
#define _IPC_TIMES_H

#include <sys/types.h>

struct split_time {
  unsigned long low;
  unsigned long high;
};

static time_t whole_time(struct split_time from) {
  return (time_t)((unsigned long long)from.high << 32 | from.low);
}

#endif
