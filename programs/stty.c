/* stty: the terminal's settings. */
#include <stdbool.h>
#include <sys/ioctl.h>
#include <termios.h>

#include "lib/tool.h"

static const char usage[] =
    "usage: stty [-a | size | sane | raw | [-]NAME...]\n"
    "  size  rows and columns    sane  what a shell expects    raw  bytes as they are typed\n"
    "  NAME  echo icanon isig icrnl ixon opost onlcr tostop; with a minus before it: off\n";

enum Part { INPUT, OUTPUT, LOCAL };

static const struct {
  const char *name;
  enum Part part;
  tcflag_t bit;
} flags[] = {{"icrnl", INPUT, ICRNL}, {"ixon", INPUT, IXON}, {"opost", OUTPUT, OPOST}, {"onlcr", OUTPUT, ONLCR},
             {"isig", LOCAL, ISIG},   {"icanon", LOCAL, ICANON}, {"echo", LOCAL, ECHO}, {"echoe", LOCAL, ECHOE},
             {"tostop", LOCAL, TOSTOP}};

enum { FLAGS = sizeof flags / sizeof flags[0] };

static tcflag_t *word_of(struct termios *modes, enum Part part) {
  return part == INPUT ? &modes->c_iflag : part == OUTPUT ? &modes->c_oflag : &modes->c_lflag;
}

static bool set(struct termios *modes, const char *name) {
  bool is_off = *name == '-';
  for (int i = 0; i < FLAGS; i++) {
    if (strcmp(flags[i].name, name + is_off) != 0) continue;
    if (is_off) *word_of(modes, flags[i].part) &= ~flags[i].bit;
    else *word_of(modes, flags[i].part) |= flags[i].bit;
    return true;
  }
  return false;
}

static void print(struct termios *modes, bool shows_all) {
  static const struct {
    const char *name;
    int index;
  } keys[] = {{"intr", VINTR}, {"quit", VQUIT}, {"erase", VERASE}, {"kill", VKILL}, {"eof", VEOF}, {"susp", VSUSP}};
  struct winsize size;
  if (ioctl(0, TIOCGWINSZ, &size) == 0) printf("%d rows, %d columns\n", size.ws_row, size.ws_col);
  for (int i = 0; i < 6 && shows_all; i++) {
    int c = modes->c_cc[keys[i].index];
    if (c == 127) printf("%s = ^?; ", keys[i].name);
    else if (c < 32) printf("%s = ^%c; ", keys[i].name, c + 64);
    else printf("%s = %c; ", keys[i].name, c);
  }
  if (shows_all) printf("\n");
  for (int i = 0; i < FLAGS; i++) printf("%s%s ", *word_of(modes, flags[i].part) & flags[i].bit ? "" : "-", flags[i].name);
  printf("\n");
}

int main(int argc, char **argv) {
  struct termios modes;
  struct winsize size;
  tool_start(argc, argv, "stty", usage);
  if (tcgetattr(0, &modes) < 0) return tool_failed("input (stty looks at the terminal there)");
  if (argc == 1 || strcmp(argv[1], "-a") == 0) {
    print(&modes, argc > 1);
    return tool_finish(0);
  }
  if (strcmp(argv[1], "size") == 0) {
    if (ioctl(0, TIOCGWINSZ, &size) < 0) return tool_failed("size");
    printf("%d %d\n", size.ws_row, size.ws_col);
    return tool_finish(0);
  }
  for (int i = 1; i < argc; i++) {
    static const char *const sane[] = {"icrnl", "ixon", "opost", "onlcr", "isig", "icanon", "echo", "echoe", "-tostop"};
    static const char *const raw[] = {"-icrnl", "-ixon", "-opost", "-isig", "-icanon"};
    if (strcmp(argv[i], "sane") == 0) for (int j = 0; j < 9; j++) set(&modes, sane[j]);
    else if (strcmp(argv[i], "raw") == 0) for (int j = 0; j < 5; j++) set(&modes, raw[j]);
    else if (!set(&modes, argv[i])) tool_misused(argv[i], "no such setting");
  }
  return tcsetattr(0, TCSADRAIN, &modes) < 0 ? tool_failed("terminal") : 0;
}
