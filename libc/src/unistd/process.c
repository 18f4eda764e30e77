/* Processes, groups and users. */
#include <signal.h>
#include <unistd.h>

#include "../internal/libc.h"

/* riscv32 has no fork call: clone with the child's exit signal and nothing shared is one. */
pid_t fork(void) {
  return __result(__sys_clone(SIGCHLD, 0, 0, 0, 0));
}

/* A child that borrows its parent's memory would return through a stack frame that is gone; a copy is always right. */
pid_t vfork(void) {
  return fork();
}

pid_t getpid(void) {
  return __sys_getpid();
}

pid_t getppid(void) {
  return __sys_getppid();
}

pid_t gettid(void) {
  return __sys_gettid();
}

uid_t getuid(void) {
  return (uid_t)__sys_getuid();
}

uid_t geteuid(void) {
  return (uid_t)__sys_geteuid();
}

gid_t getgid(void) {
  return (gid_t)__sys_getgid();
}

gid_t getegid(void) {
  return (gid_t)__sys_getegid();
}

int setpgid(pid_t pid, pid_t pgid) {
  return __result(__sys_setpgid(pid, pgid));
}

pid_t getpgid(pid_t pid) {
  return __result(__sys_getpgid(pid));
}

pid_t getpgrp(void) {
  return getpgid(0);
}

int setpgrp(void) {
  return setpgid(0, 0);
}

pid_t getsid(pid_t pid) {
  return __result(__sys_getsid(pid));
}

pid_t setsid(void) {
  return __result(__sys_setsid());
}

int sched_yield(void) {
  return __result(__sys_sched_yield());
}
