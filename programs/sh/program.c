/* Programs: where a name is on the PATH, and the exec that replaces a child by it. XCU 2.9.1.1. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sh.h"

char *find_program(const char *name) {
  if (strchr(name, '/') != NULL) return arena_copy(name, strlen(name));
  const char *path = variable_get("PATH");
  if (path == NULL) path = "/bin";
  while (*name != '\0') {
    const char *end = strchr(path, ':');
    size_t bytes = end == NULL ? strlen(path) : (size_t)(end - path);
    Buffer candidate = {0};
    for (size_t i = 0; i < bytes; i++) buffer_put(&candidate, path[i]);
    if (bytes > 0) buffer_put(&candidate, '/');
    buffer_puts(&candidate, name);
    char *whole = buffer_finish(&candidate);
    struct stat status;
    if (stat(whole, &status) == 0 && S_ISREG(status.st_mode) && access(whole, X_OK) == 0) return whole;
    if (end == NULL) break;
    path = end + 1;
  }
  return NULL;
}

/* A file without ELF header and without #! is a script for this shell (XCU 2.9.1.1). */
static int exec_script(const char *path, char **fields) {
  char head[64] = {0};
  int fd = open(path, O_RDONLY);
  ssize_t got = fd < 0 ? -1 : read(fd, head, sizeof head - 1);
  if (fd >= 0) close(fd);
  if (got > 0 && memchr(head, '\0', (size_t)got) != NULL) {
    complain("%s: this is no program for this machine (it takes static RISC-V ELF files and scripts)", path);
    return 126;
  }
  shell_name = path;
  parameters.items = fields + 1;
  for (parameters.count = 0; fields[parameters.count + 1] != NULL; parameters.count++) continue;
  leave(run_file(path));
  return 126;
}

int exec_program(char **fields) {
  const char *name = fields[0];
  char *path = find_program(name);
  if (path == NULL) {
    complain("%s: command not found (type help for the list)", name);
    return 127;
  }
  execve(path, fields, variables_environment());
  int error = errno;
  struct stat status;
  if (error == ENOEXEC) return exec_script(path, fields);
  if (stat(path, &status) == 0 && S_ISDIR(status.st_mode)) {
    complain("%s: this is a directory (cd %s goes there)", name, name);
    return 126;
  }
  if (error == ENOENT) complain("%s: no such file or program (ls /bin shows the programs)", name);
  else if (error == EACCES) complain("%s: not executable (sh %s runs it as a script)", name, name);
  else if (error == ENOMEM) complain("%s: not enough memory to start it (ps shows what runs, kill ends it)", name);
  else complain("%s: %s", name, strerror(error));
  return error == ENOENT ? 127 : 126;
}
