/* echo: prints its arguments with a blank between and a newline at the end; -n leaves the newline out. */
#include <string.h>

#include "lib/tool.h"

int main(int argc, char **argv) {
  if (argc == 2) tool_start(argc, argv, "echo", "usage: echo [-n] [WORD...]\nPrints the words; -n: without newline.\n");
  tool_name = "echo";
  int first = argc > 1 && strcmp(argv[1], "-n") == 0 ? 2 : 1;
  for (int i = first; i < argc; i++) printf("%s%s", i > first ? " " : "", argv[i]);
  if (first == 1) putchar('\n');
  return tool_finish(0);
}
