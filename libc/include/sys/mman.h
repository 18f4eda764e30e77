/* Mapping memory (Linux asm-generic/mman.h). */
#ifndef _SYS_MMAN_H
#define _SYS_MMAN_H

#include <sys/types.h>

#define PROT_NONE 0
#define PROT_READ 1
#define PROT_WRITE 2
#define PROT_EXEC 4

#define MAP_SHARED 0x01
#define MAP_PRIVATE 0x02
#define MAP_FIXED 0x10
#define MAP_ANONYMOUS 0x20
#define MAP_ANON MAP_ANONYMOUS
#define MAP_GROWSDOWN 0x0100
#define MAP_LOCKED 0x2000
#define MAP_NORESERVE 0x4000
#define MAP_POPULATE 0x8000
#define MAP_FIXED_NOREPLACE 0x100000
#define MAP_DENYWRITE 0x0800
#define MAP_EXECUTABLE 0x1000
#define MAP_NONBLOCK 0x10000
#define MAP_STACK 0x20000
#define MAP_FILE 0
#define MAP_FAILED ((void *)-1)

#define MREMAP_MAYMOVE 1
#define MREMAP_FIXED 2
#define MREMAP_DONTUNMAP 4

#define POSIX_MADV_NORMAL 0
#define POSIX_MADV_RANDOM 1
#define POSIX_MADV_SEQUENTIAL 2
#define POSIX_MADV_WILLNEED 3
#define POSIX_MADV_DONTNEED 4

#define MLOCK_ONFAULT 1
#define MCL_ONFAULT 4

#define MS_ASYNC 1
#define MS_INVALIDATE 2
#define MS_SYNC 4

#define MCL_CURRENT 1
#define MCL_FUTURE 2

#define MADV_NORMAL 0
#define MADV_RANDOM 1
#define MADV_SEQUENTIAL 2
#define MADV_WILLNEED 3
#define MADV_DONTNEED 4
#define MADV_FREE 8
#define MADV_DONTFORK 10
#define MADV_DOFORK 11
#define MADV_COLD 20
#define MADV_PAGEOUT 21

#ifdef __cplusplus
extern "C" {
#endif

void *mmap(void *vaddr, size_t bytes, int protection, int flags, int fd, off_t offset);
void *mremap(void *vaddr, size_t old_bytes, size_t new_bytes, int flags, ...);
int munmap(void *vaddr, size_t bytes);
int mprotect(void *vaddr, size_t bytes, int protection);
int madvise(void *vaddr, size_t bytes, int advice);
int msync(void *vaddr, size_t bytes, int flags);
int mlock(const void *vaddr, size_t bytes);
int mlock2(const void *vaddr, size_t bytes, int flags);
int posix_madvise(void *vaddr, size_t bytes, int advice);
int shm_open(const char *name, int flags, mode_t mode);
int shm_unlink(const char *name);
int munlock(const void *vaddr, size_t bytes);
int mlockall(int flags);
int munlockall(void);
int mincore(void *vaddr, size_t bytes, unsigned char *resident);

#ifdef __cplusplus
}
#endif

#endif
