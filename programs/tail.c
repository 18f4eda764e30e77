/* tail: the last lines of files. Keeps a ring of the lines seen last, so that it works on pipes. */
#include "lib/tool.h"

static const char usage[] = "usage: tail [-n LINES | -LINES | -n +LINE] [FILE...]\nPrints the last 10 lines, or as many as asked for; +LINE: from that line on.\n";

/* From line number `from` (1 is the first) to the end. */
static void print_from(FILE *file, long from) {
  long line = 1;
  for (int c = getc(file); c != EOF; c = getc(file)) {
    if (line >= from) putchar(c);
    line += c == '\n';
  }
}

static void print_last(FILE *file, long lines) {
  char **ring = tool_alloc(NULL, (size_t)(lines + 1) * sizeof *ring);
  size_t *lengths = tool_alloc(NULL, (size_t)(lines + 1) * sizeof *lengths);
  size_t *rooms = tool_alloc(NULL, (size_t)(lines + 1) * sizeof *rooms);
  long seen = 0;
  ssize_t got;
  for (long i = 0; i <= lines; i++) ring[i] = NULL, rooms[i] = 0;
  for (;; seen++) {
    long slot = seen % (lines + 1);
    if ((got = getline(&ring[slot], &rooms[slot], file)) < 0) break;
    lengths[slot] = (size_t)got;
  }
  for (long line = seen > lines ? seen - lines : 0; line < seen; line++)
    fwrite(ring[line % (lines + 1)], 1, lengths[line % (lines + 1)], stdout);
  for (long i = 0; i <= lines; i++) free(ring[i]);
  free(ring);
  free(lengths);
  free(rooms);
}

int main(int argc, char **argv) {
  long lines = 10;
  int first = 1, status = 0, from_start = 0;
  tool_start(argc, argv, "tail", usage);
  for (; first < argc && argv[first][0] == '-' && argv[first][1] != '\0'; first++) {
    const char *number = argv[first] + (argv[first][1] == 'n' ? 2 : 1);
    if (*number == '\0') number = first + 1 < argc ? argv[++first] : "";
    from_start = *number == '+';
    lines = tool_number(number + from_start, 0, 1000000, "LINES");
  }
  for (int i = first; i < argc || i == first; i++) {
    FILE *file = tool_open(i < argc ? argv[i] : "-");
    if (file == NULL) {
      status = 1;
      continue;
    }
    if (argc - first > 1) printf("%s==> %s <==\n", i > first ? "\n" : "", argv[i]);
    if (from_start) print_from(file, lines);
    else print_last(file, lines);
    tool_close(file);
  }
  return tool_finish(status);
}
