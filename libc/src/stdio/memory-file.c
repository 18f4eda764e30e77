/*
 * Files in memory (POSIX.1-2008): fmemopen in room of a fixed size, open_memstream in room that grows.
 *
 * Both are a device behind an ordinary FILE. A file of fmemopen ends where its contents end: at the terminating zero of a
 * string that is read or appended to, else at the room's end. Writing puts a zero behind the last byte where there is room.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../internal/file.h"

struct memory {
  char *room;
  size_t room_bytes;
  size_t bytes;    /* of contents */
  size_t position; /* of the next read or write */
  int owns_room;
  int appends;
  char **text; /* of open_memstream: where the program looks for the contents and their length; else 0 */
  size_t *text_bytes;
};

/* Tells open_memstream's caller; POSIX: the smaller of the position and the length counts. */
static void publish(struct memory *m) {
  if (m->text != 0) {
    *m->text = m->room;
    *m->text_bytes = m->position < m->bytes ? m->position : m->bytes;
  }
}

static ssize_t read_memory(void *state, void *to, size_t bytes) {
  struct memory *m = state;
  size_t there = m->position < m->bytes ? m->bytes - m->position : 0;
  size_t part = bytes < there ? bytes : there;
  memcpy(to, m->room + m->position, part);
  m->position += part;
  return (ssize_t)part;
}

/* Makes the room of open_memstream at least `bytes` long and one more, filled with zeros: 0, or −1. */
static int grow(struct memory *m, size_t bytes) {
  if (bytes < m->room_bytes) {
    return 0;
  }
  size_t more = m->room_bytes * 2 > bytes + 1 ? m->room_bytes * 2 : bytes + 1;
  char *room = realloc(m->room, more);
  if (room == 0) {
    return -1;
  }
  memset(room + m->room_bytes, 0, more - m->room_bytes);
  m->room = room;
  m->room_bytes = more;
  return 0;
}

static ssize_t write_memory(void *state, const void *from, size_t bytes) {
  struct memory *m = state;
  if (m->appends) {
    m->position = m->bytes;
  }
  if (m->text != 0 && grow(m, m->position + bytes) < 0) {
    return -1;
  }
  size_t left = m->position < m->room_bytes ? m->room_bytes - m->position : 0;
  size_t part = bytes < left ? bytes : left;
  if (part == 0 && bytes > 0) {
    errno = ENOSPC;
    return -1;
  }
  memcpy(m->room + m->position, from, part);
  m->position += part;
  if (m->position > m->bytes) {
    m->bytes = m->position;
    if (m->bytes < m->room_bytes) {
      m->room[m->bytes] = 0;
    }
  }
  publish(m);
  return (ssize_t)part;
}

static off_t seek_memory(void *state, off_t offset, int whence) {
  struct memory *m = state;
  off_t from = whence == SEEK_SET ? 0 : whence == SEEK_CUR ? (off_t)m->position : (off_t)m->bytes;
  off_t to = from + offset;
  off_t limit = m->text != 0 ? 0x7fffffff : (off_t)m->room_bytes;
  if (to < 0 || to > limit) {
    errno = EINVAL;
    return -1;
  }
  m->position = (size_t)to;
  publish(m);
  return to;
}

static int close_memory(void *state) {
  struct memory *m = state;
  if (m->owns_room) {
    free(m->room);
  }
  free(m);
  return 0;
}

static const struct file_device memory_device = {read_memory, write_memory, seek_memory, close_memory};

static FILE *open_memory(const struct memory *begin, unsigned int file_flags) {
  struct memory *m = malloc(sizeof *m);
  FILE *file = m != 0 ? __file_new(-1, file_flags | FILE_MODE_KNOWN) : 0;
  if (file == 0) {
    free(m);
    return 0;
  }
  *m = *begin;
  file->device = &memory_device;
  file->device_state = m;
  return file;
}

FILE *fmemopen(void *room, size_t bytes, const char *mode) {
  unsigned int file_flags;
  if (__file_parse_mode(mode, &file_flags) < 0) {
    return 0;
  }
  struct memory m = {room, bytes, 0, 0, room == 0, mode[0] == 'a', 0, 0};
  if (room == 0) {
    m.room = calloc(1, bytes != 0 ? bytes : 1);
    if (m.room == 0) {
      return 0;
    }
  }
  if (mode[0] == 'r') {
    m.bytes = room != 0 ? bytes : 0;
  } else if (mode[0] == 'a') {
    m.bytes = strnlen(m.room, bytes);
    m.position = m.bytes;
  } else if (bytes > 0) {
    m.room[0] = 0;
  }
  FILE *file = open_memory(&m, file_flags);
  if (file == 0 && room == 0) {
    free(m.room);
  }
  return file;
}

/* *text stays the program's after fclose; before that it is right after each fflush. */
FILE *open_memstream(char **text, size_t *bytes) {
  struct memory m = {0, 0, 0, 0, 0, 0, text, bytes};
  if (grow(&m, 1) < 0) {
    return 0;
  }
  publish(&m);
  FILE *file = open_memory(&m, FILE_WRITABLE);
  if (file == 0) {
    free(m.room);
  }
  return file;
}
