/* tr: replaces (or with -d deletes, -s squeezes) characters. Sets: a-z, \n \t \\ \0, and -c for all others. */
#include <stdbool.h>

#include "lib/tool.h"

static const char usage[] =
    "usage: tr [-cds] SET1 [SET2]\nReplaces each byte of SET1 by the one at its place in SET2 (whose last one repeats).\n"
    "  -d  deletes SET1    -s  squeezes runs of the last set into one    -c  SET1 is everything else\n";

enum { BYTES = 256 };

typedef struct Set {
  unsigned char items[BYTES * 4];
  int count;
} Set;

static unsigned char one(const char **text) {
  unsigned char c = (unsigned char)*(*text)++;
  if (c != '\\' || **text == '\0') return c;
  c = (unsigned char)*(*text)++;
  if (c >= '0' && c <= '7') {
    int value = c - '0';
    for (int i = 0; i < 2 && **text >= '0' && **text <= '7'; i++) value = value * 8 + *(*text)++ - '0';
    return (unsigned char)value;
  }
  return c == 'n' ? '\n' : c == 't' ? '\t' : c == 'r' ? '\r' : c;
}

static Set parse(const char *text) {
  Set set;
  set.count = 0;
  while (*text != '\0' && set.count < BYTES * 3) {
    int low = one(&text), high = low;
    if (text[0] == '-' && text[1] != '\0') {
      text++;
      high = one(&text);
      if (high < low) tool_misused("a range", "its end comes before its start");
    }
    for (int c = low; c <= high; c++) set.items[set.count++] = (unsigned char)c;
  }
  return set;
}

static Set complement(Set set) {
  bool is_in[BYTES] = {false};
  Set others;
  others.count = 0;
  for (int i = 0; i < set.count; i++) is_in[set.items[i]] = true;
  for (int c = 0; c < BYTES; c++)
    if (!is_in[c]) others.items[others.count++] = (unsigned char)c;
  return others;
}

int main(int argc, char **argv) {
  bool deletes = false, squeezes = false, inverts = false;
  int first = 1, last = EOF;
  tool_start(argc, argv, "tr", usage);
  for (; first < argc && argv[first][0] == '-' && argv[first][1] != '\0'; first++)
    for (const char *flag = argv[first] + 1; *flag != '\0'; flag++) {
      if (*flag == 'd') deletes = true;
      else if (*flag == 's') squeezes = true;
      else if (*flag == 'c') inverts = true;
      else tool_misused(argv[first], "no such option");
    }
  if (first >= argc) tool_misused("", "which SET1?");
  Set from = parse(argv[first]);
  if (inverts) from = complement(from);
  bool has_second = first + 1 < argc;
  if (!has_second && !deletes && !squeezes) tool_misused("", "by what? SET2 is missing (or -d, or -s)");
  Set to = has_second ? parse(argv[first + 1]) : from;
  if (to.count == 0) tool_misused("SET2", "it is empty");
  int map[BYTES];
  bool squeezed[BYTES] = {false};
  for (int c = 0; c < BYTES; c++) map[c] = c;
  for (int i = 0; i < from.count; i++) {
    if (deletes) map[from.items[i]] = -1;
    else if (has_second) map[from.items[i]] = to.items[i < to.count ? i : to.count - 1];
  }
  for (int i = 0; squeezes && i < to.count; i++) squeezed[to.items[i]] = true;
  for (int c = getchar(); c != EOF; c = getchar()) {
    int out = map[c];
    if (out < 0 || (out == last && squeezed[out])) continue;
    putchar(out);
    last = out;
  }
  return tool_finish(0);
}
