/*
 * grep: lines that match a pattern. Patterns: . ^ $ * [set] [^set] \c; with -E also + ? and |. Groups and counts
 * are left out; -F takes the pattern as it stands.
 */
#include <ctype.h>
#include <stdbool.h>

#include "lib/tool.h"

static const char usage[] =
    "usage: grep [-EFchilnqvH] PATTERN [FILE...]\n"
    "  PATTERN  . any character, ^ start, $ end, * any number of the one before, [a-z] one of these, \\c c itself\n"
    "  -E  also + (one or more), ? (none or one), a|b (either)    -F  no special characters\n"
    "  -i  upper and lower case are the same          -v  lines that do not match\n"
    "  -n  with line numbers   -c  only how many      -l  only the names of the files   -q  only the exit status\n"
    "  -H  with file names     -h  without            exit status: 0 found, 1 not found, 2 trouble\n";

enum { MOST_ALTERNATIVES = 32 };

static bool ignores_case, is_extended, is_fixed;
static const char *alternatives[MOST_ALTERNATIVES];
static int alternative_count;

static int fold(int c) { return ignores_case ? tolower(c) : c; }

/* The end of the pattern's first item: a set, an escaped or a plain character. */
static const char *item_end(const char *pattern) {
  if (*pattern == '\\' && pattern[1] != '\0') return pattern + 2;
  if (*pattern == '[') {
    const char *end = pattern + 1;
    if (*end == '^') end++;
    if (*end == ']') end++;
    while (*end != '\0' && *end != ']') end++;
    if (*end == ']') return end + 1;
  }
  return pattern + 1;
}

static bool in_set(const char *set, const char *end, int c) {
  bool is_negated = *set == '^';
  bool found = false;
  for (set += is_negated; set < end; set++) {
    int low = fold((unsigned char)*set), high = low;
    if (set + 2 < end && set[1] == '-') high = fold((unsigned char)set[2]), set += 2;
    if (low <= c && c <= high) found = true;
  }
  return found != is_negated;
}

static bool item_matches(const char *pattern, const char *end, char c) {
  int folded = fold((unsigned char)c);
  if (c == '\0') return false;
  if (*pattern == '.') return true;
  if (*pattern == '[' && end - pattern > 1) return in_set(pattern + 1, end - 1, folded);
  if (*pattern == '\\' && end - pattern > 1) pattern++;
  return fold((unsigned char)*pattern) == folded;
}

/* Whether `pattern` matches at the start of `text`. A repeated item tries its longest run first. */
static bool match_here(const char *pattern, const char *text) {
  while (*pattern != '\0') {
    if (*pattern == '$' && pattern[1] == '\0') return *text == '\0';
    const char *end = item_end(pattern);
    bool is_star = *end == '*';
    bool is_plus = is_extended && *end == '+';
    bool is_optional = is_extended && *end == '?';
    if (is_star || is_plus || is_optional) {
      size_t run = 0;
      while (item_matches(pattern, end, text[run]) && !(is_optional && run == 1)) run++;
      for (;; run--) {
        if (run < (is_plus ? 1u : 0u)) return false;
        if (match_here(end + 1, text + run)) return true;
        if (run == 0) return false;
      }
    }
    if (!item_matches(pattern, end, *text)) return false;
    text++;
    pattern = end;
  }
  return true;
}

/* Cuts PATTERN at each | that is neither escaped nor in a set. */
static void split_alternatives(char *pattern) {
  alternatives[alternative_count++] = pattern;
  while (is_extended && *pattern != '\0' && alternative_count < MOST_ALTERNATIVES) {
    if (*pattern == '|') {
      *pattern++ = '\0';
      alternatives[alternative_count++] = pattern;
    } else pattern += item_end(pattern) - pattern;
  }
}

static bool matches_one(const char *pattern, const char *line) {
  if (is_fixed) {
    size_t bytes = strlen(pattern);
    for (; strlen(line) >= bytes; line++) {
      size_t same = 0;
      while (same < bytes && fold((unsigned char)line[same]) == fold((unsigned char)pattern[same])) same++;
      if (same == bytes) return true;
      if (*line == '\0') break;
    }
    return false;
  }
  if (*pattern == '^') return match_here(pattern + 1, line);
  do {
    if (match_here(pattern, line)) return true;
  } while (*line++ != '\0');
  return false;
}

static bool matches(const char *line) {
  for (int i = 0; i < alternative_count; i++)
    if (matches_one(alternatives[i], line)) return true;
  return false;
}

int main(int argc, char **argv) {
  bool inverts = false, numbers = false, counts = false, names = false, is_quiet = false;
  int shows_names = -1, first = 1, status = 1;
  tool_start(argc, argv, "grep", usage);
  for (; first < argc && argv[first][0] == '-' && argv[first][1] != '\0'; first++) {
    if (strcmp(argv[first], "--") == 0 || strcmp(argv[first], "-e") == 0) {
      first++;
      break;
    }
    for (const char *flag = argv[first] + 1; *flag != '\0'; flag++) switch (*flag) {
        case 'E': is_extended = true; break;
        case 'F': is_fixed = true; break;
        case 'i': ignores_case = true; break;
        case 'v': inverts = true; break;
        case 'n': numbers = true; break;
        case 'c': counts = true; break;
        case 'l': names = true; break;
        case 'q': is_quiet = true; break;
        case 'h': shows_names = 0; break;
        case 'H': shows_names = 1; break;
        default: tool_misused(argv[first], "no such option");
      }
  }
  if (first >= argc) tool_misused("", "which PATTERN?");
  split_alternatives(argv[first++]);
  if (shows_names < 0) shows_names = argc - first > 1;
  char *line = NULL;
  size_t room = 0;
  bool failed = false;
  for (int i = first; i < argc || i == first; i++) {
    const char *name = i < argc ? argv[i] : "-";
    FILE *file = tool_open(name);
    if (file == NULL) {
      failed = true;
      continue;
    }
    long number = 0, found = 0;
    ssize_t got;
    while ((got = getline(&line, &room, file)) >= 0) {
      number++;
      if (got > 0 && line[got - 1] == '\n') line[got - 1] = '\0';
      if (matches(line) == inverts) continue;
      found++;
      if (names || is_quiet) break;
      if (counts) continue;
      if (shows_names) printf("%s:", name);
      if (numbers) printf("%ld:", number);
      printf("%s\n", line);
    }
    if (counts && !is_quiet && shows_names) printf("%s:", name);
    if (counts && !is_quiet) printf("%ld\n", found);
    if (names && found > 0) printf("%s\n", name);
    if (found > 0) status = 0;
    tool_close(file);
  }
  free(line);
  return tool_finish(failed ? 2 : status);
}
