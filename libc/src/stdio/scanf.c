/*
 * scanf's interpreter (C11 7.21.6.2): all conversions, widths, assignment suppression, length modifiers, scansets, and
 * POSIX's `m` for strings on the heap. Never more than one character is pushed back, so "1e+x" is no number, as the
 * standard has it. Numbered arguments (%1$d) are not understood.
 */
#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include "../internal/file.h"

enum scan_length { SCAN_CHAR, SCAN_SHORT, SCAN_INT, SCAN_LONG, SCAN_LONG_LONG, SCAN_LONG_DOUBLE };

/* The text of one number: decimal digits of a double need fewer than 800 places. */
enum { NUMBER_BYTES = 1100 };

struct scan {
  FILE *file;
  va_list args;
  int consumed;    /* characters taken so far, for %n */
  int assigned;    /* what scanf returns */
  int input_ended; /* the failure was end of input, not a mismatch */
};

struct scan_spec {
  int suppress;
  int allocate;
  int width; /* 0: none given */
  enum scan_length length;
};

static int next(struct scan *s) {
  int c = fgetc(s->file);
  if (c != EOF) {
    s->consumed++;
  }
  return c;
}

static void push_back(struct scan *s, int c) {
  if (c != EOF) {
    ungetc(c, s->file);
    s->consumed--;
  }
}

static void skip_space(struct scan *s) {
  int c;
  do {
    c = next(s);
  } while (c != EOF && isspace(c));
  push_back(s, c);
}

/* -- numbers --------------------------------------------------------------------------------------------------- */

/* Collects the characters of a number as long as they may belong to it. */
struct collector {
  struct scan *scan;
  int left; /* of the width */
  int count;
  int current; /* the character at hand, EOF beyond the width */
  char text[NUMBER_BYTES + 1];
};

static void advance(struct collector *c) {
  c->current = c->left > 0 ? next(c->scan) : EOF;
  c->left--;
}

static void begin(struct collector *c, struct scan *scan, int width) {
  c->scan = scan;
  c->left = width > 0 ? width : INT_MAX;
  c->count = 0;
  advance(c);
}

static void keep(struct collector *c) {
  if (c->count < NUMBER_BYTES) {
    c->text[c->count++] = (char)c->current;
  }
  advance(c);
}

static int keep_if(struct collector *c, int wanted) {
  if (c->current != EOF && tolower(c->current) == wanted) {
    keep(c);
    return 1;
  }
  return 0;
}

static void keep_sign(struct collector *c) {
  if (c->current == '+' || c->current == '-') {
    keep(c);
  }
}

/* Returns whether there was any. */
static int keep_digits(struct collector *c, int base) {
  int any = 0;
  while (c->current != EOF && (base == 16 ? isxdigit(c->current) : c->current >= '0' && c->current < '0' + base)) {
    keep(c);
    any = 1;
  }
  return any;
}

static void end(struct collector *c) {
  push_back(c->scan, c->current);
  c->text[c->count] = 0;
}

/* Returns the base, or 0 if the text is no integer. */
static int collect_integer(struct collector *c, int base) {
  int any = 0;
  keep_sign(c);
  if ((base == 0 || base == 16) && keep_if(c, '0')) {
    any = 1;
    if (keep_if(c, 'x')) {
      base = 16;
      any = 0; /* a digit has to follow */
    } else if (base == 0) {
      base = 8;
    }
  }
  if (base == 0) {
    base = 10;
  }
  any |= keep_digits(c, base);
  end(c);
  return any ? base : 0;
}

static int collect_word(struct collector *c, const char *word) {
  for (; *word != 0; word++) {
    if (!keep_if(c, *word)) {
      return 0;
    }
  }
  return 1;
}

/* inf, infinity, nan, nan(…). */
static int collect_name(struct collector *c) {
  if (c->current != EOF && tolower(c->current) == 'i') {
    return collect_word(c, "inf") && (c->current == EOF || tolower(c->current) != 'i' || collect_word(c, "inity"));
  }
  if (!collect_word(c, "nan")) {
    return 0;
  }
  if (keep_if(c, '(')) {
    while (c->current != EOF && (isalnum(c->current) || c->current == '_')) {
      keep(c);
    }
    return keep_if(c, ')');
  }
  return 1;
}

