/* System V shared memory. */
#include <sys/shm.h>

#include "../internal/libc.h"

int shmget(key_t key, size_t bytes, int flags) {
  return __result(__sys_shmget((unsigned long)key, bytes, (unsigned long)flags));
}

void *shmat(int id, const void *vaddr, int flags) {
  return (void *)__result((int)__sys_shmat(id, (unsigned long)vaddr, (unsigned long)flags));
}

int shmdt(const void *vaddr) {
  return __result(__sys_shmdt((unsigned long)vaddr));
}

int shmctl(int id, int command, struct shmid_ds *buffer) {
  return __result(__sys_shmctl(id, command, buffer));
}
