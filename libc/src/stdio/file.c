/* The standard files, the list of open files, and the switch between reading and writing. */
#include "../internal/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "../internal/libc.h"

/* The standard files need no malloc, so that printing leaves the heap alone. */
static unsigned char input_room[UNGET_BYTES + BUFSIZ];
static unsigned char output_room[UNGET_BYTES + BUFSIZ];
static unsigned char error_room[UNGET_BYTES + 1];

static FILE input_file = {0, FILE_READABLE, input_room + UNGET_BYTES, BUFSIZ, 0, 0, 0, 0, 0, 0, 0};
static FILE output_file = {1, FILE_WRITABLE, output_room + UNGET_BYTES, BUFSIZ, 0, 0, 0, 0, 0, 0, 0};
static FILE error_file = {2, FILE_WRITABLE | FILE_MODE_KNOWN | FILE_UNBUFFERED, error_room + UNGET_BYTES, 1, 0, 0, 0, 0, 0, 0, 0};

FILE *stdin = &input_file;
FILE *stdout = &output_file;
FILE *stderr = &error_file;
FILE *__open_files;

FILE *__file_new(int fd, unsigned int flags) {
  FILE *file = malloc(sizeof *file + UNGET_BYTES + BUFSIZ);
  if (file == 0) {
    return 0;
  }
  file->fd = fd;
  file->flags = flags;
  file->buffer = (unsigned char *)(file + 1) + UNGET_BYTES;
  file->buffer_bytes = BUFSIZ;
  file->read_next = 0;
  file->read_end = 0;
  file->write_bytes = 0;
  file->child = 0;
  file->device = 0;
  file->device_state = 0;
  file->next = __open_files;
  __open_files = file;
  return file;
}

ssize_t __file_read(FILE *file, void *to, size_t bytes) {
  return file->device != 0 ? file->device->read(file->device_state, to, bytes) : read(file->fd, to, bytes);
}

ssize_t __file_write(FILE *file, const void *from, size_t bytes) {
  return file->device != 0 ? file->device->write(file->device_state, from, bytes) : write(file->fd, from, bytes);
}

off_t __file_seek(FILE *file, off_t offset, int whence) {
  return file->device != 0 ? file->device->seek(file->device_state, offset, whence) : lseek(file->fd, offset, whence);
}

int __file_close(FILE *file) {
  return file->device != 0 ? file->device->close(file->device_state) : close(file->fd);
}

/* A file that is a terminal is line buffered; known only once somebody reads or writes. */
static void settle_mode(FILE *file) {
  if ((file->flags & FILE_MODE_KNOWN) == 0) {
    int error = errno;
    file->flags |= FILE_MODE_KNOWN;
    if (isatty(file->fd)) {
      file->flags |= FILE_LINE_BUFFERED;
    }
    errno = error;
  }
}

static int refuse(FILE *file) {
  file->flags |= FILE_FAILED;
  errno = EBADF;
  return EOF;
}

int __file_start_reading(FILE *file) {
  if (file->flags & FILE_READING) {
    return 0;
  }
  if ((file->flags & FILE_READABLE) == 0) {
    return refuse(file);
  }
  if ((file->flags & FILE_WRITING) && __file_write_pending(file) == EOF) {
    return EOF;
  }
  settle_mode(file);
  file->flags = (file->flags & ~(unsigned int)FILE_WRITING) | FILE_READING;
  file->read_next = file->buffer;
  file->read_end = file->buffer;
  return 0;
}

int __file_start_writing(FILE *file) {
  if (file->flags & FILE_WRITING) {
    return 0;
  }
  if ((file->flags & FILE_WRITABLE) == 0) {
    return refuse(file);
  }
  __file_drop_input(file);
  settle_mode(file);
  file->flags |= FILE_WRITING;
  file->write_bytes = 0;
  return 0;
}

void __file_drop_input(FILE *file) {
  if (file->flags & FILE_READING) {
    off_t ahead = file->read_end - file->read_next;
    if (ahead != 0) {
      int error = errno;
      __file_seek(file, -ahead, SEEK_CUR); /* fails on a pipe or terminal, where there is nothing to give back */
      errno = error;
    }
    file->flags &= ~(unsigned int)(FILE_READING | FILE_AT_END);
    file->read_next = 0;
    file->read_end = 0;
  }
}

int __file_fill(FILE *file) {
  if (file->flags & FILE_IN_MEMORY) {
    file->flags |= FILE_AT_END;
    return EOF;
  }
  /* Somebody who waits for input at a terminal wants to see the prompt first. */
  if ((stdout->flags & (FILE_LINE_BUFFERED | FILE_WRITING)) == (FILE_LINE_BUFFERED | FILE_WRITING)) {
    __file_write_pending(stdout);
  }
  size_t room = file->flags & FILE_UNBUFFERED ? 1 : file->buffer_bytes;
  ssize_t bytes = __file_read(file, file->buffer, room);
  file->read_next = file->buffer;
  file->read_end = file->buffer;
  if (bytes <= 0) {
    file->flags |= bytes == 0 ? FILE_AT_END : FILE_FAILED;
    return EOF;
  }
  file->read_end = file->buffer + bytes;
  return 0;
}

int __file_write_pending(FILE *file) {
  size_t done = 0;
  while (done < file->write_bytes) {
    ssize_t bytes = __file_write(file, file->buffer + done, file->write_bytes - done);
    if (bytes < 0) {
      file->flags |= FILE_FAILED;
      file->write_bytes = 0;
      return EOF;
    }
    done += (size_t)bytes;
  }
  file->write_bytes = 0;
  return 0;
}

static int flush_one(FILE *file) {
  if (file->flags & FILE_WRITING) {
    return __file_write_pending(file);
  }
  if ((file->flags & FILE_IN_MEMORY) == 0) {
    __file_drop_input(file);
  }
  return 0;
}

/* fflush(0) flushes every file that has output pending. */
int fflush(FILE *file) {
  if (file != 0) {
    return flush_one(file);
  }
  int result = 0;
  if (stdout->flags & FILE_WRITING) {
    result |= __file_write_pending(stdout);
  }
  for (FILE *f = __open_files; f != 0; f = f->next) {
    if (f->flags & FILE_WRITING) {
      result |= __file_write_pending(f);
    }
  }
  return result;
}

/* At exit: output goes out, input that was read ahead goes back for whoever shares the descriptor. */
void __flush_all_files(void) {
  fflush(0);
  flush_one(stdin);
}

int fileno(FILE *file) {
  return file->fd;
}

int feof(FILE *file) {
  return (file->flags & FILE_AT_END) != 0;
}

int ferror(FILE *file) {
  return (file->flags & FILE_FAILED) != 0;
}

void clearerr(FILE *file) {
  file->flags &= ~(unsigned int)(FILE_AT_END | FILE_FAILED);
}
