/* dirname: all but the last part of a path. */
#include "lib/paths.h"

int main(int argc, char **argv) {
  tool_start(argc, argv, "dirname", "usage: dirname PATH\nPrints PATH without its last part.\n");
  if (argc != 2) tool_misused("", "one path is needed");
  const char *last = path_last(argv[1]);
  size_t bytes = (size_t)(last - argv[1]);
  while (bytes > 1 && argv[1][bytes - 1] == '/') bytes--;
  if (bytes == 0) puts(*last == '/' ? "/" : ".");
  else printf("%.*s\n", (int)bytes, argv[1]);
  return tool_finish(0);
}
