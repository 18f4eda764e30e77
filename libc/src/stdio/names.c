/* Removing and renaming files, temporary names. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../internal/libc.h"

int remove(const char *path) {
  if (unlink(path) == 0) {
    return 0;
  }
  return errno == EISDIR || errno == EPERM ? rmdir(path) : -1;
}

int rename(const char *from, const char *to) {
  return __result(__sys_renameat2(WORKING_DIRECTORY, from, WORKING_DIRECTORY, to, 0));
}

/* Fills the six X in front of a suffix; 0 if they are not there. */
static int fill_pattern(char *pattern, size_t suffix_bytes) {
  static const char letters[] = "abcdefghijklmnopqrstuvwxyz012345"; /* 32: five random bits each */
  size_t length = strlen(pattern);
  unsigned int bits = 0;
  if (length < 6 + suffix_bytes || memcmp(pattern + length - suffix_bytes - 6, "XXXXXX", 6) != 0) {
    errno = EINVAL;
    return 0;
  }
  getrandom(&bits, sizeof bits, 0);
  for (size_t i = 0; i < 6; i++) {
    pattern[length - suffix_bytes - 6 + i] = letters[bits & 31];
    bits >>= 5;
  }
  return 1;
}

/* Tries names until `create` succeeds or fails for another reason than that the name is taken. */
static int create_unique(char *pattern, size_t suffix_bytes, int flags, int (*create)(const char *, int flags)) {
  for (int attempt = 0; attempt < 100; attempt++) {
    if (!fill_pattern(pattern, suffix_bytes)) {
      return -1;
    }
    int result = create(pattern, flags);
    if (result >= 0 || errno != EEXIST) {
      return result;
    }
    memcpy(pattern + strlen(pattern) - suffix_bytes - 6, "XXXXXX", 6);
  }
  errno = EEXIST;
  return -1;
}

static int create_file(const char *path, int flags) {
  return open(path, (flags & ~O_ACCMODE) | O_RDWR | O_CREAT | O_EXCL, 0600);
}

static int create_directory(const char *path, int flags) {
  (void)flags;
  return mkdir(path, 0700);
}

/* Fails where it should: succeeds only for a name that nobody has. */
static int create_nothing(const char *path, int flags) {
  (void)flags;
  if (access(path, F_OK) == 0) {
    errno = EEXIST;
    return -1;
  }
  return 0;
}

int mkstemp(char *pattern) {
  return mkostemps(pattern, 0, 0);
}

int mkostemp(char *pattern, int flags) {
  return mkostemps(pattern, 0, flags);
}

int mkstemps(char *pattern, int suffix_bytes) {
  return mkostemps(pattern, suffix_bytes, 0);
}

int mkostemps(char *pattern, int suffix_bytes, int flags) {
  if (suffix_bytes < 0) {
    errno = EINVAL;
    return -1;
  }
  return create_unique(pattern, (size_t)suffix_bytes, flags, create_file);
}

char *mkdtemp(char *pattern) {
  return create_unique(pattern, 0, 0, create_directory) < 0 ? 0 : pattern;
}

char *mktemp(char *pattern) {
  if (create_unique(pattern, 0, 0, create_nothing) < 0) {
    pattern[0] = 0;
  }
  return pattern;
}

char *tmpnam(char *name) {
  static char own[L_tmpnam];
  char *to = name != 0 ? name : own;
  strcpy(to, P_tmpdir "/tmp.XXXXXX");
  return create_unique(to, 0, 0, create_nothing) < 0 ? 0 : to;
}

/* In $TMPDIR, else in the directory, else in /tmp; the program frees the name. */
char *tempnam(const char *directory, const char *prefix) {
  const char *chosen = getenv("TMPDIR");
  if (chosen == 0 || access(chosen, W_OK) < 0) {
    chosen = directory != 0 && access(directory, W_OK) == 0 ? directory : P_tmpdir;
  }
  char *path;
  if (asprintf(&path, "%s/%.5sXXXXXX", chosen, prefix != 0 ? prefix : "") < 0) {
    return 0;
  }
  if (create_unique(path, 0, 0, create_nothing) < 0) {
    free(path);
    return 0;
  }
  return path;
}

FILE *tmpfile(void) {
  char path[] = P_tmpdir "/tmp.XXXXXX";
  int fd = mkstemp(path);
  if (fd < 0) {
    return 0;
  }
  unlink(path); /* gone as soon as it is closed */
  FILE *file = fdopen(fd, "w+");
  if (file == 0) {
    close(fd);
  }
  return file;
}