static int collect_floating(struct collector *c) {
  int base = 10;
  int any = 0;
  int ok = 1;
  keep_sign(c);
  if (c->current != EOF && isalpha(c->current)) {
    ok = collect_name(c);
    end(c);
    return ok;
  }
  if (keep_if(c, '0')) {
    any = 1;
    if (keep_if(c, 'x')) {
      base = 16;
      any = 0;
    }
  }
  any |= keep_digits(c, base);
  if (keep_if(c, '.')) {
    any |= keep_digits(c, base);
  }
  if (any && keep_if(c, base == 16 ? 'p' : 'e')) {
    keep_sign(c);
    ok = keep_digits(c, 10);
  }
  end(c);
  return any && ok;
}

static void store_integer(void *to, enum scan_length length, unsigned long long value) {
  switch (length) {
  case SCAN_CHAR:
    *(unsigned char *)to = (unsigned char)value;
    break;
  case SCAN_SHORT:
    *(unsigned short *)to = (unsigned short)value;
    break;
  case SCAN_LONG_LONG:
    *(unsigned long long *)to = value;
    break;
  default:
    *(unsigned int *)to = (unsigned int)value;
  }
}

static unsigned long long integer_value(const char *text, int base, int is_signed, enum scan_length length) {
  if (length == SCAN_LONG_LONG) {
    return is_signed ? (unsigned long long)strtoll(text, 0, base) : strtoull(text, 0, base);
  }
  return is_signed ? (unsigned long long)strtol(text, 0, base) : strtoul(text, 0, base);
}

static int scan_integer(struct scan *s, const struct scan_spec *spec, char conversion) {
  struct collector c;
  int base = conversion == 'i' ? 0 : conversion == 'o' ? 8 : conversion == 'd' || conversion == 'u' ? 10 : 16;
  begin(&c, s, spec->width);
  if (c.current == EOF) {
    s->input_ended = 1;
    return 0;
  }
  base = collect_integer(&c, base);
  if (base == 0) {
    return 0;
  }
  if (!spec->suppress) {
    int is_signed = conversion == 'd' || conversion == 'i';
    void *to = va_arg(s->args, void *);
    if (conversion == 'p') {
      *(void **)to = (void *)(uintptr_t)strtoul(c.text, 0, base);
    } else {
      store_integer(to, spec->length, integer_value(c.text, base, is_signed, spec->length));
    }
    s->assigned++;
  }
  return 1;
}

static int scan_floating(struct scan *s, const struct scan_spec *spec) {
  struct collector c;
  begin(&c, s, spec->width);
  if (c.current == EOF) {
    s->input_ended = 1;
    return 0;
  }
  if (!collect_floating(&c)) {
    return 0;
  }
  if (!spec->suppress) {
    void *to = va_arg(s->args, void *);
    if (spec->length == SCAN_LONG_DOUBLE) {
      *(long double *)to = strtold(c.text, 0);
    } else if (spec->length == SCAN_LONG) {
      *(double *)to = strtod(c.text, 0);
    } else {
      *(float *)to = strtof(c.text, 0);
    }
    s->assigned++;
  }
  return 1;
}

/* -- characters ------------------------------------------------------------------------------------------------ */

/* Where the characters of c, s and [ go: bytes or wide characters, the caller's array or one on the heap. */
struct target {
  char *bytes;
  wchar_t *wide;
  char **allocated; /* with m: where the pointer goes */
  size_t room;
  size_t count;
  mbstate_t state;
};

static int open_target(struct target *t, struct scan *s, const struct scan_spec *spec) {
  memset(t, 0, sizeof *t);
  if (spec->suppress) {
    return 1;
  }
  void *to = va_arg(s->args, void *);
  if (!spec->allocate) {
    if (spec->length == SCAN_LONG) {
      t->wide = to;
    } else {
      t->bytes = to;
    }
    return 1;
  }
  t->allocated = to;
  t->room = 32;
  t->bytes = malloc(t->room);
  return t->bytes != 0;
}

