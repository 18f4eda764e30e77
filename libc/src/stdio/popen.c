/* A pipe to or from a shell command. */
#include <errno.h>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../internal/file.h"

FILE *popen(const char *command, const char *mode) {
  int fds[2];
  int we_read = mode[0] == 'r';
  if ((mode[0] != 'r' && mode[0] != 'w') || pipe2(fds, O_CLOEXEC) < 0) {
    return 0;
  }
  int ours = fds[we_read ? 0 : 1];
  int theirs = fds[we_read ? 1 : 0];
  FILE *file = __file_new(ours, we_read ? FILE_READABLE : FILE_WRITABLE);
  pid_t pid = file == 0 ? -1 : fork();
  if (pid == 0) {
    if (theirs == we_read) { /* already in place: only its close-on-exec flag is in the way */
      fcntl(theirs, F_SETFD, 0);
    } else {
      dup2(theirs, we_read ? STDOUT_FILENO : STDIN_FILENO);
    }
    execl("/bin/sh", "sh", "-c", command, (char *)0);
    _exit(127);
  }
  close(theirs);
  if (pid < 0) {
    if (file != 0) {
      fclose(file);
    } else {
      close(ours);
    }
    return 0;
  }
  file->child = pid;
  return file;
}

int pclose(FILE *file) {
  pid_t pid = file->child;
  int status;
  fclose(file);
  while (waitpid(pid, &status, 0) < 0) {
    if (errno != EINTR) {
      return -1;
    }
  }
  return status;
}
