/* Who the process is: real, effective and saved user and group. -1 leaves one as it is. */
#include <unistd.h>

#include "../internal/libc.h"

int setuid(uid_t uid) {
  return __result(__sys_setuid((int)uid));
}

int seteuid(uid_t uid) {
  return setresuid((uid_t)-1, uid, (uid_t)-1);
}

int setreuid(uid_t real, uid_t effective) {
  return __result(__sys_setreuid((int)real, (int)effective));
}

int setresuid(uid_t real, uid_t effective, uid_t saved) {
  return __result(__sys_setresuid((int)real, (int)effective, (int)saved));
}

int getresuid(uid_t *real, uid_t *effective, uid_t *saved) {
  return __result(__sys_getresuid(real, effective, saved));
}

int setgid(gid_t gid) {
  return __result(__sys_setgid((int)gid));
}

int setegid(gid_t gid) {
  return setresgid((gid_t)-1, gid, (gid_t)-1);
}

int setregid(gid_t real, gid_t effective) {
  return __result(__sys_setregid((int)real, (int)effective));
}

int setresgid(gid_t real, gid_t effective, gid_t saved) {
  return __result(__sys_setresgid((int)real, (int)effective, (int)saved));
}

int getresgid(gid_t *real, gid_t *effective, gid_t *saved) {
  return __result(__sys_getresgid(real, effective, saved));
}

int getgroups(int count, gid_t *to) {
  return __result(__sys_getgroups(count, to));
}
