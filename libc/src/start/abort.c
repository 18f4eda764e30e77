/* abort (C11 7.22.4.1): ends with SIGABRT even if the program ignores or handles that signal. */
#include <signal.h>
#include <stdlib.h>

void abort(void) {
  sigset_t only_abort;
  raise(SIGABRT);
  /* It was ignored, or a handler returned: take the default action, and make sure that it is not blocked. */
  signal(SIGABRT, SIG_DFL);
  sigemptyset(&only_abort);
  sigaddset(&only_abort, SIGABRT);
  sigprocmask(SIG_UNBLOCK, &only_abort, 0);
  raise(SIGABRT);
  _Exit(127);
}
