/* size: sizes of sections. Run by the host on this machine's files (lib/host-tool.h). */
#include "lib/host-tool.h"

int main(int argc, char **argv) {
  (void)argc;
  return host_tool("size", argv);
}
