/* Reading directories through getdents64. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../internal/libc.h"

enum { BUFFER_BYTES = 2048 };

struct __directory {
  int fd;
  int next; /* offset of the entry to return next */
  int end;  /* bytes in the buffer */
  _Alignas(8) char buffer[BUFFER_BYTES];
};

DIR *fdopendir(int fd) {
  DIR *directory = malloc(sizeof *directory);
  if (directory != 0) {
    directory->fd = fd;
    directory->next = 0;
    directory->end = 0;
  }
  return directory;
}

DIR *opendir(const char *path) {
  int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) {
    return 0;
  }
  DIR *directory = fdopendir(fd);
  if (directory == 0) {
    close(fd);
  }
  return directory;
}

/* Null at the end, and on errors, which set errno. The entry is valid until the next call. */
struct dirent *readdir(DIR *directory) {
  if (directory->next >= directory->end) {
    int bytes = __result(__sys_getdents64(directory->fd, directory->buffer, BUFFER_BYTES));
    if (bytes <= 0) {
      return 0;
    }
    directory->end = bytes;
    directory->next = 0;
  }
  struct dirent *entry = (struct dirent *)(directory->buffer + directory->next);
  directory->next += entry->d_reclen;
  return entry;
}

void rewinddir(DIR *directory) {
  lseek(directory->fd, 0, SEEK_SET);
  directory->next = 0;
  directory->end = 0;
}

int dirfd(DIR *directory) {
  return directory->fd;
}

int closedir(DIR *directory) {
  int fd = directory->fd;
  free(directory);
  return close(fd);
}

int alphasort(const struct dirent **a, const struct dirent **b) {
  return strcmp((*a)->d_name, (*b)->d_name);
}

static void free_entries(struct dirent **entries, int count) {
  for (int i = 0; i < count; i++) {
    free(entries[i]);
  }
  free(entries);
}

/* Appends a copy of `entry`; 0 when memory is short. */
static int keep(struct dirent ***entries, int *count, int *room, const struct dirent *entry) {
  if (*count == *room) {
    int more = *room == 0 ? 16 : *room * 2;
    struct dirent **grown = realloc(*entries, (size_t)more * sizeof **entries);
    if (grown == 0) {
      return 0;
    }
    *entries = grown;
    *room = more;
  }
  struct dirent *copy = malloc(entry->d_reclen);
  if (copy == 0) {
    return 0;
  }
  memcpy(copy, entry, entry->d_reclen);
  (*entries)[(*count)++] = copy;
  return 1;
}

int scandir(const char *path, struct dirent ***entries, int (*accept)(const struct dirent *),
            int (*compare)(const struct dirent **, const struct dirent **)) {
  DIR *directory = opendir(path);
  if (directory == 0) {
    return -1;
  }
  struct dirent **kept = 0;
  int count = 0;
  int room = 0;
  struct dirent *entry;
  while ((entry = readdir(directory)) != 0) {
    if ((accept == 0 || accept(entry)) && !keep(&kept, &count, &room, entry)) {
      free_entries(kept, count);
      closedir(directory);
      errno = ENOMEM;
      return -1;
    }
  }
  closedir(directory);
  if (compare != 0 && count > 1) {
    qsort(kept, (size_t)count, sizeof *kept, (int (*)(const void *, const void *))compare);
  }
  *entries = kept;
  return count;
}
