/* basename: the last part of a path, without SUFFIX if it ends in that. */
#include "lib/paths.h"

int main(int argc, char **argv) {
  tool_start(argc, argv, "basename", "usage: basename PATH [SUFFIX]\nPrints the last part of PATH.\n");
  if (argc < 2 || argc > 3) tool_misused("", "one path is needed");
  const char *last = path_last(argv[1]);
  size_t bytes = strlen(last), suffix = argc > 2 ? strlen(argv[2]) : 0;
  if (suffix > 0 && suffix < bytes && strcmp(last + bytes - suffix, argv[2]) == 0) bytes -= suffix;
  printf("%.*s\n", (int)bytes, last);
  return tool_finish(0);
}
