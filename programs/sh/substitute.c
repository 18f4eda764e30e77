/* $( ) and ` `: a command runs in a child, and what it prints becomes text. XCU 2.6.3. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sh.h"

/* $( ): the output of a child, its last newlines taken off. */
char *command_output(const char *text) {
  int ends[2];
  Buffer output = {0};
  if (pipe(ends) < 0) {
    complain("cannot make a pipe: %s", strerror(errno));
    expansion_failed = true;
    return "";
  }
  fflush(stdout);
  pid_t pid = fork();
  if (pid == 0) {
    jobs_forget();
    close(ends[0]);
    dup2(ends[1], 1);
    close(ends[1]);
    leave(run_string(text, "$( )", true));
  }
  close(ends[1]);
  char block[512];
  ssize_t got;
  while (pid > 0 && ((got = read(ends[0], block, sizeof block)) > 0 || (got < 0 && errno == EINTR)))
    for (ssize_t i = 0; i < got; i++)
      if (block[i] != '\0') buffer_put(&output, block[i]);
  close(ends[0]);
  int wait_status = 0;
  if (pid < 0) {
    complain("cannot start another process: %s", strerror(errno));
    expansion_failed = true;
  } else {
    while (waitpid(pid, &wait_status, 0) < 0 && errno == EINTR) continue;
    if (WIFSIGNALED(wait_status) && WTERMSIG(wait_status) == 2) interrupted = 1;
  }
  substitution_status = last_status = status_of(wait_status);
  while (output.length > 0 && output.text[output.length - 1] == '\n') output.text[--output.length] = '\0';
  return buffer_finish(&output);
}
