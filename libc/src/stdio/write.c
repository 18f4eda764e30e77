/* Writing characters, strings and records. */
#include <string.h>

#include "../internal/file.h"

/* Writes without a buffer in between: 0, or EOF. */
static int write_through(FILE *file, const unsigned char *from, size_t bytes) {
  while (bytes > 0) {
    ssize_t part = __file_write(file, from, bytes);
    if (part < 0) {
      file->flags |= FILE_FAILED;
      return EOF;
    }
    from += part;
    bytes -= (size_t)part;
  }
  return 0;
}

/* Puts bytes into the buffer, flushing it whenever it is full; long runs go past an empty buffer. */
static int write_buffered(FILE *file, const unsigned char *from, size_t bytes) {
  while (bytes > 0) {
    if (file->write_bytes == 0 && bytes >= file->buffer_bytes) {
      return write_through(file, from, bytes);
    }
    size_t room = file->buffer_bytes - file->write_bytes;
    size_t part = bytes < room ? bytes : room;
    memcpy(file->buffer + file->write_bytes, from, part);
    file->write_bytes += part;
    from += part;
    bytes -= part;
    if (file->write_bytes == file->buffer_bytes && __file_write_pending(file) == EOF) {
      return EOF;
    }
  }
  return 0;
}

size_t fwrite(const void *from, size_t bytes, size_t count, FILE *file) {
  size_t wanted = bytes * count;
  if (wanted == 0 || __file_start_writing(file) == EOF) {
    return 0;
  }
  if (file->flags & FILE_UNBUFFERED) {
    return write_through(file, from, wanted) == EOF ? 0 : count;
  }
  if (write_buffered(file, from, wanted) == EOF) {
    return 0;
  }
  if ((file->flags & FILE_LINE_BUFFERED) && memchr(from, '\n', wanted) != 0 && __file_write_pending(file) == EOF) {
    return 0;
  }
  return count;
}

/* A character that fits the buffer goes there at once; whatever needs more is fwrite's business. */
int fputc(int c, FILE *file) {
  unsigned char byte = (unsigned char)c;
  unsigned int modes = FILE_WRITING | FILE_LINE_BUFFERED | FILE_UNBUFFERED;
  if ((file->flags & modes) == FILE_WRITING && file->write_bytes + 1 < file->buffer_bytes) {
    file->buffer[file->write_bytes++] = byte;
    return byte;
  }
  return fwrite(&byte, 1, 1, file) == 1 ? byte : EOF;
}

int putc(int c, FILE *file) {
  return fputc(c, file);
}

int putchar(int c) {
  return fputc(c, stdout);
}

int fputs(const char *s, FILE *file) {
  size_t bytes = strlen(s);
  return bytes == 0 || fwrite(s, 1, bytes, file) == bytes ? 0 : EOF;
}

int puts(const char *s) {
  return fputs(s, stdout) == EOF || fputc('\n', stdout) == EOF ? EOF : 0;
}
