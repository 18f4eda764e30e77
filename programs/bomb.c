/*
 * bomb: processes that make processes, until the kernel says no. Afterwards everything is put away again.
 * Look at: the machine stays usable; fork fails with EAGAIN or ENOMEM, and the reason is printed.
 */
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/wait.h>

#include "lib/proc.h"
#include "lib/tool.h"

enum { QUIET_MILLISECONDS = 300 };

static const char usage[] = "usage: bomb -y\nForks without end, up to the kernel's limit, then ends all of them. -y: yes, do it.\n";

/* Every process reports its birth, forks as long as it can, and ends when the first process closes `life`. */
static void explode(int births, int life) {
  char c;
  for (;;) {
    pid_t pid;
    if (write(births, "b", 1) != 1) _exit(1);
    while ((pid = fork()) > 0) continue;
    if (pid == 0) continue;
    if (write(births, errno == ENOMEM ? "M" : "A", 1) != 1) _exit(1);
    (void)!read(life, &c, 1);
    _exit(0);
  }
}

int main(int argc, char **argv) {
  tool_start(argc, argv, "bomb", usage);
  if (argc < 2 || strcmp(argv[1], "-y") != 0) tool_misused("", "this fills the process table for a moment; -y says that you mean it");
  int births[2], life[2];
  if (pipe(births) < 0 || pipe(life) < 0) return tool_failed("pipe");
  pid_t leader = fork();
  if (leader < 0) return tool_failed("fork");
  if (leader == 0) {
    setpgid(0, 0); /* a group of their own: one kill reaches all */
    close(births[0]);
    close(life[1]);
    explode(births[1], life[0]);
  }
  setpgid(leader, leader);
  close(births[1]);
  long count = 0;
  char c, reason = '?';
  struct pollfd birth = {births[0], POLLIN, 0};
  while (poll(&birth, 1, QUIET_MILLISECONDS) > 0 && read(births[0], &c, 1) == 1) {
    count += c == 'b';
    if (c == 'M' || c == 'A') reason = c;
  }
  printf("%ld processes, then fork failed: %s\n", count,
         reason == 'M' ? "out of memory (ENOMEM)" : reason == 'A' ? "no more processes allowed (EAGAIN)" : "not at all");
  kill(-leader, SIGKILL);
  waitpid(leader, NULL, 0);
  printf("all of them are gone again\n");
  return 0;
}
