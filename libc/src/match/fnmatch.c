/*
 * Shell patterns: `*`, `?`, `[…]` with ranges, classes and `!`, backslash.
 *
 * A `*` remembers where it stands; when the rest does not match, the last one takes one character more. That is enough:
 * an earlier star never has to take more once a later one was reached. With FNM_PATHNAME a star stops at a slash.
 */
#include <ctype.h>
#include <fnmatch.h>
#include <string.h>

static int fold(int c, int flags) {
  return flags & FNM_CASEFOLD ? tolower(c) : c;
}

/* The class [:name:] at `p`, which points behind "[:"; the index behind ":]", or 0 if it is none. */
static const char *match_class(const char *p, int c, int *is_in) {
  static const struct {
    const char *name;
    int (*test)(int);
  } classes[] = {
      {"alnum", isalnum}, {"alpha", isalpha}, {"blank", isblank}, {"cntrl", iscntrl}, {"digit", isdigit}, {"graph", isgraph},
      {"lower", islower}, {"print", isprint}, {"punct", ispunct}, {"space", isspace}, {"upper", isupper}, {"xdigit", isxdigit},
  };
  const char *end = strstr(p, ":]");
  if (end == 0) {
    return 0;
  }
  for (size_t i = 0; i < sizeof classes / sizeof *classes; i++) {
    size_t length = strlen(classes[i].name);
    if ((size_t)(end - p) == length && memcmp(p, classes[i].name, length) == 0) {
      *is_in |= classes[i].test(c) != 0;
      return end + 2;
    }
  }
  return 0;
}

/*
 * A bracket expression, `p` behind the "[": the place behind its "]", and in *matches whether c is in it. 0 if it has no
 * end: then the "[" stands for itself.
 */
static const char *match_bracket(const char *p, int c, int flags, int *matches) {
  int negated = *p == '!' || *p == '^';
  int is_in = 0;
  p += negated;
  for (int is_first = 1; *p != ']' || is_first; is_first = 0) {
    if (p[0] == '[' && p[1] == ':') {
      const char *behind = match_class(p + 2, c, &is_in);
      if (behind != 0) {
        p = behind;
        continue;
      }
    }
    if (*p == '\\' && (flags & FNM_NOESCAPE) == 0) {
      p++;
    }
    if (*p == 0 || (*p == '/' && (flags & FNM_PATHNAME))) {
      return 0;
    }
    int low = (unsigned char)*p++;
    int high = low;
    if (p[0] == '-' && p[1] != ']' && p[1] != 0) {
      p++;
      if (*p == '\\' && (flags & FNM_NOESCAPE) == 0 && p[1] != 0) {
        p++;
      }
      high = (unsigned char)*p++;
    }
    is_in |= fold(low, flags) <= fold(c, flags) && fold(c, flags) <= fold(high, flags);
  }
  *matches = is_in != negated;
  return p + 1;
}

/* A dot that only a dot in the pattern may match: the first character, and after a slash with FNM_PATHNAME. */
static int is_hidden(const char *name, const char *at, int flags) {
  return (flags & FNM_PERIOD) && *at == '.' && (at == name || ((flags & FNM_PATHNAME) && at[-1] == '/'));
}

/* One character of the name against one element of the pattern: the place behind the element, or 0. */
static const char *match_one(const char *pattern, const char *name, const char *at, int flags) {
  int c = (unsigned char)*at;
  int is_special = (c == '/' && (flags & FNM_PATHNAME)) || is_hidden(name, at, flags);
  if (*pattern == '?') {
    return is_special ? 0 : pattern + 1;
  }
  if (*pattern == '[') {
    int matches;
    const char *behind = match_bracket(pattern + 1, c, flags, &matches);
    if (behind != 0) {
      return matches && !is_special ? behind : 0;
    }
  }
  if (*pattern == '\\' && (flags & FNM_NOESCAPE) == 0 && pattern[1] != 0) {
    pattern++;
  }
  return *pattern != 0 && fold((unsigned char)*pattern, flags) == fold(c, flags) ? pattern + 1 : 0;
}

int fnmatch(const char *pattern, const char *name, int flags) {
  const char *at = name;
  const char *star = 0;    /* behind the last star */
  const char *star_at = 0; /* where the name goes on after what the star took */
  for (;;) {
    if (*pattern == '*' && !is_hidden(name, at, flags)) {
      while (*pattern == '*') {
        pattern++;
      }
      star = pattern;
      star_at = at;
      continue;
    }
    if (*pattern == 0 && (*at == 0 || (*at == '/' && (flags & FNM_LEADING_DIR)))) {
      return 0;
    }
    const char *behind = *at != 0 ? match_one(pattern, name, at, flags) : 0;
    if (behind != 0) {
      pattern = behind;
      at++;
    } else if (star != 0 && *star_at != 0 && !(*star_at == '/' && (flags & FNM_PATHNAME))) {
      pattern = star;
      at = ++star_at;
    } else {
      return FNM_NOMATCH;
    }
  }
}
