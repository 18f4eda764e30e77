/* printf: prints its arguments by a format, again and again until they are used up. POSIX.1-2017, XCU printf. */
#include <ctype.h>
#include <stdbool.h>

#include "lib/tool.h"

static const char usage[] =
    "usage: printf FORMAT [ARGUMENT...]\n"
    "FORMAT has %s %b %c %d %i %u %x %X %o %% with width and precision, and \\n \\t \\\\ \\NNN.\n";

static bool stops, failed;

/* The escape at `text`, behind its backslash; prints it and returns what follows. */
static const char *print_escape(const char *text) {
  static const char letters[] = "abfnrtv\\\"'";
  static const char values[] = "\a\b\f\n\r\t\v\\\"'";
  const char *known = *text == '\0' ? NULL : strchr(letters, *text);
  if (known != NULL) putchar(values[known - letters]);
  else if (*text == 'c') stops = true;
  else if (*text >= '0' && *text <= '7') {
    int value = 0, digits = 0;
    for (; digits < 3 && text[digits] >= '0' && text[digits] <= '7'; digits++)
      value = value * 8 + text[digits] - '0';
    putchar(value);
    return text + digits;
  } else {
    putchar('\\');
    return text;
  }
  return text + 1;
}

static long long number(const char *text) {
  char *end;
  if (*text == '\'' || *text == '"') return (unsigned char)text[1];
  errno = 0;
  long long value = strtoll(text, &end, 0);
  if (*end != '\0' || errno != 0) {
    fflush(stdout);
    fprintf(stderr, "printf: %s: should be a number\n", text);
    failed = true;
  }
  return value;
}

/* One conversion, `spec` up to and with its letter. */
static void print_one(const char *spec, size_t bytes, const char *argument) {
  char format[40];
  char letter = spec[bytes - 1];
  const char *value = argument == NULL ? "" : argument;
  snprintf(format, sizeof format - 4, "%.*s", (int)bytes - 1, spec);
  if (letter == 's' || letter == 'c') {
    strcat(format, "s");
    char one[2] = {value[0], '\0'};
    printf(format, letter == 'c' ? one : value);
  } else if (letter == 'b') {
    while (*value != '\0' && !stops) {
      if (*value != '\\') putchar(*value++);
      else value = print_escape(value + 1);
    }
  } else {
    char end[4] = {'l', 'l', letter, '\0'};
    strcat(format, end);
    printf(format, argument == NULL ? 0LL : number(value));
  }
}

int main(int argc, char **argv) {
  int at = 2;
  tool_start(argc, argv, "printf", usage);
  if (argc < 2) tool_misused("", "which FORMAT?");
  do {
    int before = at;
    for (const char *c = argv[1]; *c != '\0' && !stops;) {
      if (*c == '\\') c = print_escape(c + 1);
      else if (*c != '%') putchar(*c++);
      else if (c[1] == '%') putchar('%'), c += 2;
      else {
        size_t bytes = 1 + strspn(c + 1, "-+ #0123456789.");
        if (c[bytes] == '\0' || strchr("sbcdiuxXo", c[bytes]) == NULL || bytes > 30) tool_misused(c, "no such conversion");
        print_one(c, bytes + 1, at < argc ? argv[at] : NULL);
        at++;
        c += bytes + 1;
      }
    }
    if (at == before) break;
  } while (at < argc && !stops);
  return tool_finish(failed);
}
