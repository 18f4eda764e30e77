/* System V message queues. */
#include <sys/msg.h>

#include "../internal/libc.h"
#include "times.h"

/* Linux's struct msqid64_ds on riscv32. */
struct kernel_msqid {
  struct ipc_perm perm;
  struct split_time sent;
  struct split_time received;
  struct split_time changed;
  unsigned long bytes;
  unsigned long messages;
  unsigned long most_bytes;
  pid_t sender;
  pid_t receiver;
  unsigned long unused[2];
};

int msgget(key_t key, int flags) {
  return __result(__sys_msgget((unsigned long)key, (unsigned long)flags));
}

int msgsnd(int id, const void *message, size_t bytes, int flags) {
  return __result(__sys_msgsnd(id, (void *)message, bytes, (unsigned long)flags));
}

ssize_t msgrcv(int id, void *message, size_t bytes, long type, int flags) {
  return __result(__sys_msgrcv(id, message, bytes, type, (unsigned long)flags));
}

int msgctl(int id, int command, struct msqid_ds *buffer) {
  struct kernel_msqid from;
  int result;
  if (command == IPC_SET && buffer != 0) {
    from.perm = buffer->msg_perm;
    from.most_bytes = buffer->msg_qbytes;
  }
  result = __result(__sys_msgctl(id, command, buffer == 0 ? 0 : (void *)&from));
  if (command == IPC_STAT && result >= 0) {
    buffer->msg_perm = from.perm;
    buffer->msg_stime = whole_time(from.sent);
    buffer->msg_rtime = whole_time(from.received);
    buffer->msg_ctime = whole_time(from.changed);
    buffer->msg_cbytes = from.bytes;
    buffer->msg_qnum = from.messages;
    buffer->msg_qbytes = from.most_bytes;
    buffer->msg_lspid = from.sender;
    buffer->msg_lrpid = from.receiver;
  }
  return result;
}
