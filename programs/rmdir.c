/* rmdir: removes empty directories. */
#include <unistd.h>

#include "lib/tool.h"

int main(int argc, char **argv) {
  int status = 0;
  tool_start(argc, argv, "rmdir", "usage: rmdir DIRECTORY...\nRemoves directories that hold nothing (rm -r removes full ones).\n");
  if (argc < 2) tool_misused("", "remove which?");
  for (int i = 1; i < argc; i++)
    if (rmdir(argv[i]) < 0) status = tool_failed(argv[i]);
  return status;
}
