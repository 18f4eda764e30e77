/* A key for System V IPC out of a file. */
#include <sys/ipc.h>
#include <sys/stat.h>

key_t ftok(const char *path, int id) {
  struct stat file;
  if (stat(path, &file) < 0) {
    return -1;
  }
  return (key_t)((unsigned int)(file.st_ino & 0xffff) | (unsigned int)(file.st_dev & 0xff) << 16 |
                 ((unsigned int)id & 0xff) << 24);
}
