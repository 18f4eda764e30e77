/* The absolute path of a file without ".", ".." and symbolic links. */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MAX_LINKS = 40 };

/* Removes the last component of an absolute path. */
static void go_up(char *path) {
  char *slash = strrchr(path, '/');
  if (slash == path) {
    path[1] = 0;
  } else {
    *slash = 0;
  }
}

/* Puts `prefix` in front of what is still to be walked; 0 if that gets too long. */
static int prepend(char *rest, const char *prefix, size_t prefix_bytes) {
  size_t rest_bytes = strlen(rest) + 1;
  if (prefix_bytes + 1 + rest_bytes > PATH_MAX) {
    errno = ENAMETOOLONG;
    return 0;
  }
  memmove(rest + prefix_bytes + 1, rest, rest_bytes);
  memcpy(rest, prefix, prefix_bytes);
  rest[prefix_bytes] = '/';
  return 1;
}

/* Walks one component from `path`; links are put in front of `rest`. 0 on an error. */
static int walk(char *path, char *rest, const char *component, size_t bytes, int *links) {
  char target[PATH_MAX];
  size_t path_bytes = strlen(path);
  if (path_bytes + bytes + 2 > PATH_MAX) {
    errno = ENAMETOOLONG;
    return 0;
  }
  if (path_bytes > 1) {
    path[path_bytes] = '/';
    path_bytes++;
  }
  memcpy(path + path_bytes, component, bytes);
  path[path_bytes + bytes] = 0;
  ssize_t target_bytes = readlink(path, target, sizeof target);
  if (target_bytes < 0) {
    return errno == EINVAL; /* not a link: fine */
  }
  if (++*links > MAX_LINKS) {
    errno = ELOOP;
    return 0;
  }
  go_up(path);
  if (target_bytes > 0 && target[0] == '/') {
    strcpy(path, "/");
  }
  return prepend(rest, target, (size_t)target_bytes);
}

char *realpath(const char *name, char *resolved) {
  char path[PATH_MAX];
  char rest[PATH_MAX];
  int links = 0;
  if (name == 0 || *name == 0) {
    errno = name == 0 ? EINVAL : ENOENT;
    return 0;
  }
  if (strlcpy(rest, name, sizeof rest) >= sizeof rest) {
    errno = ENAMETOOLONG;
    return 0;
  }
  if (name[0] == '/') {
    strcpy(path, "/");
  } else if (getcwd(path, sizeof path) == 0) {
    return 0;
  }
  while (rest[0] != 0) {
    char component[NAME_MAX + 1];
    size_t skip = strspn(rest, "/");
    size_t bytes = strcspn(rest + skip, "/");
    if (bytes > NAME_MAX) {
      errno = ENAMETOOLONG;
      return 0;
    }
    memcpy(component, rest + skip, bytes);
    component[bytes] = 0;
    memmove(rest, rest + skip + bytes, strlen(rest + skip + bytes) + 1);
    if (bytes == 0 || strcmp(component, ".") == 0) {
      continue;
    }
    if (strcmp(component, "..") == 0) {
      go_up(path);
    } else if (!walk(path, rest, component, bytes, &links)) {
      return 0;
    }
  }
  return resolved != 0 ? strcpy(resolved, path) : strdup(path);
}
