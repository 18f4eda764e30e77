/* yes: a line again and again, until nobody reads any more. */
#include "lib/tool.h"

int main(int argc, char **argv) {
  tool_start(argc, argv, "yes", "usage: yes [WORD...]\nPrints the words (or y) until it is ended.\n");
  for (;;) {
    for (int i = 1; i < argc; i++) printf("%s%s", i > 1 ? " " : "", argv[i]);
    if (puts(argc > 1 ? "" : "y") < 0) return tool_finish(1);
  }
}
