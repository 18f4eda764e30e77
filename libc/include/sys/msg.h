/* System V message queues. */
#ifndef _SYS_MSG_H
#define _SYS_MSG_H

#include <stddef.h>
#include <sys/ipc.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef unsigned long msgqnum_t;
typedef unsigned long msglen_t;

struct msqid_ds {
  struct ipc_perm msg_perm;
  time_t msg_stime;
  time_t msg_rtime;
  time_t msg_ctime;
  unsigned long msg_cbytes;
  msgqnum_t msg_qnum;
  msglen_t msg_qbytes;
  pid_t msg_lspid;
  pid_t msg_lrpid;
};

#define MSG_NOERROR 010000
#define MSG_EXCEPT 020000
#define MSG_COPY 040000

int msgget(key_t key, int flags);
/* A message is a long, its type, which is more than 0, and `bytes` bytes behind it. */
int msgsnd(int id, const void *message, size_t bytes, int flags);
ssize_t msgrcv(int id, void *message, size_t bytes, long type, int flags);
int msgctl(int id, int command, struct msqid_ds *buffer);

#ifdef __cplusplus
}
#endif

#endif
