/* cc: compiles and links C: cc -o hello hello.c. Run by the host on this machine's files (lib/host-tool.h). */
#include "lib/host-tool.h"

int main(int argc, char **argv) {
  (void)argc;
  return host_tool("cc", argv);
}
