/* Reading characters, lines and records. */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "../internal/file.h"

int fgetc(FILE *file) {
  if ((file->flags & FILE_READING) && file->read_next != file->read_end) {
    return *file->read_next++;
  }
  if (__file_start_reading(file) == EOF) {
    return EOF;
  }
  if (file->read_next == file->read_end && __file_fill(file) == EOF) {
    return EOF;
  }
  return *file->read_next++;
}

int getc(FILE *file) {
  return fgetc(file);
}

int getchar(void) {
  return fgetc(stdin);
}

int ungetc(int c, FILE *file) {
  if (c == EOF || __file_start_reading(file) == EOF) {
    return EOF;
  }
  if (file->flags & FILE_IN_MEMORY) { /* the text is not ours to change; only its own characters come back */
    file->read_next--;
    file->flags &= ~(unsigned int)FILE_AT_END;
    return c;
  }
  if (file->read_next == file->buffer - UNGET_BYTES) {
    return EOF;
  }
  *--file->read_next = (unsigned char)c;
  file->flags &= ~(unsigned int)FILE_AT_END;
  return (unsigned char)c;
}

size_t fread(void *to, size_t bytes, size_t count, FILE *file) {
  size_t wanted = bytes * count;
  size_t done = 0;
  if (wanted == 0 || __file_start_reading(file) == EOF) {
    return 0;
  }
  while (done < wanted) {
    if (file->read_next == file->read_end && __file_fill(file) == EOF) {
      break;
    }
    size_t there = (size_t)(file->read_end - file->read_next);
    size_t part = there < wanted - done ? there : wanted - done;
    memcpy((char *)to + done, file->read_next, part);
    file->read_next += part;
    done += part;
  }
  return done / bytes;
}

/*
 * Copies input up to and including `delimiter`, but no more than `max` bytes, and says in *found whether it met it.
 * Works on whole buffers: memchr and memcpy do the work.
 */
static size_t copy_until(FILE *file, char *to, size_t max, int delimiter, int *found) {
  size_t done = 0;
  *found = 0;
  while (done < max && !*found) {
    if (file->read_next == file->read_end && __file_fill(file) == EOF) {
      break;
    }
    size_t there = (size_t)(file->read_end - file->read_next);
    size_t part = there < max - done ? there : max - done;
    unsigned char *end = memchr(file->read_next, delimiter, part);
    if (end != 0) {
      part = (size_t)(end + 1 - file->read_next);
      *found = 1;
    }
    memcpy(to + done, file->read_next, part);
    file->read_next += part;
    done += part;
  }
  return done;
}

char *fgets(char *to, int bytes, FILE *file) {
  int found;
  if (bytes <= 0 || __file_start_reading(file) == EOF) {
    return 0;
  }
  size_t done = copy_until(file, to, (size_t)bytes - 1, '\n', &found);
  if ((done == 0 && bytes > 1) || (file->flags & FILE_FAILED)) {
    return 0;
  }
  to[done] = 0;
  return to;
}

ssize_t getdelim(char **line, size_t *bytes, int delimiter, FILE *file) {
  size_t done = 0;
  int found = 0;
  if (line == 0 || bytes == 0) {
    errno = EINVAL;
    return -1;
  }
  if (__file_start_reading(file) == EOF) {
    return -1;
  }
  if (*line == 0) {
    *bytes = 0;
  }
  while (!found) {
    if (*bytes - done < 2) {
      size_t more = *bytes < 60 ? 120 : *bytes * 2;
      char *grown = realloc(*line, more);
      if (grown == 0) {
        return -1;
      }
      *line = grown;
      *bytes = more;
    }
    size_t part = copy_until(file, *line + done, *bytes - done - 1, delimiter, &found);
    done += part;
    if (part == 0) {
      break;
    }
  }
  if (done == 0) {
    return -1;
  }
  (*line)[done] = 0;
  return (ssize_t)done;
}

ssize_t getline(char **line, size_t *bytes, FILE *file) {
  return getdelim(line, bytes, '\n', file);
}
