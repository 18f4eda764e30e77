/* env: prints the environment, or runs a command in a changed one. */
#include <unistd.h>

#include "lib/tool.h"

extern char **environ;

int main(int argc, char **argv) {
  int at = 1;
  tool_start(argc, argv, "env", "usage: env [-i] [NAME=VALUE...] [COMMAND [ARGUMENT...]]\nPrints the environment, or runs COMMAND in it with changes; -i: from an empty one.\n");
  if (at < argc && strcmp(argv[at], "-i") == 0) {
    static char *nothing[] = {NULL};
    environ = nothing;
    at++;
  }
  for (; at < argc && strchr(argv[at], '=') != NULL; at++) {
    char *equals = strchr(argv[at], '=');
    *equals = '\0';
    if (setenv(argv[at], equals + 1, 1) < 0) return tool_failed(argv[at]);
  }
  if (at == argc) {
    for (char **pair = environ; pair != NULL && *pair != NULL; pair++) puts(*pair);
    return tool_finish(0);
  }
  execvp(argv[at], argv + at);
  int status = errno == ENOENT ? 127 : 126;
  tool_failed(argv[at]);
  return status;
}
