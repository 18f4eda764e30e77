/* RLIMIT_CPU and the core-dump bit: prints here what it prints on Linux (where it takes some seconds). */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static int seen;

static void on_limit(int signal, siginfo_t *info, void *context) {
  (void)context;
  struct rlimit limit;
  getrlimit(RLIMIT_CPU, &limit);
  printf("signal %d, code %d, number %d; soft %d, hard %d\n", signal, info->si_code, ++seen, (int)limit.rlim_cur,
         (int)limit.rlim_max);
  fflush(stdout);
}

static void child(int soft, int hard, int handles) {
  struct rlimit limit = {soft, hard}, no_core = {0, 0};
  struct sigaction action = {.sa_sigaction = on_limit, .sa_flags = SA_SIGINFO | SA_RESTART};
  int status;
  printf("soft %d, hard %d\n", soft, hard);
  fflush(stdout);
  pid_t pid = fork();
  if (pid == 0) {
    setrlimit(RLIMIT_CORE, &no_core);
    if (handles) sigaction(SIGXCPU, &action, NULL);
    if (setrlimit(RLIMIT_CPU, &limit) != 0) perror("setrlimit");
    if (soft < 0) abort();
    for (;;) continue;
  }
  waitpid(pid, &status, 0);
  printf("killed by %d, core %d\n", WIFSIGNALED(status) ? WTERMSIG(status) : -1, WCOREDUMP(status) != 0);
  fflush(stdout);
}

int main(void) {
  child(1, 3, 1);  /* SIGXCPU after one second and after two, SIGKILL after three */
  child(1, 3, 0);  /* the default action of SIGXCPU */
  child(1, 1, 1);  /* the hard limit comes first */
  child(0, 2, 1);  /* at once */
  child(-1, -1, 0); /* no limit; abort */
  return 0;
}