/* 0 if a character is no UTF-8 or memory is short. */
static int put_character(struct target *t, int c) {
  if (t->wide != 0) {
    char byte = (char)c;
    size_t result = mbrtowc(&t->wide[t->count], &byte, 1, &t->state);
    if (result == (size_t)-1) {
      return 0;
    }
    t->count += result != (size_t)-2;
    return 1;
  }
  if (t->allocated != 0 && t->count + 1 >= t->room) {
    char *grown = realloc(t->bytes, t->room * 2);
    if (grown == 0) {
      return 0;
    }
    t->bytes = grown;
    t->room *= 2;
  }
  if (t->bytes != 0) {
    t->bytes[t->count++] = (char)c;
  }
  return 1;
}

static void close_target(struct target *t, struct scan *s, const struct scan_spec *spec, int terminate) {
  if (terminate && t->wide != 0) {
    t->wide[t->count] = 0;
  } else if (terminate && t->bytes != 0) {
    t->bytes[t->count] = 0;
  }
  if (t->allocated != 0) {
    *t->allocated = t->bytes;
  }
  s->assigned += !spec->suppress;
}

/* Takes characters while the set has them; `set` has a byte for each, null means: all but white space. */
static int scan_set(struct scan *s, const struct scan_spec *spec, const unsigned char *set) {
  struct target t;
  int left = spec->width > 0 ? spec->width : INT_MAX;
  int taken = 0;
  int c = next(s);
  if (c == EOF) {
    s->input_ended = 1;
    return 0;
  }
  int fits = set != 0 ? set[c] : !isspace(c);
  if (!fits) {
    push_back(s, c);
    return 0;
  }
  int ok = open_target(&t, s, spec);
  while (ok && fits && left > 0) {
    ok = put_character(&t, c);
    taken++;
    left--;
    c = left > 0 ? next(s) : EOF;
    fits = c != EOF && (set != 0 ? set[c] : !isspace(c));
  }
  push_back(s, c);
  if (!ok) {
    if (t.allocated != 0) {
      free(t.bytes);
    }
    return 0;
  }
  close_target(&t, s, spec, 1);
  return taken > 0;
}

/* c takes a fixed number of characters, white space too, and adds no zero. */
static int scan_characters(struct scan *s, const struct scan_spec *spec) {
  struct target t;
  int wanted = spec->width > 0 ? spec->width : 1;
  int c = next(s);
  if (c == EOF) {
    s->input_ended = 1;
    return 0;
  }
  int ok = open_target(&t, s, spec);
  for (; ok && wanted > 0; wanted--) {
    if (c == EOF) {
      ok = 0;
      break;
    }
    ok = put_character(&t, c);
    c = wanted > 1 ? next(s) : EOF;
  }
  if (!ok) {
    if (t.allocated != 0) {
      free(t.bytes);
    }
    s->input_ended = 1;
    return 0;
  }
  close_target(&t, s, spec, 0);
  return 1;
}

/* Reads a scanset after its bracket into a table; returns where the format goes on. */
static const unsigned char *parse_set(const unsigned char *p, unsigned char *set) {
  int inverted = *p == '^';
  p += inverted;
  memset(set, inverted, 256);
  const unsigned char *first = p;
  for (; *p != 0 && (*p != ']' || p == first); p++) {
    int last = *p;
    if (p[1] == '-' && p[2] != ']' && p[2] != 0) {
      last = p[2];
    }
    for (int c = *p; c <= last; c++) {
      set[c] = (unsigned char)!inverted;
    }
    set[*p] = (unsigned char)!inverted;
    if (last != *p || (p[1] == '-' && p[2] != ']' && p[2] != 0)) {
      p += 2;
    }
  }
  return *p != 0 ? p + 1 : p;
}

/* -- the format ------------------------------------------------------------------------------------------------ */

