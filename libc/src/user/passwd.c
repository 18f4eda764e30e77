/* Users. */
#include <errno.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../internal/database.h"

#define USERS {"/etc/passwd", "root:x:0:0:root:/root:/bin/sh", 7, 0, 0}

static struct database users = USERS;
static char line[DATABASE_LINE_BYTES];
static struct passwd entry;

static void fill(struct passwd *to, char *fields[DATABASE_FIELDS]) {
  to->pw_name = fields[0];
  to->pw_passwd = fields[1];
  to->pw_uid = (uid_t)strtoul(fields[2], 0, 10);
  to->pw_gid = (gid_t)strtoul(fields[3], 0, 10);
  to->pw_gecos = fields[4];
  to->pw_dir = fields[5];
  to->pw_shell = fields[6];
}

/* Finds by name, or by number when the name is null. Returns 0 or an error number; *found is null where nobody is. */
static int find(const char *name, uid_t uid, struct passwd *to, char *room, size_t bytes, struct passwd **found) {
  struct database all = USERS;
  char *fields[DATABASE_FIELDS];
  int result;
  *found = 0;
  while ((result = __database_next(&all, room, bytes, fields)) > 0) {
    fill(to, fields);
    if (name != 0 ? strcmp(name, to->pw_name) == 0 : uid == to->pw_uid) {
      *found = to;
      break;
    }
  }
  __database_rewind(&all);
  return result < 0 ? ERANGE : 0;
}

int getpwnam_r(const char *name, struct passwd *to, char *room, size_t bytes, struct passwd **found) {
  return find(name, 0, to, room, bytes, found);
}

int getpwuid_r(uid_t uid, struct passwd *to, char *room, size_t bytes, struct passwd **found) {
  return find(0, uid, to, room, bytes, found);
}

struct passwd *getpwnam(const char *name) {
  struct passwd *found;
  find(name, 0, &entry, line, sizeof line, &found);
  return found;
}

struct passwd *getpwuid(uid_t uid) {
  struct passwd *found;
  find(0, uid, &entry, line, sizeof line, &found);
  return found;
}

struct passwd *getpwent(void) {
  char *fields[DATABASE_FIELDS];
  if (__database_next(&users, line, sizeof line, fields) <= 0) {
    return 0;
  }
  fill(&entry, fields);
  return &entry;
}

void setpwent(void) {
  __database_rewind(&users);
}

void endpwent(void) {
  __database_rewind(&users);
}

char *getlogin(void) {
  struct passwd *user = getpwuid(getuid());
  return user != 0 ? user->pw_name : 0;
}

int getlogin_r(char *name, size_t bytes) {
  char *login = getlogin();
  if (login == 0) {
    return ENXIO;
  }
  return strlcpy(name, login, bytes) < bytes ? 0 : ERANGE;
}
