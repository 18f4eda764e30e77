/* which: where on the PATH a program is. */
#include "lib/paths.h"

static int find(const char *name) {
  const char *path = strchr(name, '/') != NULL || getenv("PATH") == NULL ? "" : getenv("PATH");
  for (;;) {
    size_t bytes = strcspn(path, ":");
    char directory[256];
    snprintf(directory, sizeof directory, "%.*s", (int)bytes, path);
    char *candidate = bytes > 0 ? path_join(directory, name) : strcpy(tool_alloc(NULL, strlen(name) + 1), name);
    int found = access(candidate, X_OK) == 0 && !is_directory(candidate);
    if (found) puts(candidate);
    free(candidate);
    if (found) return 0;
    path += bytes;
    if (*path == '\0') break;
    path++;
  }
  fprintf(stderr, "which: %s: not on the PATH (type NAME also knows what is part of the shell)\n", name);
  return 1;
}

int main(int argc, char **argv) {
  int status = 0;
  tool_start(argc, argv, "which", "usage: which NAME...\nPrints the file that each name starts.\n");
  if (argc < 2) tool_misused("", "which program?");
  for (int i = 1; i < argc; i++) status |= find(argv[i]);
  return tool_finish(status);
}
