/* System V interprocess communication: what shared memory, semaphores and message queues have in common. */
#ifndef _SYS_IPC_H
#define _SYS_IPC_H

#include <sys/types.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef int key_t;

/* Linux's struct ipc64_perm on riscv32. */
struct ipc_perm {
  key_t __key;
  uid_t uid;
  gid_t gid;
  uid_t cuid;
  gid_t cgid;
  mode_t mode;
  unsigned short __seq;
  unsigned short __padding;
  unsigned long __unused1;
  unsigned long __unused2;
};

#define IPC_PRIVATE ((key_t)0)
#define IPC_CREAT 01000
#define IPC_EXCL 02000
#define IPC_NOWAIT 04000

#define IPC_RMID 0
#define IPC_SET 1
#define IPC_STAT 2

/* A key out of the number of an existing file and the low 8 bits of `id`, or -1. */
key_t ftok(const char *path, int id);

#ifdef __cplusplus
}
#endif

#endif
