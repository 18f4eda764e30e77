/* ls: lists directories, sorted, in columns on a terminal. */
#include <dirent.h>
#include <stdbool.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "lib/tool.h"

static const char usage[] =
    "usage: ls [-1adl] [PATH...]\n"
    "  -l  long: type and permissions, links, bytes, time of the last change (UTC), name\n"
    "  -a  also names that begin with a dot\n"
    "  -d  a directory itself, not what is in it\n"
    "  -1  one name a line\n";

static bool is_long, shows_dots, keeps_directories, is_single;

typedef struct Names {
  char **items;
  int count;
} Names;

static void add(Names *names, const char *name) {
  names->items = tool_alloc(names->items, (size_t)(names->count + 1) * sizeof *names->items);
  names->items[names->count] = tool_alloc(NULL, strlen(name) + 1);
  strcpy(names->items[names->count++], name);
}

static int by_name(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

static void print_mode(mode_t mode) {
  static const char letters[] = "rwxrwxrwx";
  char text[11] = "----------";
  text[0] = S_ISDIR(mode) ? 'd' : S_ISLNK(mode) ? 'l' : S_ISCHR(mode) ? 'c' : S_ISBLK(mode) ? 'b' : S_ISFIFO(mode) ? 'p' : '-';
  for (int i = 0; i < 9; i++)
    if (mode & (0400u >> i)) text[i + 1] = letters[i];
  printf("%s", text);
}

static int print_long(const char *path, const char *name) {
  struct stat status;
  char when[24] = "";
  char target[256];
  if (lstat(path, &status) < 0) return tool_failed(path);
  time_t changed = status.st_mtime;
  strftime(when, sizeof when, "%Y-%m-%d %H:%M", gmtime(&changed));
  print_mode(status.st_mode);
  printf(" %3lu %9lld %s %s", (unsigned long)status.st_nlink, (long long)status.st_size, when, name);
  if (S_ISLNK(status.st_mode)) {
    ssize_t bytes = readlink(path, target, sizeof target - 1);
    if (bytes > 0) printf(" -> %.*s", (int)bytes, target);
  }
  printf("\n");
  return 0;
}

/* Names one below the other, in as many columns as the terminal has room for. */
static void print_columns(const Names *names) {
  struct winsize size;
  int width = 2;
  int screen = isatty(1) && ioctl(1, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
  for (int i = 0; i < names->count; i++)
    if ((int)strlen(names->items[i]) + 2 > width) width = (int)strlen(names->items[i]) + 2;
  int columns = is_single || !isatty(1) || width > screen ? 1 : screen / width;
  int rows = (names->count + columns - 1) / columns;
  for (int row = 0; row < rows; row++) {
    for (int i = row; i < names->count; i += rows)
      printf("%-*s", i + rows < names->count ? width : 0, names->items[i]);
    printf("\n");
  }
}

static int print_names(const char *directory, Names *names) {
  int status = 0;
  qsort(names->items, (size_t)names->count, sizeof *names->items, by_name);
  if (!is_long) print_columns(names);
  for (int i = 0; i < names->count; i++) {
    size_t bytes = strlen(directory) + strlen(names->items[i]) + 2;
    char *path = tool_alloc(NULL, bytes);
    snprintf(path, bytes, "%s%s%s", directory, *directory == '\0' ? "" : "/", names->items[i]);
    if (is_long && print_long(path, names->items[i]) != 0) status = 1;
    free(path);
    free(names->items[i]);
  }
  free(names->items);
  return status;
}

static int list(const char *path) {
  Names names = {NULL, 0};
  DIR *directory = opendir(path);
  if (directory == NULL) return tool_failed(path);
  for (struct dirent *entry = readdir(directory); entry != NULL; entry = readdir(directory))
    if (shows_dots || entry->d_name[0] != '.') add(&names, entry->d_name);
  closedir(directory);
  return print_names(path, &names);
}

int main(int argc, char **argv) {
  int first = 1;
  int status = 0;
  tool_start(argc, argv, "ls", usage);
  for (; first < argc && argv[first][0] == '-' && argv[first][1] != '\0'; first++)
    for (const char *flag = argv[first] + 1; *flag != '\0'; flag++) {
      if (*flag == 'l') is_long = true;
      else if (*flag == 'a' || *flag == 'A') shows_dots = true;
      else if (*flag == 'd') keeps_directories = true;
      else if (*flag == '1') is_single = true;
      else tool_misused(argv[first], "no such option");
    }
  if (first == argc) argv[--first] = "."; /* the slot of an option, or of the program name */
  Names files = {NULL, 0};
  int directories = 0;
  for (int i = first; i < argc; i++) {
    struct stat about;
    if (lstat(argv[i], &about) < 0) tool_failed(argv[i]), status = 2, argv[i] = NULL;
    else if (!S_ISDIR(about.st_mode) && (is_long || stat(argv[i], &about) < 0 || !S_ISDIR(about.st_mode))) add(&files, argv[i]), argv[i] = NULL;
    else if (keeps_directories) add(&files, argv[i]), argv[i] = NULL;
    else directories++;
  }
  bool has_titles = directories > 1 || files.count > 0 || argc - first > 1;
  bool needs_gap = files.count > 0;
  if (files.count > 0 && print_names("", &files) != 0) status = 1;
  for (int i = first; i < argc; i++) {
    if (argv[i] == NULL) continue;
    if (has_titles) printf("%s%s:\n", needs_gap ? "\n" : "", argv[i]);
    needs_gap = true;
    if (list(argv[i]) != 0) status = 1;
  }
  return tool_finish(status);
}