static const unsigned char *parse_spec(const unsigned char *p, struct scan_spec *spec) {
  memset(spec, 0, sizeof *spec);
  spec->length = SCAN_INT;
  if (*p == '*') {
    spec->suppress = 1;
    p++;
  }
  for (; isdigit(*p); p++) {
    int digit = *p - '0';
    spec->width = spec->width > (INT_MAX - digit) / 10 ? INT_MAX : spec->width * 10 + digit;
  }
  if (*p == 'm') {
    spec->allocate = 1;
    p++;
  }
  switch (*p) {
  case 'h':
    spec->length = p[1] == 'h' ? SCAN_CHAR : SCAN_SHORT;
    return p + (p[1] == 'h' ? 2 : 1);
  case 'l':
    spec->length = p[1] == 'l' ? SCAN_LONG_LONG : SCAN_LONG;
    return p + (p[1] == 'l' ? 2 : 1);
  case 'j':
    spec->length = SCAN_LONG_LONG;
    return p + 1;
  case 'z':
  case 't':
    return p + 1;
  case 'L':
    spec->length = SCAN_LONG_DOUBLE;
    return p + 1;
  default:
    return p;
  }
}

/* One conversion, `conversion` being its letter; 0 when scanning ends here. */
static int convert(struct scan *s, struct scan_spec *spec, char conversion, const unsigned char *set) {
  if (conversion != 'c' && conversion != 'C' && conversion != '[' && conversion != 'n') {
    skip_space(s);
  }
  switch (conversion) {
  case 'd':
  case 'i':
  case 'o':
  case 'u':
  case 'x':
  case 'X':
  case 'p':
    return scan_integer(s, spec, conversion);
  case 'a':
  case 'A':
  case 'e':
  case 'E':
  case 'f':
  case 'F':
  case 'g':
  case 'G':
    return scan_floating(s, spec);
  case 's':
    return scan_set(s, spec, 0);
  case '[':
    return scan_set(s, spec, set);
  case 'c':
    return scan_characters(s, spec);
  case 'n':
    if (!spec->suppress) {
      store_integer(va_arg(s->args, void *), spec->length, (unsigned long long)s->consumed);
    }
    return 1;
  default:
    return 0;
  }
}

/* A character of the format that has to be in the input; `%%` too. */
static int match(struct scan *s, int wanted) {
  int c = next(s);
  if (c == wanted) {
    return 1;
  }
  s->input_ended = c == EOF;
  push_back(s, c);
  return 0;
}

static int scan_format(struct scan *s, const unsigned char *p) {
  while (*p != 0) {
    if (isspace(*p)) {
      skip_space(s);
      p++;
    } else if (*p != '%') {
      if (!match(s, *p++)) {
        return 0;
      }
    } else {
      struct scan_spec spec;
      unsigned char set[256];
      p = parse_spec(p + 1, &spec);
      unsigned char conversion = *p;
      if (conversion != 0) {
        p++;
      }
      if (conversion == '%') {
        skip_space(s);
        if (!match(s, '%')) {
          return 0;
        }
        continue;
      }
      if (conversion == '[') {
        p = parse_set(p, set);
      }
      if (!convert(s, &spec, (char)conversion, set)) {
        return 0;
      }
    }
  }
  return 1;
}

/* The number of assignments, or EOF if the input ended before the first. */
int vfscanf(FILE *file, const char *format, va_list args) {
  struct scan s;
  s.file = file;
  s.consumed = 0;
  s.assigned = 0;
  s.input_ended = 0;
  va_copy(s.args, args);
  int complete = scan_format(&s, (const unsigned char *)format);
  va_end(s.args);
  return !complete && s.input_ended && s.assigned == 0 ? EOF : s.assigned;
}

int vsscanf(const char *from, const char *format, va_list args) {
  FILE file;
  memset(&file, 0, sizeof file);
  file.fd = -1;
  file.flags = FILE_READABLE | FILE_READING | FILE_IN_MEMORY | FILE_MODE_KNOWN;
  file.read_next = (unsigned char *)from;
  file.read_end = file.read_next + strlen(from);
  return vfscanf(&file, format, args);
}

int vscanf(const char *format, va_list args) {
  return vfscanf(stdin, format, args);
}

int scanf(const char *format, ...) {
  va_list args;
  va_start(args, format);
  int result = vfscanf(stdin, format, args);
  va_end(args);
  return result;
}

int fscanf(FILE *file, const char *format, ...) {
  va_list args;
  va_start(args, format);
  int result = vfscanf(file, format, args);
  va_end(args);
  return result;
}

int sscanf(const char *from, const char *format, ...) {
  va_list args;
  va_start(args, format);
  int result = vsscanf(from, format, args);
  va_end(args);
  return result;
}
