/* System V semaphores. */
#include <stdarg.h>
#include <sys/sem.h>

#include "../internal/libc.h"
#include "times.h"

/* Linux's struct semid64_ds on riscv32. */
struct kernel_semid {
  struct ipc_perm perm;
  struct split_time operated;
  struct split_time changed;
  unsigned long semaphores;
  unsigned long unused[2];
};

int semget(key_t key, int count, int flags) {
  return __result(__sys_semget((unsigned long)key, count, (unsigned long)flags));
}

int semop(int id, struct sembuf *operations, size_t count) {
  return __result(__sys_semop(id, operations, count));
}

int semtimedop(int id, struct sembuf *operations, size_t count, const struct timespec *timeout) {
  struct __kernel_timespec wide;
  if (timeout == 0) {
    return semop(id, operations, count);
  }
  wide.seconds = timeout->tv_sec;
  wide.nanoseconds = timeout->tv_nsec;
  return __result(__sys_semtimedop_time64(id, operations, count, &wide));
}

/* The argument is a union of one word, which is passed as any word is. */
int semctl(int id, int number, int command, ...) {
  struct kernel_semid from;
  struct semid_ds *to;
  unsigned long argument;
  int result;
  va_list arguments;
  va_start(arguments, command);
  argument = va_arg(arguments, unsigned long);
  va_end(arguments);
  to = (struct semid_ds *)argument;
  if (command == IPC_SET && to != 0) {
    from.perm = to->sem_perm;
  }
  if (command == IPC_STAT || command == IPC_SET) {
    argument = to == 0 ? 0 : (unsigned long)&from;
  }
  result = __result(__sys_semctl(id, number, command, argument));
  if (command == IPC_STAT && result >= 0) {
    to->sem_perm = from.perm;
    to->sem_otime = whole_time(from.operated);
    to->sem_ctime = whole_time(from.changed);
    to->sem_nsems = from.semaphores;
  }
  return result;
}
