/* hexdump: bytes as hexadecimal numbers and characters, sixteen a line; repeated lines show as a star. */
#include <ctype.h>

#include "lib/tool.h"

enum { ROW_BYTES = 16 };

static const char usage[] = "usage: hexdump [-C] [-n BYTES] [-s OFFSET] [FILE]\nPrints offset, bytes and characters. A * stands for lines like the one before.\n";

int main(int argc, char **argv) {
  unsigned char row[ROW_BYTES], last[ROW_BYTES];
  long limit = -1, skip = 0, offset = 0;
  int first = 1, is_starred = 0;
  tool_start(argc, argv, "hexdump", usage);
  for (; first < argc && argv[first][0] == '-' && argv[first][1] != '\0'; first++) {
    char letter = argv[first][1];
    if (letter == 'C') continue;
    if ((letter != 'n' && letter != 's') || first + 1 >= argc) tool_misused(argv[first], "no such option, or no number behind it");
    long value = tool_number(argv[++first], 0, 2147483647, letter == 'n' ? "BYTES" : "OFFSET");
    if (letter == 'n') limit = value;
    else skip = value;
  }
  FILE *file = tool_open(first < argc ? argv[first] : "-");
  if (file == NULL) return 1;
  while (offset < skip && getc(file) != EOF) offset++;
  long end = limit < 0 ? -1 : offset + limit;
  for (long rows = 0;; rows++) {
    size_t wanted = end >= 0 && end - offset < ROW_BYTES ? (size_t)(end - offset) : ROW_BYTES;
    size_t got = fread(row, 1, wanted, file);
    if (got == 0) break;
    if (rows > 0 && got == ROW_BYTES && memcmp(row, last, ROW_BYTES) == 0) {
      if (!is_starred) printf("*\n");
      is_starred = 1;
    } else {
      is_starred = 0;
      printf("%08lx ", (unsigned long)offset);
      for (size_t i = 0; i < ROW_BYTES; i++) {
        if (i < got) printf("%s%02x", i % 8 == 0 ? "  " : " ", row[i]);
        else printf("%s", i % 8 == 0 ? "    " : "   ");
      }
      printf("  |");
      for (size_t i = 0; i < got; i++) putchar(isprint(row[i]) ? row[i] : '.');
      printf("|\n");
    }
    memcpy(last, row, ROW_BYTES);
    offset += (long)got;
  }
  printf("%08lx\n", (unsigned long)offset);
  return tool_finish(0);
}
