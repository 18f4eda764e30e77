/*
 * Environment variables. The array that the kernel left on the stack is copied to the heap at the first change;
 * strings that setenv made are never freed, because getenv may have given them away.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char **owned; /* the array on the heap, if `environ` is one */

/* The index of `name` in environ, or -1. */
static int find(const char *name, size_t name_bytes) {
  for (int i = 0; environ != 0 && environ[i] != 0; i++) {
    if (strncmp(environ[i], name, name_bytes) == 0 && environ[i][name_bytes] == '=') {
      return i;
    }
  }
  return -1;
}

static int is_valid_name(const char *name) {
  return name != 0 && name[0] != 0 && strchr(name, '=') == 0;
}

char *getenv(const char *name) {
  size_t name_bytes = strlen(name);
  int i = find(name, name_bytes);
  return i < 0 || name_bytes == 0 ? 0 : environ[i] + name_bytes + 1;
}

/* Makes room for one more string at the end and puts it there. */
static int append(char *assignment) {
  int count = 0;
  while (environ != 0 && environ[count] != 0) {
    count++;
  }
  char **grown = realloc(environ == owned ? owned : 0, (size_t)(count + 2) * sizeof *grown);
  if (grown == 0) {
    return -1;
  }
  if (environ != owned && environ != 0) {
    memcpy(grown, environ, (size_t)count * sizeof *grown);
  }
  grown[count] = assignment;
  grown[count + 1] = 0;
  owned = grown;
  environ = grown;
  return 0;
}

int putenv(char *assignment) {
  size_t name_bytes = strcspn(assignment, "=");
  if (assignment[name_bytes] == 0) {
    return unsetenv(assignment);
  }
  int i = find(assignment, name_bytes);
  if (i >= 0) {
    environ[i] = assignment;
    return 0;
  }
  return append(assignment);
}

int setenv(const char *name, const char *value, int overwrite) {
  if (!is_valid_name(name)) {
    errno = EINVAL;
    return -1;
  }
  size_t name_bytes = strlen(name);
  if (!overwrite && find(name, name_bytes) >= 0) {
    return 0;
  }
  size_t value_bytes = strlen(value) + 1;
  char *assignment = malloc(name_bytes + 1 + value_bytes);
  if (assignment == 0) {
    return -1;
  }
  memcpy(assignment, name, name_bytes);
  assignment[name_bytes] = '=';
  memcpy(assignment + name_bytes + 1, value, value_bytes);
  return putenv(assignment);
}

int unsetenv(const char *name) {
  if (!is_valid_name(name)) {
    errno = EINVAL;
    return -1;
  }
  int i;
  while ((i = find(name, strlen(name))) >= 0) {
    do {
      environ[i] = environ[i + 1];
    } while (environ[i++] != 0);
  }
  return 0;
}

int clearenv(void) {
  static char *empty[1];
  environ = empty;
  return 0;
}

/* No program here runs with more rights than whoever started it. */
char *secure_getenv(const char *name) {
  return getenv(name);
}
