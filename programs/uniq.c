/* uniq: drops lines that repeat the one before (-c counts them, -d shows only repeated, -u only single ones). */
#include <stdbool.h>

#include "lib/tool.h"

static const char usage[] = "usage: uniq [-cdu] [FILE]\n  -c  with counts\n  -d  only lines that repeat\n  -u  only lines that do not\n";

static bool counts, only_repeated, only_single;

static void print(const char *line, long times) {
  if (times == 0 || (only_repeated && times == 1) || (only_single && times > 1)) return;
  if (counts) printf("%7ld ", times);
  puts(line);
}

int main(int argc, char **argv) {
  int first = 1;
  tool_start(argc, argv, "uniq", usage);
  for (; first < argc && argv[first][0] == '-' && argv[first][1] != '\0'; first++)
    for (const char *flag = argv[first] + 1; *flag != '\0'; flag++) {
      if (*flag == 'c') counts = true;
      else if (*flag == 'd') only_repeated = true;
      else if (*flag == 'u') only_single = true;
      else tool_misused(argv[first], "no such option");
    }
  FILE *file = tool_open(first < argc ? argv[first] : "-");
  if (file == NULL) return 1;
  char *line = NULL, *last = NULL;
  size_t room = 0, last_room = 0;
  long times = 0;
  ssize_t got;
  while ((got = getline(&line, &room, file)) >= 0) {
    if (got > 0 && line[got - 1] == '\n') line[got - 1] = '\0';
    if (times > 0 && strcmp(line, last) == 0) {
      times++;
      continue;
    }
    print(last, times);
    char *swapped = last;
    size_t swapped_room = last_room;
    last = line, last_room = room;
    line = swapped, room = swapped_room;
    times = 1;
  }
  print(last, times);
  return tool_finish(0);
}
