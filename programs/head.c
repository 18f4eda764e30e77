/* head: the first lines (or bytes) of files. */
#include "lib/tool.h"

static const char usage[] = "usage: head [-n LINES | -c BYTES | -LINES] [FILE...]\nPrints the first 10 lines, or as many as asked for.\n";

int main(int argc, char **argv) {
  long lines = 10, bytes = -1;
  int first = 1, status = 0;
  tool_start(argc, argv, "head", usage);
  for (; first < argc && argv[first][0] == '-' && argv[first][1] != '\0'; first++) {
    char letter = argv[first][1];
    const char *number = argv[first] + (letter == 'n' || letter == 'c' ? 2 : 1);
    if (*number == '\0') number = first + 1 < argc ? argv[++first] : "";
    long value = tool_number(number, 0, 2147483647, letter == 'c' ? "BYTES" : "LINES");
    if (letter == 'c') bytes = value;
    else lines = value;
  }
  for (int i = first; i < argc || i == first; i++) {
    FILE *file = tool_open(i < argc ? argv[i] : "-");
    if (file == NULL) {
      status = 1;
      continue;
    }
    if (argc - first > 1) printf("%s==> %s <==\n", i > first ? "\n" : "", argv[i]);
    int c;
    for (long done = 0; (bytes >= 0 ? done < bytes : done < lines) && (c = getc(file)) != EOF;) {
      putchar(c);
      done += bytes >= 0 || c == '\n';
    }
    tool_close(file);
  }
  return tool_finish(status);
}
