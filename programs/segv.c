/*
 * segv: what happens at an address that is not ours. The kernel finds no region that allows the access and sends SIGSEGV.
 * Look at: the message of the machine, which has the address, the instruction and the reason; echo $? says 139 = 128 + 11.
 */
#include "lib/tool.h"

static const char usage[] =
    "usage: segv [null|wild|code|jump]\n"
    "  null  stores through a null pointer (default)\n"
    "  wild  loads from an address that no region covers\n"
    "  code  stores into the program's own code, which is read-only\n"
    "  jump  calls a function that lies in data\n";

static int data = 1;

int main(int argc, char **argv) {
  tool_start(argc, argv, "segv", usage);
  const char *kind = argc > 1 ? argv[1] : "null";
  int *volatile target = NULL;
  printf("segv: about to go wrong (%s)\n", kind);
  fflush(stdout);
  if (strcmp(kind, "null") == 0) *target = 1;
  else if (strcmp(kind, "wild") == 0) {
    target = (int *)0x70000000;
    data = *target;
  } else if (strcmp(kind, "code") == 0) {
    target = (int *)(void *)&main;
    *target = 1;
  } else if (strcmp(kind, "jump") == 0) {
    void (*volatile function)(void) = (void (*)(void))(void *)&data;
    function();
  } else tool_misused(kind, "no such mistake is known");
  printf("segv: still here, which should not be\n");
  return 0;
}
