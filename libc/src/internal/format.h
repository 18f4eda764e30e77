/* What printf's parts share: where the output goes, and one conversion specification. */
#ifndef _INTERNAL_FORMAT_H
#define _INTERNAL_FORMAT_H

#include <stdarg.h>
#include <stddef.h>

/* Receives the output piece by piece. `put` counts nothing; __put does. */
struct sink {
  void (*put)(struct sink *sink, const char *text, size_t bytes);
  size_t total;
};

enum format_flag {
  FORMAT_LEFT = 1,      /* - */
  FORMAT_PLUS = 2,      /* + */
  FORMAT_SPACE = 4,     /* blank */
  FORMAT_ALTERNATE = 8, /* # */
  FORMAT_ZERO = 16,     /* 0 */
};

struct format_spec {
  unsigned int flags;
  int width;
  int precision; /* -1: none given */
  char conversion;
};

void __put(struct sink *sink, const char *text, size_t bytes);
void __put_repeated(struct sink *sink, char c, int count);

/*
 * A number in its field:  spaces | prefix | zeros | body | spaces.  `body_bytes` are what the caller will put between
 * __open_field and __close_field; `zeros_allowed` says whether the 0 flag counts.
 */
void __open_field(struct sink *sink, const struct format_spec *spec, const char *prefix, int prefix_bytes,
                  int body_bytes, int zeros_allowed);
void __close_field(struct sink *sink, const struct format_spec *spec, int used_bytes);

/* The whole of printf. Returns the number of bytes put, or -1 with errno EOVERFLOW beyond INT_MAX. */
int __format(struct sink *sink, const char *format, va_list args);

struct float_parts;
void __format_float(struct sink *sink, const struct format_spec *spec, const struct float_parts *parts);

#endif
