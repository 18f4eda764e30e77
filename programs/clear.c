/* clear: clears the screen (ECMA-48: cursor home, erase display; and xterm's erase of what has scrolled away). */
#include "lib/tool.h"

int main(int argc, char **argv) {
  tool_start(argc, argv, "clear", "usage: clear\nClears the screen.\n");
  fputs("\033[H\033[2J\033[3J", stdout);
  return tool_finish(0);
}
