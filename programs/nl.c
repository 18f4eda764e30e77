/* nl: numbers the lines of a file; empty lines get none. */
#include "lib/tool.h"

int main(int argc, char **argv) {
  tool_start(argc, argv, "nl", "usage: nl [FILE]\nPrints the lines with numbers; empty lines get none.\n");
  FILE *file = tool_open(argc > 1 ? argv[1] : "-");
  if (file == NULL) return 1;
  char *line = NULL;
  size_t room = 0;
  long number = 0;
  ssize_t got;
  while ((got = getline(&line, &room, file)) >= 0) {
    if (line[0] == '\n') printf("       \n");
    else printf("%6ld\t%s%s", ++number, line, line[got - 1] == '\n' ? "" : "\n");
  }
  return tool_finish(0);
}
