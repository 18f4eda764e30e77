/* rm: removes files; with -r directories and all they hold. */
#include <dirent.h>

#include "lib/paths.h"

static const char usage[] = "usage: rm [-fr] PATH...\n  -r  directories with all they hold\n  -f  what is not there is no error\n";

static int removes_directories, is_forced;

static int remove_path(const char *path);

/* Removing changes the directory under the reader, so reading starts again after each round. */
static int empty(const char *path) {
  int status = 0;
  for (int removed = 1; removed > 0 && status == 0;) {
    DIR *directory = opendir(path);
    if (directory == NULL) return tool_failed(path);
    removed = 0;
    for (struct dirent *entry = readdir(directory); entry != NULL; entry = readdir(directory)) {
      if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) continue;
      char *inner = path_join(path, entry->d_name);
      if (remove_path(inner) != 0) status = 1;
      else removed++;
      free(inner);
    }
    closedir(directory);
  }
  return status;
}

static int remove_path(const char *path) {
  struct stat about;
  if (lstat(path, &about) < 0) return is_forced && errno == ENOENT ? 0 : tool_failed(path);
  if (!S_ISDIR(about.st_mode)) return unlink(path) < 0 ? tool_failed(path) : 0;
  if (!removes_directories) {
    fprintf(stderr, "rm: %s: is a directory (rmdir removes an empty one, rm -r a full one)\n", path);
    return 1;
  }
  if (empty(path) != 0) return 1;
  return rmdir(path) < 0 ? tool_failed(path) : 0;
}

int main(int argc, char **argv) {
  int first = 1, status = 0;
  tool_start(argc, argv, "rm", usage);
  for (; first < argc && argv[first][0] == '-' && argv[first][1] != '\0'; first++) {
    if (strcmp(argv[first], "--") == 0) {
      first++;
      break;
    }
    for (const char *flag = argv[first] + 1; *flag != '\0'; flag++) {
      if (*flag == 'r' || *flag == 'R') removes_directories = 1;
      else if (*flag == 'f') is_forced = 1;
      else tool_misused(argv[first], "no such option");
    }
  }
  if (first == argc && !is_forced) tool_misused("", "remove what?");
  for (int i = first; i < argc; i++) {
    const char *last = path_last(argv[i]);
    if (strcmp(last, "/") == 0 || strcmp(last, ".") == 0 || strcmp(last, "..") == 0) {
      fprintf(stderr, "rm: %s: this one stays\n", argv[i]);
      status = 1;
    } else if (remove_path(argv[i]) != 0) status = 1;
  }
  return status;
}
