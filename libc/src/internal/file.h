/*
 * The inside of a FILE.
 *
 * One buffer serves reading or writing, never both at once:
 *
 *   reading:  | UNGET room | read already | read_next … read_end |        |
 *   writing:  | UNGET room | pending (write_bytes)               |        |
 *                          ^ buffer
 */
#ifndef _INTERNAL_FILE_H
#define _INTERNAL_FILE_H

#include <stdio.h>

/* Bytes that ungetc can always push back in front of an untouched buffer. */
enum { UNGET_BYTES = 8 };

enum file_flag {
  FILE_READABLE = 1,
  FILE_WRITABLE = 2,
  FILE_APPENDS = 4,
  FILE_AT_END = 8,
  FILE_FAILED = 16,
  FILE_READING = 32,       /* the buffer holds input */
  FILE_WRITING = 64,       /* the buffer holds output */
  FILE_MODE_KNOWN = 128,   /* buffering was chosen by setvbuf or by looking at the descriptor */
  FILE_LINE_BUFFERED = 256,
  FILE_UNBUFFERED = 512,
  FILE_IN_MEMORY = 1024,   /* sscanf: the buffer is all there is */
  FILE_OWNS_BUFFER = 2048,
};

/* What a descriptor does, for files that have none. Results are those of read, write, lseek and close. */
struct file_device {
  ssize_t (*read)(void *state, void *to, size_t bytes);
  ssize_t (*write)(void *state, const void *from, size_t bytes);
  off_t (*seek)(void *state, off_t offset, int whence);
  int (*close)(void *state);
};

struct __file {
  int fd;
  unsigned int flags;
  unsigned char *buffer;
  size_t buffer_bytes;
  unsigned char *read_next;
  unsigned char *read_end;
  size_t write_bytes;
  pid_t child; /* of popen, else 0 */
  const struct file_device *device; /* of fmemopen and open_memstream: what stands for the descriptor; else 0 */
  void *device_state;
  FILE *next;  /* in the list of open files */
};

/* All open files but the three standard ones. */
extern FILE *__open_files;

FILE *__file_new(int fd, unsigned int flags);

/* read, write, lseek and close on whatever the file stands for. */
ssize_t __file_read(FILE *file, void *to, size_t bytes);
ssize_t __file_write(FILE *file, const void *from, size_t bytes);
off_t __file_seek(FILE *file, off_t offset, int whence);
int __file_close(FILE *file);

/* Prepares for reading or writing: 0, or EOF with the error flag set if the file does not permit it. */
int __file_start_reading(FILE *file);
int __file_start_writing(FILE *file);

/* Reads more input into an empty buffer: 0, or EOF. */
int __file_fill(FILE *file);
/* Writes pending output: 0, or EOF. */
int __file_write_pending(FILE *file);
/* Gives input that was read ahead back to the file, so that its offset is where the program thinks it is. */
void __file_drop_input(FILE *file);

/* Flags of open(2) and of FILE for a mode string such as "r+b"; -1 if it is not one. */
int __file_parse_mode(const char *mode, unsigned int *file_flags);

#endif
