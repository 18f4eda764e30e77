/* test: the shell's condition as a program; see lib/test-expression.h. */
#include "lib/test-expression.h"
#include "lib/tool.h"

static const char usage[] =
    "usage: test EXPRESSION   (or [ EXPRESSION ] in the shell)\n"
    "  -e -f -d -s -r -w -x PATH   exists, is a file, a directory, not empty, readable, writable, executable\n"
    "  -n -z STRING                is not empty, is empty\n"
    "  A = B, A != B               strings\n"
    "  A -eq -ne -lt -le -gt -ge B numbers\n"
    "  ! E, E -a E, E -o E, ( E )  not, and, or, grouping\n";

int main(int argc, char **argv) {
  if (argc == 2) tool_start(argc, argv, "test", usage);
  return test_expression(argc, argv);
}
