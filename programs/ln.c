/* ln: a second name for a file; with -s a symbolic link, which holds a path. */
#include "lib/paths.h"

int main(int argc, char **argv) {
  int is_symbolic = argc > 1 && argv[1][0] == '-' && strchr(argv[1], 's') != NULL;
  int is_forced = argc > 1 && argv[1][0] == '-' && strchr(argv[1], 'f') != NULL;
  int first = 1 + (is_symbolic || is_forced);
  tool_start(argc, argv, "ln", "usage: ln [-sf] TARGET NAME\nGives a file another name; -s: a symbolic link; -f: replaces NAME.\n");
  if (argc - first != 2) tool_misused("", "a target and a name are needed");
  char *name = path_target(argv[first], argv[first + 1]);
  if (is_forced) unlink(name);
  if ((is_symbolic ? symlink(argv[first], name) : link(argv[first], name)) < 0) return tool_failed(name);
  return 0;
}
