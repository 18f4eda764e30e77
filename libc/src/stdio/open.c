/* Opening and closing files, and choosing their buffers. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../internal/file.h"

int __file_parse_mode(const char *mode, unsigned int *file_flags) {
  int open_flags;
  switch (mode[0]) {
  case 'r':
    *file_flags = FILE_READABLE;
    open_flags = 0;
    break;
  case 'w':
    *file_flags = FILE_WRITABLE;
    open_flags = O_CREAT | O_TRUNC;
    break;
  case 'a':
    *file_flags = FILE_WRITABLE | FILE_APPENDS;
    open_flags = O_CREAT | O_APPEND;
    break;
  default:
    errno = EINVAL;
    return -1;
  }
  for (const char *p = mode + 1; *p != 0; p++) {
    if (*p == '+') {
      *file_flags |= FILE_READABLE | FILE_WRITABLE;
    } else if (*p == 'x') {
      open_flags |= O_EXCL;
    } else if (*p == 'e') {
      open_flags |= O_CLOEXEC;
    }
  }
  int both = FILE_READABLE | FILE_WRITABLE;
  if ((*file_flags & (unsigned int)both) == (unsigned int)both) {
    return open_flags | O_RDWR;
  }
  return open_flags | (*file_flags & FILE_READABLE ? O_RDONLY : O_WRONLY);
}

FILE *fopen(const char *path, const char *mode) {
  unsigned int file_flags;
  int open_flags = __file_parse_mode(mode, &file_flags);
  if (open_flags < 0) {
    return 0;
  }
  int fd = open(path, open_flags, 0666);
  if (fd < 0) {
    return 0;
  }
  FILE *file = __file_new(fd, file_flags);
  if (file == 0) {
    close(fd);
  }
  return file;
}

FILE *fdopen(int fd, const char *mode) {
  unsigned int file_flags;
  if (__file_parse_mode(mode, &file_flags) < 0 || fcntl(fd, F_GETFD) < 0) {
    return 0;
  }
  return __file_new(fd, file_flags);
}

static void release_buffer(FILE *file) {
  if (file->flags & FILE_OWNS_BUFFER) {
    free(file->buffer - UNGET_BYTES);
  }
}

/* Takes a file off the list; the standard files are not on it and stay. */
static void dispose(FILE *file) {
  release_buffer(file);
  for (FILE **link = &__open_files; *link != 0; link = &(*link)->next) {
    if (*link == file) {
      *link = file->next;
      free(file);
      return;
    }
  }
  file->flags = 0;
}

int fclose(FILE *file) {
  int result = fflush(file);
  if (__file_close(file) < 0) {
    result = EOF;
  }
  dispose(file);
  return result;
}

/* The new file takes over the old one's descriptor number, so that freopen(…, stdout) does what people expect. */
FILE *freopen(const char *path, const char *mode, FILE *file) {
  unsigned int file_flags;
  int open_flags = __file_parse_mode(mode, &file_flags);
  fflush(file);
  int fd = open_flags < 0 || path == 0 ? -1 : open(path, open_flags, 0666);
  if (path == 0) {
    errno = EINVAL;
  }
  if (fd < 0) {
    int error = errno;
    close(file->fd);
    dispose(file);
    errno = error;
    return 0;
  }
  if (fd != file->fd) {
    dup2(fd, file->fd);
    close(fd);
  }
  file->flags = file_flags | (file->flags & FILE_OWNS_BUFFER);
  file->read_next = 0;
  file->read_end = 0;
  file->write_bytes = 0;
  return file;
}

int setvbuf(FILE *file, char *buffer, int mode, size_t bytes) {
  if (mode != _IOFBF && mode != _IOLBF && mode != _IONBF) {
    return -1;
  }
  if (file->flags & (FILE_READING | FILE_WRITING)) {
    fflush(file);
    file->flags &= ~(unsigned int)(FILE_READING | FILE_WRITING);
  }
  file->flags &= ~(unsigned int)(FILE_LINE_BUFFERED | FILE_UNBUFFERED);
  file->flags |= FILE_MODE_KNOWN;
  if (mode == _IONBF) {
    file->flags |= FILE_UNBUFFERED;
    return 0;
  }
  if (mode == _IOLBF) {
    file->flags |= FILE_LINE_BUFFERED;
  }
  if (buffer != 0 && bytes > UNGET_BYTES) {
    release_buffer(file);
    file->flags &= ~(unsigned int)FILE_OWNS_BUFFER;
    file->buffer = (unsigned char *)buffer + UNGET_BYTES;
    file->buffer_bytes = bytes - UNGET_BYTES;
  } else if (buffer == 0 && bytes > file->buffer_bytes) {
    unsigned char *own = malloc(UNGET_BYTES + bytes);
    if (own == 0) {
      return -1;
    }
    release_buffer(file);
    file->flags |= FILE_OWNS_BUFFER;
    file->buffer = own + UNGET_BYTES;
    file->buffer_bytes = bytes;
  }
  return 0;
}

void setbuf(FILE *file, char *buffer) {
  setvbuf(file, buffer, buffer != 0 ? _IOFBF : _IONBF, BUFSIZ);
}

void setlinebuf(FILE *file) {
  setvbuf(file, 0, _IOLBF, 0);
}
