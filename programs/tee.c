/* tee: copies its input to its output and into files. */
#include <fcntl.h>
#include <unistd.h>

#include "lib/tool.h"

enum { MOST_FILES = 16 };

int main(int argc, char **argv) {
  int fds[MOST_FILES + 1] = {1};
  int count = 1, status = 0, first = 1, flags = O_TRUNC;
  tool_start(argc, argv, "tee", "usage: tee [-a] [FILE...]\nCopies the input to the output and to the files; -a appends.\n");
  if (argc > 1 && strcmp(argv[1], "-a") == 0) flags = O_APPEND, first = 2;
  for (int i = first; i < argc; i++) {
    if (count > MOST_FILES) tool_misused(argv[i], "too many files (16 are possible)");
    fds[count] = open(argv[i], O_WRONLY | O_CREAT | flags, 0666);
    if (fds[count] < 0) status = tool_failed(argv[i]);
    else count++;
  }
  char block[4096];
  ssize_t got;
  while ((got = read(0, block, sizeof block)) > 0)
    for (int i = 0; i < count; i++)
      for (ssize_t done = 0, put = 0; done < got; done += put)
        if ((put = write(fds[i], block + done, (size_t)(got - done))) <= 0) {
          status = tool_failed("output");
          break;
        }
  return status;
}
