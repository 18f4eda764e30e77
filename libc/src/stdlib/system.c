/* Running a command in the shell (C11 7.22.4.8). */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

/* The caller ignores Ctrl-C and Ctrl-\ while the command runs: they are meant for the command. */
int system(const char *command) {
  if (command == 0) {
    return access("/bin/sh", X_OK) == 0;
  }
  struct sigaction ignore;
  struct sigaction old_interrupt;
  struct sigaction old_quit;
  sigset_t child_signal;
  sigset_t old_mask;
  ignore.sa_handler = SIG_IGN;
  ignore.sa_flags = 0;
  sigemptyset(&ignore.sa_mask);
  sigaction(SIGINT, &ignore, &old_interrupt);
  sigaction(SIGQUIT, &ignore, &old_quit);
  sigemptyset(&child_signal);
  sigaddset(&child_signal, SIGCHLD);
  sigprocmask(SIG_BLOCK, &child_signal, &old_mask);
  int status = -1;
  pid_t pid = fork();
  if (pid == 0) {
    sigaction(SIGINT, &old_interrupt, 0);
    sigaction(SIGQUIT, &old_quit, 0);
    sigprocmask(SIG_SETMASK, &old_mask, 0);
    execl("/bin/sh", "sh", "-c", command, (char *)0);
    _exit(127);
  }
  if (pid > 0) {
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
    }
  }
  sigaction(SIGINT, &old_interrupt, 0);
  sigaction(SIGQUIT, &old_quit, 0);
  sigprocmask(SIG_SETMASK, &old_mask, 0);
  return status;
}
