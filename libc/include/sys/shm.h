/* System V shared memory. */
#ifndef _SYS_SHM_H
#define _SYS_SHM_H

#include <stddef.h>
#include <sys/ipc.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef unsigned long shmatt_t;

/* As the kernel has it: the halves of each time stand together. */
struct shmid_ds {
  struct ipc_perm shm_perm;
  size_t shm_segsz;
  time_t shm_atime;
  time_t shm_dtime;
  time_t shm_ctime;
  pid_t shm_cpid;
  pid_t shm_lpid;
  shmatt_t shm_nattch;
  unsigned long __unused1;
  unsigned long __unused2;
};

#define SHM_RDONLY 010000
#define SHM_RND 020000
#define SHM_REMAP 040000
#define SHM_LOCK 11
#define SHM_UNLOCK 12
/* In shm_perm.mode: it is removed when the last process lets go of it. */
#define SHM_DEST 01000
#define SHMLBA 4096

int shmget(key_t key, size_t bytes, int flags);
/* (void *)-1 when it fails. */
void *shmat(int id, const void *vaddr, int flags);
int shmdt(const void *vaddr);
int shmctl(int id, int command, struct shmid_ds *buffer);

#ifdef __cplusplus
}
#endif

#endif
