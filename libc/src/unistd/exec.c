/* Replacing the process's program. */
#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../internal/libc.h"

static const char default_path[] = "/bin:/usr/bin";

int execve(const char *path, char *const argv[], char *const envp[]) {
  return __result(__sys_execve(path, argv, (void *)envp));
}

int execv(const char *path, char *const argv[]) {
  return execve(path, argv, environ);
}

/* True if the search for a program goes on after this error: the file is not there, or not for us. */
static int goes_on_after(int error) {
  return error == ENOENT || error == ENOTDIR || error == EACCES;
}

int execvpe(const char *file, char *const argv[], char *const envp[]) {
  if (strchr(file, '/') != 0) {
    return execve(file, argv, envp);
  }
  const char *path = getenv("PATH");
  if (path == 0) {
    path = default_path;
  }
  size_t file_bytes = strlen(file) + 1;
  if (file_bytes == 1) {
    errno = ENOENT;
    return -1;
  }
  int seen_denied = 0;
  for (;;) {
    char candidate[PATH_MAX];
    const char *end = strchrnul(path, ':');
    size_t directory_bytes = (size_t)(end - path);
    if (directory_bytes + 1 + file_bytes <= sizeof candidate) {
      memcpy(candidate, path, directory_bytes);
      candidate[directory_bytes] = '/';
      memcpy(candidate + directory_bytes + (directory_bytes > 0), file, file_bytes);
      execve(candidate, argv, envp);
      if (!goes_on_after(errno)) {
        return -1;
      }
      seen_denied |= errno == EACCES;
    }
    if (*end == 0) {
      break;
    }
    path = end + 1;
  }
  errno = seen_denied ? EACCES : ENOENT;
  return -1;
}

int execvp(const char *file, char *const argv[]) {
  return execvpe(file, argv, environ);
}

/*
 * The execl family: arguments up to a null pointer become an array on the stack. They are counted first, so that the
 * array is as long as needed.
 */
static int count_arguments(va_list *args) {
  int count = 1;
  while (va_arg(*args, char *) != 0) {
    count++;
  }
  return count;
}

int execl(const char *path, const char *argument, ...) {
  va_list args;
  va_start(args, argument);
  int count = count_arguments(&args);
  va_end(args);
  char *argv[count + 1];
  argv[0] = (char *)argument;
  va_start(args, argument);
  for (int i = 1; i <= count; i++) {
    argv[i] = va_arg(args, char *);
  }
  va_end(args);
  return execv(path, argv);
}

int execlp(const char *file, const char *argument, ...) {
  va_list args;
  va_start(args, argument);
  int count = count_arguments(&args);
  va_end(args);
  char *argv[count + 1];
  argv[0] = (char *)argument;
  va_start(args, argument);
  for (int i = 1; i <= count; i++) {
    argv[i] = va_arg(args, char *);
  }
  va_end(args);
  return execvp(file, argv);
}

int execle(const char *path, const char *argument, ...) {
  va_list args;
  va_start(args, argument);
  int count = count_arguments(&args);
  va_end(args);
  char *argv[count + 1];
  argv[0] = (char *)argument;
  va_start(args, argument);
  for (int i = 1; i <= count; i++) {
    argv[i] = va_arg(args, char *);
  }
  char *const *envp = va_arg(args, char *const *);
  va_end(args);
  return execve(path, argv, envp);
}
