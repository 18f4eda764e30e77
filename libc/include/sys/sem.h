/* System V semaphores. */
#ifndef _SYS_SEM_H
#define _SYS_SEM_H

#include <stddef.h>
#include <sys/ipc.h>
#include <time.h>

#ifdef __cplusplus
extern "C" {
#endif

struct semid_ds {
  struct ipc_perm sem_perm;
  time_t sem_otime;
  time_t sem_ctime;
  unsigned long sem_nsems;
};

/* One operation: sem_op is added; 0 waits for 0; what would come below 0 waits. */
struct sembuf {
  unsigned short sem_num;
  short sem_op;
  short sem_flg;
};

/* Paid back when the process ends. */
#define SEM_UNDO 0x1000

#define GETPID 11
#define GETVAL 12
#define GETALL 13
#define GETNCNT 14
#define GETZCNT 15
#define SETVAL 16
#define SETALL 17

int semget(key_t key, int count, int flags);
int semop(int id, struct sembuf *operations, size_t count);
int semtimedop(int id, struct sembuf *operations, size_t count, const struct timespec *timeout);
/* The fourth argument, where a command has one, is a union semun { int val; struct semid_ds *buf; unsigned short *array; }. */
int semctl(int id, int number, int command, ...);

#ifdef __cplusplus
}
#endif

#endif
