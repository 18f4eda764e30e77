/* xargs: words of the input become arguments of a command. */
#include <ctype.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/tool.h"

enum { MOST_ARGUMENTS = 256, WORD_BYTES = 1024 };

static const char usage[] = "usage: xargs [-n COUNT] [COMMAND [ARGUMENT...]]\nRuns COMMAND (default echo) with the words of the input behind it, COUNT at a time.\n";

static char *arguments[MOST_ARGUMENTS + 1];

/* One word: blanks part words, quotes and backslashes keep them. NULL at the end of the input. */
static char *next_word(void) {
  char word[WORD_BYTES];
  size_t bytes = 0;
  int c = getchar(), quote = 0, is_word = 0;
  while (isspace(c)) c = getchar();
  for (; c != EOF && (quote != 0 || !isspace(c)); c = getchar()) {
    is_word = 1;
    if (quote == 0 && (c == '\'' || c == '"')) {
      quote = c;
      continue;
    }
    if (c == quote) {
      quote = 0;
      continue;
    }
    if (c == '\\' && quote == 0 && (c = getchar()) == EOF) break;
    if (bytes + 1 < sizeof word) word[bytes++] = (char)c;
  }
  if (!is_word) return NULL;
  word[bytes] = '\0';
  return strcpy(tool_alloc(NULL, bytes + 1), word);
}

static int run(void) {
  int status;
  pid_t pid = fork();
  if (pid < 0) return tool_failed("fork");
  if (pid == 0) {
    execvp(arguments[0], arguments);
    int code = errno == ENOENT ? 127 : 126;
    tool_failed(arguments[0]);
    _exit(code);
  }
  waitpid(pid, &status, 0);
  if (!WIFEXITED(status)) return 125;
  return WEXITSTATUS(status) >= 126 ? WEXITSTATUS(status) : WEXITSTATUS(status) == 0 ? 0 : 123;
}

int main(int argc, char **argv) {
  long most = MOST_ARGUMENTS;
  int first = 1, fixed = 0, status = 0, runs = 0;
  tool_start(argc, argv, "xargs", usage);
  if (argc > 2 && strcmp(argv[1], "-n") == 0) {
    most = tool_number(argv[2], 1, MOST_ARGUMENTS, "COUNT");
    first = 3;
  }
  if (argc - first > MOST_ARGUMENTS / 2) tool_misused("", "too many arguments");
  if (first == argc) arguments[fixed++] = "echo";
  for (int i = first; i < argc; i++) arguments[fixed++] = argv[i];
  for (char *word = next_word(); word != NULL || runs == 0; runs++) {
    int count = fixed;
    for (; word != NULL && count < MOST_ARGUMENTS && count - fixed < most; word = next_word()) arguments[count++] = word;
    arguments[count] = NULL;
    int result = run();
    if (result != 0) status = result;
    while (count > fixed) free(arguments[--count]);
    if (status >= 125) break;
  }
  return status;
}
