/* What /proc says of System V IPC and of pipes. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <unistd.h>

static void list(const char *path) {
  char line[300];
  FILE *file = fopen(path, "r");
  while (fgets(line, sizeof line, file)) fputs(line, stdout);
  fclose(file);
}

int main(void) {
  struct { long type; char text[5]; } message = {1, "12345"};
  int segment = shmget(0x1234, 5000, IPC_CREAT | 0600);
  char *at = shmat(segment, 0, 0);
  at[0] = 1;
  int set = semget(0x1235, 3, IPC_CREAT | 0640), queue = msgget(0x1236, IPC_CREAT | 0644);
  msgsnd(queue, &message, 5, 0);
  list("/proc/sysvipc/shm");
  list("/proc/sysvipc/sem");
  list("/proc/sysvipc/msg");
  list("/proc/sys/fs/pipe-max-size");
  printf("%d %d %d\n", segment, set, queue);
  return 0;
}
