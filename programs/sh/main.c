/* sh: where it starts. See sh.h for the way of a command line through the files. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sh.h"

extern char **environ;

void complain(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  fflush(stdout);
  fprintf(stderr, "sh: ");
  vfprintf(stderr, format, arguments);
  fprintf(stderr, "\n");
  va_end(arguments);
}

static const char usage[] =
    "usage: sh [-eiux] [-c COMMAND [NAME [ARGUMENT...]] | SCRIPT [ARGUMENT...]]\n"
    "  -c COMMAND  run COMMAND; NAME is $0, what follows $1, $2, ...\n"
    "  -i          interactive: prompt, line editing, job control\n"
    "  -e          end at the first command that fails\n"
    "  -u          an unset variable is an error\n"
    "  -x          show each command before it runs\n"
    "Without arguments sh reads commands from its input. Type help inside.\n";

static void set_defaults(void) {
  char directory[256];
  if (variable_get("PATH") == NULL) variable_set("PATH", "/bin:/usr/bin");
  if (variable_get("HOME") == NULL) variable_set("HOME", "/root");
  if (getcwd(directory, sizeof directory) != NULL) variable_set("PWD", directory);
  variable_export("PATH");
  variable_export("HOME");
  variable_export("PWD");
}

static int run_interactive(void) {
  Source source = source_of_string("", "the terminal");
  source.fd = SOURCE_EDITOR;
  history_start();
  int status = run_source(&source);
  source_close(&source);
  fprintf(stderr, "exit\n");
  return status;
}

static int run_input(void) {
  Source source = source_of_string("", "stdin");
  source.fd = 0;
  int status = run_source(&source);
  source_close(&source);
  return status;
}

int main(int argc, char **argv) {
  bool is_forced = false;
  bool has_command = false;
  int at = 1;
  variables_start(environ);
  shell_pid = getpid();
  for (; at < argc && argv[at][0] == '-' && argv[at][1] != '\0'; at++) {
    if (strcmp(argv[at], "--help") == 0) {
      fputs(usage, stdout);
      return 0;
    }
    for (const char *flag = argv[at] + 1; *flag != '\0'; flag++) {
      if (*flag == 'c') has_command = true;
      else if (*flag == 'i') is_forced = true;
      else if (*flag == 'e') options.errexit = true;
      else if (*flag == 'u') options.nounset = true;
      else if (*flag == 'x') options.xtrace = true;
      else if (*flag != 'l' && *flag != 's') {
        complain("-%c: no such option\n%s", *flag, usage);
        return 2;
      }
    }
  }
  /* The machine's first program is started in /, by nobody who was anywhere: a shell for a person begins at home. */
  if (shell_pid == 1 && !has_command && at >= argc && (is_forced || isatty(0))) {
    const char *home = variable_get("HOME");
    if (chdir(home == NULL ? "/root" : home) < 0) complain("cd: %s: %s", home == NULL ? "/root" : home, strerror(errno));
  }
  set_defaults();
  if (has_command) {
    if (at >= argc) {
      complain("-c needs a command behind it\n%s", usage);
      return 2;
    }
    const char *command = argv[at++];
    if (at < argc) shell_name = argv[at++];
    parameters.items = argv + at;
    parameters.count = argc - at;
    leave(run_string(command, "-c", true));
  }
  if (at < argc) {
    shell_name = argv[at];
    parameters.items = argv + at + 1;
    parameters.count = argc - at - 1;
    leave(run_file(argv[at]));
  }
  is_interactive = is_forced || (isatty(0) && isatty(2));
  jobs_start();
  leave(is_interactive ? run_interactive() : run_input());
  return 0; /* not reached */
}
