/*
 * Wide characters are Unicode scalar values; multibyte characters are UTF-8 (RFC 3629), whatever the locale.
 *
 *   0xxxxxxx | 110xxxxx 10xxxxxx | 1110xxxx 2×10xxxxxx | 11110xxx 3×10xxxxxx
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#define INVALID ((size_t)-1)
#define INCOMPLETE ((size_t)-2)

static int is_scalar_value(unsigned int c) {
  return c < 0xd800 || (c >= 0xe000 && c < 0x110000);
}

size_t wcrtomb(char *to, wchar_t from, mbstate_t *state) {
  unsigned int c = (unsigned int)from;
  (void)state;
  if (to == 0) {
    return 1;
  }
  if (!is_scalar_value(c)) {
    errno = EILSEQ;
    return INVALID;
  }
  if (c < 0x80) {
    to[0] = (char)c;
    return 1;
  }
  int continuation = c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;
  static const unsigned char lead[] = {0, 0xc0, 0xe0, 0xf0};
  to[0] = (char)(lead[continuation] | c >> (6 * continuation));
  for (int i = 1; i <= continuation; i++) {
    to[i] = (char)(0x80 | (c >> (6 * (continuation - i)) & 0x3f));
  }
  return (size_t)continuation + 1;
}

static size_t fail(mbstate_t *state) {
  memset(state, 0, sizeof *state);
  errno = EILSEQ;
  return INVALID;
}

/* Begins a character with its first byte; 0 if no character begins so. */
static int begin(mbstate_t *state, unsigned char byte) {
  if (byte >= 0xc2 && byte < 0xe0) {
    state->missing = 1;
    state->bits = byte & 0x1f;
    state->minimum = 0x80;
  } else if (byte >= 0xe0 && byte < 0xf0) {
    state->missing = 2;
    state->bits = byte & 0x0f;
    state->minimum = 0x800;
  } else if (byte >= 0xf0 && byte < 0xf5) {
    state->missing = 3;
    state->bits = byte & 0x07;
    state->minimum = 0x10000;
  } else {
    return 0;
  }
  return 1;
}

size_t mbrtowc(wchar_t *to, const char *from, size_t bytes, mbstate_t *state) {
  static mbstate_t own;
  if (state == 0) {
    state = &own;
  }
  if (from == 0) {
    return state->missing != 0 ? fail(state) : 0;
  }
  for (size_t i = 0; i < bytes; i++) {
    unsigned char byte = (unsigned char)from[i];
    if (state->missing == 0) {
      if (byte < 0x80) {
        if (to != 0) {
          *to = byte;
        }
        return byte != 0;
      }
      if (!begin(state, byte)) {
        return fail(state);
      }
      continue;
    }
    if ((byte & 0xc0) != 0x80) {
      return fail(state);
    }
    state->bits = state->bits << 6 | (byte & 0x3f);
    if (--state->missing == 0) {
      if (state->bits < state->minimum || !is_scalar_value(state->bits)) {
        return fail(state);
      }
      if (to != 0) {
        *to = (wchar_t)state->bits;
      }
      return i + 1;
    }
  }
  return INCOMPLETE;
}

size_t mbrlen(const char *from, size_t bytes, mbstate_t *state) {
  static mbstate_t own;
  return mbrtowc(0, from, bytes, state != 0 ? state : &own);
}

int mbsinit(const mbstate_t *state) {
  return state == 0 || state->missing == 0;
}

wint_t btowc(int c) {
  return c >= 0 && c < 0x80 ? (wint_t)c : WEOF;
}

int wctob(wint_t c) {
  return c < 0x80 ? (int)c : -1;
}

int mbtowc(wchar_t *to, const char *from, size_t bytes) {
  mbstate_t state = {0, 0, 0};
  if (from == 0) {
    return 0; /* the encoding has no shift states */
  }
  size_t result = mbrtowc(to, from, bytes, &state);
  return result == INCOMPLETE ? -1 : (int)result;
}

int mblen(const char *s, size_t bytes) {
  return mbtowc(0, s, bytes);
}

int wctomb(char *to, wchar_t from) {
  return to == 0 ? 0 : (int)wcrtomb(to, from, 0);
}

size_t mbsrtowcs(wchar_t *to, const char **from, size_t max, mbstate_t *state) {
  mbstate_t fresh = {0, 0, 0};
  const char *p = *from;
  size_t count = 0;
  if (state == 0) {
    state = &fresh;
  }
  while (to == 0 || count < max) {
    wchar_t c;
    size_t bytes = mbrtowc(&c, p, 4, state);
    if (bytes == INVALID || bytes == INCOMPLETE) {
      errno = EILSEQ;
      return INVALID;
    }
    if (to != 0) {
      to[count] = c;
    }
    if (c == 0) {
      if (to != 0) {
        *from = 0;
      }
      return count;
    }
    p += bytes;
    count++;
  }
  *from = p;
  return count;
}

size_t wcsrtombs(char *to, const wchar_t **from, size_t bytes, mbstate_t *state) {
  const wchar_t *p = *from;
  size_t done = 0;
  (void)state;
  for (;;) {
    char encoded[4];
    size_t part = wcrtomb(encoded, *p, 0);
    if (part == INVALID) {
      return INVALID;
    }
    if (to != 0) {
      if (done + part > bytes) {
        *from = p;
        return done;
      }
      memcpy(to + done, encoded, part);
    }
    if (*p == 0) {
      if (to != 0) {
        *from = 0;
      }
      return done;
    }
    done += part;
    p++;
  }
}

size_t mbstowcs(wchar_t *to, const char *from, size_t max) {
  return mbsrtowcs(to, &from, max, 0);
}

size_t wcstombs(char *to, const wchar_t *from, size_t bytes) {
  return wcsrtombs(to, &from, bytes, 0);
}
