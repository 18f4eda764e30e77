/* printf to files and descriptors. */
#include <string.h>
#include <unistd.h>

#include "../internal/file.h"
#include "../internal/format.h"

struct file_sink {
  struct sink sink;
  FILE *file;
};

static void put_file(struct sink *sink, const char *text, size_t bytes) {
  fwrite(text, 1, bytes, ((struct file_sink *)sink)->file);
}

/*
 * An unbuffered file gets the whole of one printf in few writes, not one for each piece: output passes through a
 * buffer on the stack.
 */
static int print_unbuffered(FILE *file, const char *format, va_list args) {
  struct file_sink to = {{put_file, 0}, file};
  unsigned char room[UNGET_BYTES + 256];
  unsigned char *old_buffer = file->buffer;
  size_t old_bytes = file->buffer_bytes;
  if (__file_start_writing(file) == EOF) {
    return -1;
  }
  file->buffer = room + UNGET_BYTES;
  file->buffer_bytes = sizeof room - UNGET_BYTES;
  file->flags &= ~(unsigned int)FILE_UNBUFFERED;
  int result = __format(&to.sink, format, args);
  __file_write_pending(file);
  file->flags |= FILE_UNBUFFERED;
  file->buffer = old_buffer;
  file->buffer_bytes = old_bytes;
  return file->flags & FILE_FAILED ? -1 : result;
}

int vfprintf(FILE *file, const char *format, va_list args) {
  struct file_sink to = {{put_file, 0}, file};
  unsigned int failed_before = file->flags & FILE_FAILED;
  file->flags &= ~(unsigned int)FILE_FAILED;
  int result = file->flags & FILE_UNBUFFERED ? print_unbuffered(file, format, args) : __format(&to.sink, format, args);
  if (file->flags & FILE_FAILED) {
    result = -1;
  }
  file->flags |= failed_before;
  return result;
}

int fprintf(FILE *file, const char *format, ...) {
  va_list args;
  va_start(args, format);
  int result = vfprintf(file, format, args);
  va_end(args);
  return result;
}

int vprintf(const char *format, va_list args) {
  return vfprintf(stdout, format, args);
}

int printf(const char *format, ...) {
  va_list args;
  va_start(args, format);
  int result = vfprintf(stdout, format, args);
  va_end(args);
  return result;
}

int vdprintf(int fd, const char *format, va_list args) {
  FILE file;
  memset(&file, 0, sizeof file);
  file.fd = fd;
  file.flags = FILE_WRITABLE | FILE_MODE_KNOWN | FILE_UNBUFFERED;
  return print_unbuffered(&file, format, args);
}

int dprintf(int fd, const char *format, ...) {
  va_list args;
  va_start(args, format);
  int result = vdprintf(fd, format, args);
  va_end(args);
  return result;
}
