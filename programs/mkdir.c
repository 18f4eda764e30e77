/* mkdir: makes directories; with -p also those on the way, and one that exists is no error. */
#include "lib/paths.h"

static int make_with_parents(char *path) {
  for (char *slash = strchr(path + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
    *slash = '\0';
    if (mkdir(path, 0777) < 0 && !is_directory(path)) return tool_failed(path);
    *slash = '/';
  }
  return mkdir(path, 0777) < 0 && !is_directory(path) ? tool_failed(path) : 0;
}

int main(int argc, char **argv) {
  int with_parents = argc > 1 && strcmp(argv[1], "-p") == 0;
  int is_option = !with_parents && argc > 1 && argv[1][0] == '-';
  int status = 0;
  tool_start(argc, argv, "mkdir", "usage: mkdir [-p] DIRECTORY...\nMakes directories; -p: those on the way too, and no error when they exist.\n");
  if (is_option) tool_misused(argv[1], "no such option");
  if (argc - with_parents < 2) tool_misused("", "make which?");
  for (int i = 1 + with_parents; i < argc; i++) {
    if (with_parents ? make_with_parents(argv[i]) : mkdir(argv[i], 0777) < 0 && tool_failed(argv[i])) status = 1;
  }
  return status;
}
