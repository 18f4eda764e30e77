/* Groups. The pointers to members stand in the caller's room behind the line, aligned. */
#include <errno.h>
#include <grp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../internal/database.h"
#include "../internal/libc.h"

#define GROUPS {"/etc/group", "root:x:0:", 4, 0, 0}

static struct database groups = GROUPS;
static char line[2 * DATABASE_LINE_BYTES];
static struct group entry;

/* 0 if the members do not fit behind the line. */
static int fill(struct group *to, char *fields[DATABASE_FIELDS], char *room_end) {
  char *members = fields[3];
  char *behind = members + strlen(members) + 1;
  char **next = (char **)(((uintptr_t)behind + sizeof(char *) - 1) & -sizeof(char *));
  to->gr_name = fields[0];
  to->gr_passwd = fields[1];
  to->gr_gid = (gid_t)strtoul(fields[2], 0, 10);
  to->gr_mem = next;
  for (char *member = strtok_r(members, ",", &members); member != 0; member = strtok_r(0, ",", &members)) {
    if ((char *)(next + 2) > room_end) {
      return 0;
    }
    *next++ = member;
  }
  if ((char *)(next + 1) > room_end) {
    return 0;
  }
  *next = 0;
  return 1;
}

static int find(const char *name, gid_t gid, struct group *to, char *room, size_t bytes, struct group **found) {
  struct database all = GROUPS;
  char *fields[DATABASE_FIELDS];
  int result;
  *found = 0;
  while ((result = __database_next(&all, room, bytes, fields)) > 0) {
    if (!fill(to, fields, room + bytes)) {
      result = -1;
      break;
    }
    if (name != 0 ? strcmp(name, to->gr_name) == 0 : gid == to->gr_gid) {
      *found = to;
      break;
    }
  }
  __database_rewind(&all);
  return result < 0 ? ERANGE : 0;
}

int getgrnam_r(const char *name, struct group *to, char *room, size_t bytes, struct group **found) {
  return find(name, 0, to, room, bytes, found);
}

int getgrgid_r(gid_t gid, struct group *to, char *room, size_t bytes, struct group **found) {
  return find(0, gid, to, room, bytes, found);
}

struct group *getgrnam(const char *name) {
  struct group *found;
  find(name, 0, &entry, line, sizeof line, &found);
  return found;
}

struct group *getgrgid(gid_t gid) {
  struct group *found;
  find(0, gid, &entry, line, sizeof line, &found);
  return found;
}

struct group *getgrent(void) {
  char *fields[DATABASE_FIELDS];
  if (__database_next(&groups, line, DATABASE_LINE_BYTES, fields) <= 0 || !fill(&entry, fields, line + sizeof line)) {
    return 0;
  }
  return &entry;
}

void setgrent(void) {
  __database_rewind(&groups);
}

void endgrent(void) {
  __database_rewind(&groups);
}

int setgroups(size_t count, const gid_t *list) {
  return __result(__sys_setgroups((int)count, (void *)list));
}

/* Sets `gid` and the groups in which the user is a member, at most 32. */
int initgroups(const char *name, gid_t gid) {
  gid_t list[32] = {gid};
  size_t count = 1;
  struct group *group;
  setgrent();
  while ((group = getgrent()) != 0 && count < sizeof list / sizeof *list) {
    for (char **member = group->gr_mem; *member != 0; member++) {
      if (strcmp(*member, name) == 0 && group->gr_gid != gid) {
        list[count++] = group->gr_gid;
        break;
      }
    }
  }
  endgrent();
  return setgroups(count, list);
}
