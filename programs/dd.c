/* dd: copies blocks. Look at: dd if=/dev/zero of=/tmp/big bs=4k count=100, then free. */
#include <fcntl.h>
#include <unistd.h>

#include "lib/proc.h"
#include "lib/tool.h"

static const char usage[] =
    "usage: dd [if=FILE] [of=FILE] [bs=BYTES] [count=BLOCKS] [skip=BLOCKS] [seek=BLOCKS]\n"
    "BYTES may end in k (1024) or M. Default: input to output, 512 bytes a block, to the end.\n";

static long bytes_of(const char *text) {
  char *end;
  long value = strtol(text, &end, 10);
  long unit = *end == 'k' || *end == 'K' ? 1024 : *end == 'M' ? 1048576 : 1;
  if (unit > 1) end++;
  if (end == text || *end != '\0' || value < 0 || value > 2147483647 / unit) tool_misused(text, "should be a number, with k or M if you like");
  return value * unit;
}

int main(int argc, char **argv) {
  const char *from = NULL, *to = NULL;
  long block_bytes = 512, count = -1, skip = 0, seek = 0;
  tool_start(argc, argv, "dd", usage);
  for (int i = 1; i < argc; i++) {
    const char *value = strchr(argv[i], '=');
    size_t name = value == NULL ? 0 : (size_t)(value - argv[i]);
    if (value++ == NULL) tool_misused(argv[i], "should be NAME=VALUE");
    if (name == 2 && strncmp(argv[i], "if", 2) == 0) from = value;
    else if (name == 2 && strncmp(argv[i], "of", 2) == 0) to = value;
    else if (name == 2 && strncmp(argv[i], "bs", 2) == 0) block_bytes = bytes_of(value);
    else if (name == 5 && strncmp(argv[i], "count", 5) == 0) count = bytes_of(value);
    else if (name == 4 && strncmp(argv[i], "skip", 4) == 0) skip = bytes_of(value);
    else if (name == 4 && strncmp(argv[i], "seek", 4) == 0) seek = bytes_of(value);
    else tool_misused(argv[i], "no such setting");
  }
  if (block_bytes < 1) tool_misused("bs", "a block has at least one byte");
  int in = from == NULL ? 0 : open(from, O_RDONLY);
  if (in < 0) return tool_failed(from);
  int out = to == NULL ? 1 : open(to, O_WRONLY | O_CREAT | (seek == 0 ? O_TRUNC : 0), 0666);
  if (out < 0) return tool_failed(to);
  char *block = tool_alloc(NULL, (size_t)block_bytes);
  long full = 0, partial = 0, total = 0, start = milliseconds();
  for (; skip > 0; skip--)
    if (read(in, block, (size_t)block_bytes) <= 0) break;
  if (seek > 0 && lseek(out, (off_t)seek * block_bytes, SEEK_SET) < 0) return tool_failed("seek");
  int status = 0;
  while (status == 0 && (count < 0 || full + partial < count)) {
    ssize_t got = read(in, block, (size_t)block_bytes);
    if (got < 0) status = tool_failed(from == NULL ? "input" : from);
    if (got <= 0) break;
    for (ssize_t done = 0, put = 0; status == 0 && done < got; done += put)
      if ((put = write(out, block + done, (size_t)(got - done))) < 0) status = tool_failed(to == NULL ? "output" : to), put = 0;
    if (got == block_bytes) full++;
    else partial++;
    total += got;
  }
  fprintf(stderr, "%ld full and %ld partial blocks, %ld bytes, %ld ms\n", full, partial, total, milliseconds() - start);
  return status;
}
