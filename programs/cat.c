/* cat: copies files, or its input, to its output. */
#include <fcntl.h>
#include <unistd.h>

#include "lib/tool.h"

static const char usage[] = "usage: cat [FILE...]\nPrints the files one after the other; - or nothing is the input.\n";

static int copy(int fd, const char *path) {
  char block[4096];
  ssize_t got;
  while ((got = read(fd, block, sizeof block)) > 0)
    for (ssize_t done = 0; done < got;) {
      ssize_t written = write(1, block + done, (size_t)(got - done));
      if (written < 0) exit(tool_failed("output"));
      done += written;
    }
  return got < 0 ? tool_failed(path) : 0;
}

int main(int argc, char **argv) {
  int status = 0;
  tool_start(argc, argv, "cat", usage);
  if (argc == 1) return copy(0, "input");
  for (int i = 1; i < argc; i++) {
    int fd = strcmp(argv[i], "-") == 0 ? 0 : open(argv[i], O_RDONLY);
    if (fd < 0) {
      status = tool_failed(argv[i]);
      continue;
    }
    if (copy(fd, argv[i]) != 0) status = 1;
    if (fd > 0) close(fd);
  }
  return status;
}
