/*
 * init: process 1. Starts the shell on the terminal with a session of its own, starts it again when it ends, and
 * collects every process whose parent has died. Given a command, it runs that instead of the shell, once.
 *
 * init -p PROGRAM [ARGUMENT ...] passes everything through (faultline run --init): the program has init's streams,
 * environment and working directory, a process group of its own, in the foreground if there is a terminal, and its name as
 * first argument. Init ends as the program does.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#ifndef TIOCSCTTY
#define TIOCSCTTY 0x540E
#endif
#ifndef TIOCNOTTY
#define TIOCNOTTY 0x5422
#endif

static char *environment[] = {"PATH=/bin:/usr/bin", "HOME=/root", "TERM=xterm-256color", "USER=root", "SHELL=/bin/sh",
                              NULL};

/* A session leader that opens or claims a terminal gets its Ctrl-C. */
static void take_terminal(void) {
  signal(SIGHUP, SIG_DFL);
  setsid();
  if (!isatty(0)) {
    int fd = open("/dev/tty", O_RDWR);
    if (fd < 0) fd = open("/dev/console", O_RDWR);
    if (fd < 0) return;
    for (int i = 0; i < 3; i++) dup2(fd, i);
    if (fd > 2) close(fd);
  }
  ioctl(0, TIOCSCTTY, 0);
  tcsetpgrp(0, getpgrp());
}

static pid_t start(char **command) {
  pid_t pid = fork();
  if (pid != 0) return pid;
  take_terminal();
  if (chdir("/root") < 0 && chdir("/") < 0) perror("init: /");
  execve(command[0], command, environment);
  perror(command[0]);
  _exit(127);
}

/* A shell's number for how a process ended. */
static int code_of(int status) {
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static int pass_through(char **command) {
  pid_t child = fork();
  if (child < 0) {
    perror("init: cannot start a process");
    return 1;
  }
  /* Both do it, so that it is done whoever runs first. */
  signal(SIGTTOU, SIG_IGN);
  setpgid(child, child);
  tcsetpgrp(0, child == 0 ? getpid() : child);
  if (child == 0) {
    signal(SIGTTOU, SIG_DFL);
    execv(command[0], command);
    perror(command[0]);
    _exit(126);
  }
  for (;;) {
    int status;
    pid_t ended = wait(&status);
    if (ended == child) return code_of(status);
  }
}

int main(int argc, char **argv) {
  if (argc > 2 && strcmp(argv[1], "-p") == 0) return pass_through(argv + 2);
  static char *shell[] = {"/bin/sh", NULL};
  char **command = argc > 1 ? argv + 1 : shell;
  if (argc == 1)
    /* Lines that have room on a phone. */
    printf("Faultline: watch malloc become memory.\n"
           "Try first-touch, then forks, then thrash.\n"
           "help lists all; Tab completes; Ctrl-C ends what runs.\n");
  fflush(stdout);
  /* A terminal controls one session. If the kernel gave it to this one at boot, the shell's could not have it. */
  signal(SIGHUP, SIG_IGN);
  ioctl(0, TIOCNOTTY, 0);
  pid_t child = start(command);
  for (int quick = 0; child > 0;) {
    int status;
    pid_t ended = wait(&status);
    if (ended != child) continue;
    int code = code_of(status);
    if (argc > 1) return code;
    if (code >= 126 && ++quick > 3) { /* no shell to run: say so rather than spin */
      fprintf(stderr, "init: /bin/sh does not start (status %d). Is it in the machine's file system?\n", code);
      return code;
    }
    printf("The shell has ended; here is a new one.\n");
    fflush(stdout);
    child = start(command);
  }
  perror("init: cannot start a process");
  return 1;
}
