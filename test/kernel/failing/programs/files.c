/* Buffers of file calls, and files that are mapped. */
#include "sane.h"
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <time.h>

int main(void) {
  char text[3 * PAGE], back[3 * PAGE];
  memset(text, 'x', sizeof text);
  int fd = sane(open("/tmp/f", O_RDWR | O_CREAT | O_TRUNC, 0644), "open");
  if (fd == -1) return 0;
  long wrote = sane(write(fd, text, sizeof text), "write");
  if (wrote > 0) {
    long got = sane(pread(fd, back, sizeof back, 0), "pread");
    for (long i = 0; i < got; i++) expect(back[i], 'x', "pread");
  }
  struct iovec parts[2] = {{back, 100}, {back + PAGE, 5000}};
  lseek(fd, 0, SEEK_SET);
  sane(readv(fd, parts, 2), "readv");
  sane(writev(fd, parts, 2), "writev");
  struct stat state;
  sane(stat("/tmp/f", &state), "stat");
  sane(ftruncate(fd, 3 * PAGE), "ftruncate");

  char *p = sane_map(mmap(NULL, 3 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0), "mmap");
  if (p != MAP_FAILED) {
    p[0] = 'a';
    p[2 * PAGE] = 'b';
    sane(msync(p, 3 * PAGE, MS_SYNC), "msync");
    if (sane(pread(fd, back, 1, 2 * PAGE), "pread of a mapped file") == 1) expect(back[0], 'b', "msync");
    sane(pwrite(fd, "c", 1, PAGE), "pwrite");
    char seen = p[PAGE];
    if (seen != 'c' && seen != 'x' && seen != 0) report("pwrite seen", seen, 98);
    munmap(p, 3 * PAGE);
  }
  p = sane_map(mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0), "mmap private");
  if (p != MAP_FAILED) {
    p[1] = 'd';
    munmap(p, PAGE);
  }
  char where[64];
  struct timespec now;
  if (getcwd(where, sizeof where) == NULL) sane(-1, "getcwd");
  sane(clock_gettime(CLOCK_MONOTONIC, &now), "clock_gettime");
  close(fd);
  sane(unlink("/tmp/f"), "unlink");
  return 0;
}
