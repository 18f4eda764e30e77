/* Waiting for several files with sets of descriptors (POSIX.1-2008). */
#ifndef _SYS_SELECT_H
#define _SYS_SELECT_H

#include <bits/timespec.h>
#include <signal.h>
#include <sys/types.h>

#define FD_SETSIZE 1024

typedef unsigned long fd_mask;
#define NFDBITS 32

typedef struct {
  fd_mask fds_bits[FD_SETSIZE / NFDBITS];
} fd_set;

struct timeval {
  time_t tv_sec;
  suseconds_t tv_usec;
};

#define FD_ZERO(set)                                                              \
  do {                                                                            \
    for (unsigned int __i = 0; __i < FD_SETSIZE / NFDBITS; __i++) {               \
      (set)->fds_bits[__i] = 0;                                                   \
    }                                                                             \
  } while (0)
#define FD_SET(fd, set) ((set)->fds_bits[(unsigned int)(fd) / NFDBITS] |= 1UL << ((unsigned int)(fd) % NFDBITS))
#define FD_CLR(fd, set) ((set)->fds_bits[(unsigned int)(fd) / NFDBITS] &= ~(1UL << ((unsigned int)(fd) % NFDBITS)))
#define FD_ISSET(fd, set) ((int)((set)->fds_bits[(unsigned int)(fd) / NFDBITS] >> ((unsigned int)(fd) % NFDBITS) & 1))

#ifdef __cplusplus
extern "C" {
#endif

/* Afterwards *timeout is what was left of it, as on Linux. */
int select(int count, fd_set *readable, fd_set *writable, fd_set *exceptional, struct timeval *timeout);
int pselect(int count, fd_set *readable, fd_set *writable, fd_set *exceptional, const struct timespec *timeout,
            const sigset_t *mask);

#ifdef __cplusplus
}
#endif

#endif
