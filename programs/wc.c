/* wc: counts lines, words and bytes. */
#include <ctype.h>

#include "lib/tool.h"

static const char usage[] = "usage: wc [-lwc] [FILE...]\nCounts lines (-l), words (-w) and bytes (-c); all three when none is named.\n";

typedef struct Counts {
  unsigned long lines, words, bytes;
} Counts;

static int wants_lines, wants_words, wants_bytes;

static void print(Counts counts, const char *name) {
  const char *gap = "";
  if (wants_lines) printf("%s%7lu", gap, counts.lines), gap = " ";
  if (wants_words) printf("%s%7lu", gap, counts.words), gap = " ";
  if (wants_bytes) printf("%s%7lu", gap, counts.bytes);
  printf("%s%s\n", *name == '\0' ? "" : " ", name);
}

static Counts count(FILE *file) {
  Counts counts = {0, 0, 0};
  int in_word = 0;
  for (int c = getc(file); c != EOF; c = getc(file)) {
    counts.bytes++;
    counts.lines += c == '\n';
    if (isspace(c)) in_word = 0;
    else if (!in_word) counts.words++, in_word = 1;
  }
  return counts;
}

int main(int argc, char **argv) {
  int first = 1, status = 0;
  Counts total = {0, 0, 0};
  tool_start(argc, argv, "wc", usage);
  for (; first < argc && argv[first][0] == '-' && argv[first][1] != '\0'; first++)
    for (const char *flag = argv[first] + 1; *flag != '\0'; flag++) {
      if (*flag == 'l') wants_lines = 1;
      else if (*flag == 'w') wants_words = 1;
      else if (*flag == 'c') wants_bytes = 1;
      else tool_misused(argv[first], "no such option");
    }
  if (!wants_lines && !wants_words && !wants_bytes) wants_lines = wants_words = wants_bytes = 1;
  if (first == argc) print(count(stdin), "");
  for (int i = first; i < argc; i++) {
    FILE *file = tool_open(argv[i]);
    if (file == NULL) {
      status = 1;
      continue;
    }
    Counts counts = count(file);
    tool_close(file);
    print(counts, argv[i]);
    total.lines += counts.lines, total.words += counts.words, total.bytes += counts.bytes;
  }
  if (argc - first > 1) print(total, "total");
  return tool_finish(status);
}
