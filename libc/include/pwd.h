/* Users, from /etc/passwd (POSIX.1-2008). */
#ifndef _PWD_H
#define _PWD_H

#include <stdio.h>
#include <sys/types.h>

struct passwd {
  char *pw_name;
  char *pw_passwd;
  uid_t pw_uid;
  gid_t pw_gid;
  char *pw_gecos;
  char *pw_dir;
  char *pw_shell;
};

#ifdef __cplusplus
extern "C" {
#endif

/* Where there is no file there is one user: root, with the home directory /root and the shell /bin/sh. */
struct passwd *getpwnam(const char *name);
struct passwd *getpwuid(uid_t uid);
int getpwnam_r(const char *name, struct passwd *to, char *room, size_t bytes, struct passwd **found);
int getpwuid_r(uid_t uid, struct passwd *to, char *room, size_t bytes, struct passwd **found);
struct passwd *getpwent(void);
void setpwent(void);
void endpwent(void);

#ifdef __cplusplus
}
#endif

#endif
