/* There are no sockets. */
#include "../fs/programs/call.h"

int main(int argc, char **argv) {
  int pair[2];
  show("unix", C3(198, 1, 1, 0));
  show("inet", C3(198, 2, 02000001, 0));
  show("unknown flag", C3(198, 1, 0x101, 0));
  show("pair", C4(199, 1, 1, 0, pair));
  return 0;
}
