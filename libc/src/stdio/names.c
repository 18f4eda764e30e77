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

/* Fills the six X at the end of a pattern; 0 if they are not there. */
static int fill_pattern(char *pattern) {
  static const char letters[] = "abcdefghijklmnopqrstuvwxyz012345"; /* 32: five random bits each */
  size_t length = strlen(pattern);
  unsigned int bits = 0;
  if (length < 6 || strcmp(pattern + length - 6, "XXXXXX") != 0) {
    errno = EINVAL;
    return 0;
  }
  getrandom(&bits, sizeof bits, 0);
  for (size_t i = length - 6; i < length; i++) {
    pattern[i] = letters[bits & 31];
    bits >>= 5;
  }
  return 1;
}

/* Tries names until `create` succeeds or fails for another reason than that the name is taken. */
static int create_unique(char *pattern, int (*create)(const char *)) {
  size_t length = strlen(pattern);
  for (int attempt = 0; attempt < 100; attempt++) {
    if (!fill_pattern(pattern)) {
      return -1;
    }
    int result = create(pattern);
    if (result >= 0 || errno != EEXIST) {
      return result;
    }
    memcpy(pattern + length - 6, "XXXXXX", 6);
  }
  errno = EEXIST;
  return -1;
}

static int create_file(const char *path) {
  return open(path, O_RDWR | O_CREAT | O_EXCL, 0600);
}

static int create_directory(const char *path) {
  return mkdir(path, 0700);
}

/* Fails where it should: succeeds only for a name that nobody has. */
static int create_nothing(const char *path) {
  if (access(path, F_OK) == 0) {
    errno = EEXIST;
    return -1;
  }
  return 0;
}

int mkstemp(char *pattern) {
  return create_unique(pattern, create_file);
}

char *mkdtemp(char *pattern) {
  return create_unique(pattern, create_directory) < 0 ? 0 : pattern;
}

char *mktemp(char *pattern) {
  if (create_unique(pattern, create_nothing) < 0) {
    pattern[0] = 0;
  }
  return pattern;
}

char *tmpnam(char *name) {
  static char own[L_tmpnam];
  char *to = name != 0 ? name : own;
  strcpy(to, P_tmpdir "/tmp.XXXXXX");
  return create_unique(to, create_nothing) < 0 ? 0 : to;
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
