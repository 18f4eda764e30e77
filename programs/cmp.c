/* cmp: compares two files byte by byte. */
#include "lib/tool.h"

int main(int argc, char **argv) {
  int is_silent = argc > 1 && strcmp(argv[1], "-s") == 0;
  tool_start(argc, argv, "cmp", "usage: cmp [-s] FILE1 FILE2\nSays where two files differ first; exit status 0 same, 1 different, 2 trouble. -s: silent.\n");
  if (argc - is_silent != 3) tool_misused("", "two files are needed");
  const char *names[2] = {argv[1 + is_silent], argv[2 + is_silent]};
  FILE *a = tool_open(names[0]);
  FILE *b = a == NULL ? NULL : tool_open(names[1]);
  if (b == NULL) return 2;
  for (long byte = 1, line = 1;; byte++) {
    int x = getc(a), y = getc(b);
    if (x == EOF && y == EOF) return 0;
    if (x != y && !is_silent && (x == EOF || y == EOF)) {
      fflush(stdout);
      fprintf(stderr, "cmp: EOF on %s after byte %ld\n", names[x == EOF ? 0 : 1], byte - 1);
    } else if (x != y && !is_silent) printf("%s %s differ: char %ld, line %ld\n", names[0], names[1], byte, line);
    if (x != y) return 1;
    line += x == '\n';
  }
}
