/* System V IPC by its C interface (shmget(2), semget(2), msgget(2), ftok(3)): every line states what is true on Linux, too. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"

union semun {
  int val;
  struct semid_ds *buf;
  unsigned short *array;
};

struct text {
  long type;
  char bytes[20];
};

static void keys(void) {
  struct stat file;
  CHECK(stat("/", &file) == 0);
  CHECK(ftok("/", 'A') == (key_t)((file.st_ino & 0xffff) | (file.st_dev & 0xff) << 16 | 0x41u << 24));
  CHECK(ftok("/", 'A') != ftok("/", 'B'));
  CHECK(ftok("/nowhere", 1) == -1 && errno == ENOENT);
}

static void segments(void) {
  struct shmid_ds about;
  int id = shmget(IPC_PRIVATE, 5000, IPC_CREAT | 0640);
  CHECK(id >= 0);
  int *a = shmat(id, 0, 0);
  const int *b = shmat(id, 0, SHM_RDONLY);
  CHECK(a != (void *)-1 && b != (void *)-1 && a != b);
  a[1000] = 42;
  CHECK(b[1000] == 42);
  memset(&about, 0x55, sizeof about);
  CHECK(shmctl(id, IPC_STAT, &about) == 0);
  CHECK(about.shm_segsz == 5000 && about.shm_nattch == 2 && (about.shm_perm.mode & 0777) == 0640);
  CHECK(about.shm_cpid == getpid() && about.shm_lpid == getpid());
  CHECK(about.shm_atime >= about.shm_ctime && about.shm_ctime > 1000000000 && about.shm_dtime == 0);
  about.shm_perm.mode = 0600;
  CHECK(shmctl(id, IPC_SET, &about) == 0 && shmctl(id, IPC_STAT, &about) == 0 && (about.shm_perm.mode & 0777) == 0600);
  if (fork() == 0) {
    a[0] = 7;
    _exit(shmdt(a));
  }
  wait(0);
  CHECK(b[0] == 7);
  CHECK(shmdt(b) == 0 && shmdt(b) == -1 && errno == EINVAL);
  CHECK(shmctl(id, IPC_STAT, &about) == 0 && about.shm_nattch == 1 && about.shm_dtime >= about.shm_ctime);
  CHECK(shmctl(id, IPC_RMID, 0) == 0);
  CHECK(shmctl(id, IPC_STAT, &about) == 0 && (about.shm_perm.mode & SHM_DEST) != 0);
  CHECK(shmdt(a) == 0 && shmat(id, 0, 0) == (void *)-1 && errno == EINVAL);
}

static int value(int id, int number) { return semctl(id, number, GETVAL); }

static void semaphores(void) {
  struct semid_ds about;
  unsigned short values[3] = {0};
  union semun argument;
  int id = semget(IPC_PRIVATE, 3, IPC_CREAT | 0600), status;
  CHECK(id >= 0);
  argument.val = 5;
  CHECK(semctl(id, 1, SETVAL, argument) == 0 && value(id, 1) == 5);
  struct sembuf steps[2] = {{1, -2, 0}, {2, 4, 0}};
  CHECK(semop(id, steps, 2) == 0);
  argument.array = values;
  CHECK(semctl(id, 0, GETALL, argument) == 0 && values[0] == 0 && values[1] == 3 && values[2] == 4);
  /* All or nothing. */
  struct sembuf half[2] = {{2, -1, IPC_NOWAIT}, {0, -1, IPC_NOWAIT}};
  CHECK(semop(id, half, 2) == -1 && errno == EAGAIN && value(id, 2) == 4);
  struct timespec little = {0, 20000000};
  struct sembuf take = {0, -1, 0};
  CHECK(semtimedop(id, &take, 1, &little) == -1 && errno == EAGAIN);
  if (fork() == 0) {
    struct sembuf undone = {1, 10, SEM_UNDO}, let = {0, 1, 0};
    semop(id, &undone, 1);
    int right = value(id, 1) == 13;
    semop(id, &let, 1);
    _exit(right ? 0 : 1);
  }
  CHECK(semop(id, &take, 1) == 0);
  CHECK(wait(&status) > 0 && status == 0);
  CHECK(value(id, 1) == 3 && semctl(id, 0, GETPID) == getpid());
  memset(&about, 0x55, sizeof about);
  argument.buf = &about;
  CHECK(semctl(id, 0, IPC_STAT, argument) == 0);
  CHECK(about.sem_nsems == 3 && (about.sem_perm.mode & 0777) == 0600);
  CHECK(about.sem_otime >= about.sem_ctime && about.sem_ctime > 1000000000);
  about.sem_perm.mode = 0640;
  CHECK(semctl(id, 0, IPC_SET, argument) == 0 && semctl(id, 0, IPC_STAT, argument) == 0);
  CHECK((about.sem_perm.mode & 0777) == 0640);
  CHECK(semctl(id, 0, IPC_RMID) == 0 && semop(id, &take, 1) == -1 && errno == EINVAL);
}

static void messages(void) {
  struct msqid_ds about;
  struct text sent = {3, "three"}, other = {5, "five"}, got;
  int id = msgget(IPC_PRIVATE, IPC_CREAT | 0600);
  CHECK(id >= 0);
  CHECK(msgsnd(id, &sent, 6, 0) == 0 && msgsnd(id, &other, 5, 0) == 0);
  memset(&about, 0x55, sizeof about);
  CHECK(msgctl(id, IPC_STAT, &about) == 0);
  CHECK(about.msg_qnum == 2 && about.msg_cbytes == 11 && about.msg_lspid == getpid() && about.msg_lrpid == 0);
  CHECK(about.msg_stime >= about.msg_ctime && about.msg_ctime > 1000000000 && about.msg_rtime == 0);
  CHECK(about.msg_qbytes >= 1024);
  CHECK(msgrcv(id, &got, sizeof got.bytes, 5, 0) == 5 && got.type == 5 && strcmp(got.bytes, "five") == 0);
  CHECK(msgrcv(id, &got, 2, 0, 0) == -1 && errno == E2BIG);
  CHECK(msgrcv(id, &got, 2, -4, MSG_NOERROR) == 2 && got.type == 3 && memcmp(got.bytes, "th", 2) == 0);
  CHECK(msgrcv(id, &got, 2, 0, IPC_NOWAIT) == -1 && errno == ENOMSG);
  about.msg_qbytes = 100;
  CHECK(msgctl(id, IPC_SET, &about) == 0 && msgctl(id, IPC_STAT, &about) == 0);
  CHECK(about.msg_qbytes == 100 && about.msg_qnum == 0 && about.msg_lrpid == getpid());
  sent.type = 0;
  CHECK(msgsnd(id, &sent, 6, 0) == -1 && errno == EINVAL);
  CHECK(msgctl(id, IPC_RMID, 0) == 0 && msgsnd(id, &other, 5, 0) == -1 && errno == EINVAL);
}

int main(void) {
  keys();
  segments();
  semaphores();
  messages();
  printf("%d failures\n", failures);
  return failures != 0;
}
