/* Groups, from /etc/group (POSIX.1-2008). */
#ifndef _GRP_H
#define _GRP_H

#include <stdio.h>
#include <sys/types.h>

struct group {
  char *gr_name;
  char *gr_passwd;
  gid_t gr_gid;
  char **gr_mem;
};

#ifdef __cplusplus
extern "C" {
#endif

/* Where there is no file there is one group: root, without further members. */
struct group *getgrnam(const char *name);
struct group *getgrgid(gid_t gid);
int getgrnam_r(const char *name, struct group *to, char *room, size_t bytes, struct group **found);
int getgrgid_r(gid_t gid, struct group *to, char *room, size_t bytes, struct group **found);
struct group *getgrent(void);
void setgrent(void);
void endgrent(void);
int setgroups(size_t count, const gid_t *groups);
int initgroups(const char *name, gid_t gid);

#ifdef __cplusplus
}
#endif

#endif
