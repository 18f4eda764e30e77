/* Positions in files. */
#include <errno.h>
#include <limits.h>
#include <unistd.h>

#include "../internal/file.h"

int fseeko(FILE *file, off_t offset, int whence) {
  if (fflush(file) == EOF) { /* also drops input, which settles what SEEK_CUR means */
    return -1;
  }
  if (__file_seek(file, offset, whence) < 0) {
    return -1;
  }
  file->flags &= ~(unsigned int)(FILE_AT_END | FILE_READING | FILE_WRITING);
  return 0;
}

int fseek(FILE *file, long offset, int whence) {
  return fseeko(file, offset, whence);
}

off_t ftello(FILE *file) {
  int appends = (file->flags & (FILE_APPENDS | FILE_WRITING)) == (FILE_APPENDS | FILE_WRITING);
  off_t position = __file_seek(file, 0, appends ? SEEK_END : SEEK_CUR);
  if (position < 0) {
    return -1;
  }
  if (file->flags & FILE_READING) {
    return position - (file->read_end - file->read_next);
  }
  return file->flags & FILE_WRITING ? position + (off_t)file->write_bytes : position;
}

long ftell(FILE *file) {
  off_t position = ftello(file);
  if (position > LONG_MAX) {
    errno = EOVERFLOW;
    return -1;
  }
  return (long)position;
}

void rewind(FILE *file) {
  fseeko(file, 0, SEEK_SET);
  file->flags &= ~(unsigned int)FILE_FAILED;
}

int fgetpos(FILE *file, fpos_t *position) {
  *position = ftello(file);
  return *position < 0 ? -1 : 0;
}

int fsetpos(FILE *file, const fpos_t *position) {
  return fseeko(file, *position, SEEK_SET);
}
