/* cp: copies files; with -r whole directories. */
#include <dirent.h>

#include "lib/paths.h"

static const char usage[] = "usage: cp [-r] FROM... TO\nCopies a file to TO, or several into the directory TO. -r: directories with all they hold.\n";

static int copies_directories;

static int copy(const char *from, const char *to) {
  if (!is_directory(from)) return copy_file(from, to);
  if (!copies_directories) {
    fprintf(stderr, "cp: %s: is a directory (cp -r copies it)\n", from);
    return 1;
  }
  size_t bytes = strlen(from);
  if (strncmp(to, from, bytes) == 0 && (to[bytes] == '/' || to[bytes] == '\0')) {
    fprintf(stderr, "cp: %s: cannot be copied into itself (%s)\n", from, to);
    return 1;
  }
  if (mkdir(to, 0777) < 0 && errno != EEXIST) return tool_failed(to);
  DIR *directory = opendir(from);
  if (directory == NULL) return tool_failed(from);
  int status = 0;
  for (struct dirent *entry = readdir(directory); entry != NULL; entry = readdir(directory)) {
    if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) continue;
    char *inner_from = path_join(from, entry->d_name);
    char *inner_to = path_join(to, entry->d_name);
    if (copy(inner_from, inner_to) != 0) status = 1;
    free(inner_from);
    free(inner_to);
  }
  closedir(directory);
  return status;
}

int main(int argc, char **argv) {
  int first = 1, status = 0;
  tool_start(argc, argv, "cp", usage);
  for (; first < argc && argv[first][0] == '-' && argv[first][1] != '\0'; first++) {
    if (strcmp(argv[first], "-r") != 0 && strcmp(argv[first], "-R") != 0) tool_misused(argv[first], "no such option");
    copies_directories = 1;
  }
  if (argc - first < 2) tool_misused("", "from where, and where to?");
  const char *to = argv[argc - 1];
  if (argc - first > 2 && !is_directory(to)) tool_misused(to, "several files need a directory to go to");
  for (int i = first; i < argc - 1; i++) {
    char *target = path_target(argv[i], to);
    if (copy(argv[i], target) != 0) status = 1;
    free(target);
  }
  return status;
}
