/* glob: one directory level at a time, each part of the pattern against the names of one directory. */
#include <dirent.h>
#include <errno.h>
#include <fnmatch.h>
#include <glob.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

struct search {
  glob_t *found;
  int flags;
  int (*on_error)(const char *path, int error);
  char path[PATH_MAX];
};

static int add(glob_t *found, const char *path, const char *suffix) {
  size_t used = found->gl_offs + found->gl_pathc;
  char **paths = realloc(found->gl_pathv, (used + 2) * sizeof *paths);
  if (paths == 0) {
    return GLOB_NOSPACE;
  }
  if (found->gl_pathv == 0) {
    memset(paths, 0, found->gl_offs * sizeof *paths);
  }
  found->gl_pathv = paths;
  size_t bytes = strlen(path) + strlen(suffix) + 1;
  paths[used] = malloc(bytes);
  paths[used + 1] = 0;
  if (paths[used] == 0) {
    return GLOB_NOSPACE;
  }
  strcpy(paths[used], path);
  strcat(paths[used], suffix);
  found->gl_pathc++;
  return 0;
}

static int has_magic(const char *part, size_t bytes) {
  for (size_t i = 0; i < bytes; i++) {
    if (part[i] == '*' || part[i] == '?' || part[i] == '[') {
      return 1;
    }
  }
  return 0;
}

/* Appends a part that has no magic, its backslashes taken out; the new length, or 0 if it is too long. */
static size_t append_plain(struct search *s, size_t used, const char *part, size_t bytes) {
  for (size_t i = 0; i < bytes; i++) {
    if (part[i] == '\\' && (s->flags & GLOB_NOESCAPE) == 0 && i + 1 < bytes) {
      i++;
    }
    if (used + 1 >= sizeof s->path) {
      return 0;
    }
    s->path[used++] = part[i];
  }
  s->path[used] = 0;
  return used;
}

static int finish(struct search *s) {
  struct stat status;
  if (lstat(s->path, &status) < 0) {
    return 0;
  }
  int is_directory = S_ISDIR(status.st_mode) || (stat(s->path, &status) == 0 && S_ISDIR(status.st_mode));
  size_t length = strlen(s->path);
  int marks = (s->flags & GLOB_MARK) && is_directory && length > 0 && s->path[length - 1] != '/';
  return add(s->found, s->path, marks ? "/" : "");
}

static int descend(struct search *s, size_t used, const char *pattern);

/* The names in the directory s->path (empty: the working directory) that match the part, and what lies below them. */
static int descend_matching(struct search *s, size_t used, const char *pattern, size_t bytes) {
  char part[NAME_MAX + 1];
  if (bytes >= sizeof part) {
    return 0;
  }
  memcpy(part, pattern, bytes);
  part[bytes] = 0;
  DIR *directory = opendir(used > 0 ? s->path : ".");
  if (directory == 0) {
    int stops = s->on_error != 0 && s->on_error(s->path, errno) != 0;
    return errno == ENOTDIR || errno == ENOENT || !(stops || (s->flags & GLOB_ERR)) ? 0 : GLOB_ABORTED;
  }
  int escape = s->flags & GLOB_NOESCAPE ? FNM_NOESCAPE : 0;
  int period = s->flags & GLOB_PERIOD ? 0 : FNM_PERIOD;
  int result = 0;
  struct dirent *entry;
  while (result == 0 && (entry = readdir(directory)) != 0) {
    size_t name_bytes = strlen(entry->d_name);
    if (fnmatch(part, entry->d_name, escape | period) == 0 && used + name_bytes + 1 < sizeof s->path) {
      strcpy(s->path + used, entry->d_name);
      result = descend(s, used + name_bytes, pattern + bytes);
    }
  }
  s->path[used] = 0;
  closedir(directory);
  return result;
}

static int descend(struct search *s, size_t used, const char *pattern) {
  while (*pattern == '/') {
    if (used + 1 >= sizeof s->path) {
      return 0;
    }
    s->path[used++] = *pattern++;
    s->path[used] = 0;
  }
  if (*pattern == 0) {
    return finish(s);
  }
  size_t bytes = strcspn(pattern, "/");
  if (has_magic(pattern, bytes)) {
    return descend_matching(s, used, pattern, bytes);
  }
  size_t now_used = append_plain(s, used, pattern, bytes);
  return now_used == 0 ? 0 : descend(s, now_used, pattern + bytes);
}

static int compare_paths(const void *a, const void *b) {
  return strcmp(*(char *const *)a, *(char *const *)b);
}

int glob(const char *pattern, int flags, int (*on_error)(const char *path, int error), glob_t *found) {
  struct search s = {found, flags, on_error, {0}};
  if ((flags & GLOB_DOOFFS) == 0) {
    found->gl_offs = 0;
  }
  if ((flags & GLOB_APPEND) == 0) {
    found->gl_pathc = 0;
    found->gl_pathv = 0;
  }
  size_t before = found->gl_pathc;
  int result = *pattern != 0 ? descend(&s, 0, pattern) : 0;
  if (result != 0) {
    return result;
  }
  size_t count = found->gl_pathc - before;
  if (count == 0) {
    return flags & GLOB_NOCHECK ? add(found, pattern, "") : GLOB_NOMATCH;
  }
  if ((flags & GLOB_NOSORT) == 0) {
    qsort(found->gl_pathv + found->gl_offs + before, count, sizeof(char *), compare_paths);
  }
  return 0;
}

void globfree(glob_t *found) {
  for (size_t i = 0; i < found->gl_pathc; i++) {
    free(found->gl_pathv[found->gl_offs + i]);
  }
  free(found->gl_pathv);
  found->gl_pathv = 0;
  found->gl_pathc = 0;
}
