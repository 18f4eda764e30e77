/* Paths for tools that move and copy: "into this directory", and copying one file. */
#ifndef PATHS_H
#define PATHS_H

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tool.h"

static inline int is_directory(const char *path) {
  struct stat status;
  return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

/* directory + "/" + name, from malloc. */
static inline char *path_join(const char *directory, const char *name) {
  size_t bytes = strlen(directory) + strlen(name) + 2;
  char *path = tool_alloc(NULL, bytes);
  size_t length = strlen(directory);
  snprintf(path, bytes, "%s%s%s", directory, length > 0 && directory[length - 1] == '/' ? "" : "/", name);
  return path;
}

/* The last part of a path, its closing slashes taken off in place. */
static inline const char *path_last(char *path) {
  size_t length = strlen(path);
  while (length > 1 && path[length - 1] == '/') path[--length] = '\0';
  const char *slash = strrchr(path, '/');
  return slash == NULL || slash[1] == '\0' ? path : slash + 1;
}

/* Where `from` goes: `to` itself, or its own name inside when `to` is a directory. From malloc. */
static inline char *path_target(char *from, const char *to) {
  return is_directory(to) ? path_join(to, path_last(from)) : strcpy(tool_alloc(NULL, strlen(to) + 1), to);
}

/* Copies the bytes and the permissions of one file. 0 or 1, a message printed. */
static inline int copy_file(const char *from, const char *to) {
  struct stat source_status, target_status;
  char block[4096];
  ssize_t got;
  int source = open(from, O_RDONLY);
  if (source < 0 || fstat(source, &source_status) < 0) return tool_failed(from);
  if (stat(to, &target_status) == 0 && target_status.st_ino == source_status.st_ino &&
      target_status.st_dev == source_status.st_dev) {
    fprintf(stderr, "%s: %s and %s are the same file\n", tool_name, from, to);
    close(source);
    return 1;
  }
  int target = open(to, O_WRONLY | O_CREAT | O_TRUNC, source_status.st_mode & 0777);
  if (target < 0) {
    close(source);
    return tool_failed(to);
  }
  int status = 0;
  while (status == 0 && (got = read(source, block, sizeof block)) != 0) {
    if (got < 0) status = tool_failed(from);
    for (ssize_t done = 0, put = 0; status == 0 && done < got; done += put)
      if ((put = write(target, block + done, (size_t)(got - done))) < 0) status = tool_failed(to), put = got;
  }
  close(source);
  close(target);
  return status;
}

#endif
