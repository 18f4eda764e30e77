/* uname: what machine this is. */
#include <sys/utsname.h>

#include "lib/tool.h"

int main(int argc, char **argv) {
  struct utsname name;
  const char *flags = argc > 1 ? argv[1] : "-s";
  const char *gap = "";
  tool_start(argc, argv, "uname", "usage: uname [-asnrvm]\nPrints the system's name (-s), node, release, version, machine; -a all.\n");
  if (*flags != '-' || strspn(flags + 1, "asnrvm") != strlen(flags + 1)) tool_misused(flags, "no such option");
  if (uname(&name) < 0) return tool_failed("uname");
  const char *parts[] = {name.sysname, name.nodename, name.release, name.version, name.machine};
  for (int i = 0; i < 5; i++) {
    if (strchr(flags, 'a') == NULL && strchr(flags, "snrvm"[i]) == NULL) continue;
    printf("%s%s", gap, parts[i]);
    gap = " ";
  }
  printf("\n");
  return tool_finish(0);
}
