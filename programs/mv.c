/* mv: renames files, or moves them into a directory; copies and removes where the two lie on different file systems. */
#include "lib/paths.h"

int main(int argc, char **argv) {
  int first = 1, status = 0;
  tool_start(argc, argv, "mv", "usage: mv FROM... TO\nRenames FROM to TO, or moves several into the directory TO.\n");
  if (first < argc && strcmp(argv[first], "-f") == 0) first++;
  if (argc - first < 2) tool_misused("", "from where, and where to?");
  const char *to = argv[argc - 1];
  if (argc - first > 2 && !is_directory(to)) tool_misused(to, "several files need a directory to go to");
  for (int i = first; i < argc - 1; i++) {
    char *target = path_target(argv[i], to);
    if (rename(argv[i], target) < 0) {
      if (errno != EXDEV || is_directory(argv[i])) status = tool_failed(argv[i]);
      else if (copy_file(argv[i], target) != 0 || unlink(argv[i]) < 0) status = 1;
    }
    free(target);
  }
  return status;
}
