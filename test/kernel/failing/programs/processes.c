/* fork, copy-on-write, exec, vfork, pipes, signals on a stack of their own. */
#include "sane.h"
#include <signal.h>
#include <sys/syscall.h>
#include <ucontext.h>

static volatile int handled;
static char alternate[8192];
static int data[3 * PAGE / 4];

static void handler(int signal) { handled = signal; }

int main(int argc, char **argv) {
  if (argc > 1) return strcmp(argv[1], "again") == 0 ? 0 : 98;
  for (int i = 0; i < 3; i++) data[i * (PAGE / 4)] = i + 10;
  int ends[2];
  if (sane(pipe(ends), "pipe") == -1) return 0;

  pid_t child = sane(fork(), "fork");
  if (child == 0) {
    for (int i = 0; i < 3; i++) {
      expect(data[i * (PAGE / 4)], i + 10, "child's copy");
      data[i * (PAGE / 4)] = 77;
    }
    sane(write(ends[1], data, 2000), "write to a pipe");
    _exit(0);
  }
  for (int i = 0; i < 3; i++) expect(data[i * (PAGE / 4)], i + 10, "parent's copy");
  reap(child);
  close(ends[1]);
  int buffer[500];
  long got = sane(read(ends[0], buffer, sizeof buffer), "read from a pipe");
  if (got > 0) expect(buffer[0], 77, "through the pipe");

  child = sane(fork(), "fork to exec");
  if (child == 0) {
    char *arguments[] = {argv[0], "again", NULL};
    sane(execv(argv[0], arguments), "execv");
    _exit(0);
  }
  reap(child);
  child = sane(vfork(), "vfork");
  if (child == 0) _exit(0);
  reap(child);

  stack_t stack = {.ss_sp = alternate, .ss_size = sizeof alternate};
  struct sigaction action = {.sa_handler = handler, .sa_flags = SA_ONSTACK};
  sane(syscall(SYS_sigaltstack, &stack, NULL), "sigaltstack");
  if (sane(sigaction(SIGUSR1, &action, NULL), "sigaction") != -1) {
    raise(SIGUSR1);
    expect(handled, SIGUSR1, "signal");
  }
  return 0;
}
