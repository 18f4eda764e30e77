/* printf to memory. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../internal/format.h"

struct memory_sink {
  struct sink sink;
  char *to;
  size_t room; /* for characters, the final zero not counted */
};

/* What does not fit is counted by __put and dropped here. */
static void put_memory(struct sink *sink, const char *text, size_t bytes) {
  struct memory_sink *memory = (struct memory_sink *)sink;
  size_t part = bytes < memory->room ? bytes : memory->room;
  memcpy(memory->to, text, part);
  memory->to += part;
  memory->room -= part;
}

int vsnprintf(char *to, size_t bytes, const char *format, va_list args) {
  struct memory_sink memory = {{put_memory, 0}, to, bytes > 0 ? bytes - 1 : 0};
  int result = __format(&memory.sink, format, args);
  if (bytes > 0) {
    *memory.to = 0;
  }
  return result;
}

int snprintf(char *to, size_t bytes, const char *format, ...) {
  va_list args;
  va_start(args, format);
  int result = vsnprintf(to, bytes, format, args);
  va_end(args);
  return result;
}

int vsprintf(char *to, const char *format, va_list args) {
  struct memory_sink memory = {{put_memory, 0}, to, (size_t)-1};
  int result = __format(&memory.sink, format, args);
  *memory.to = 0;
  return result;
}

int sprintf(char *to, const char *format, ...) {
  va_list args;
  va_start(args, format);
  int result = vsprintf(to, format, args);
  va_end(args);
  return result;
}

int vasprintf(char **to, const char *format, va_list args) {
  va_list again;
  va_copy(again, args);
  int length = vsnprintf(0, 0, format, args);
  *to = length < 0 ? 0 : malloc((size_t)length + 1);
  int result = *to == 0 ? -1 : vsnprintf(*to, (size_t)length + 1, format, again);
  va_end(again);
  return result;
}

int asprintf(char **to, const char *format, ...) {
  va_list args;
  va_start(args, format);
  int result = vasprintf(to, format, args);
  va_end(args);
  return result;
}
