/*
 * hello: the smallest program. Even this one faults: its code, its stack and its data are reserved at exec, and frames
 * come when they are touched. Look at: time hello.
 */
#include <stdio.h>

int main(int argc, char **argv) {
  if (argc > 1) printf("Hello, %s!\n", argv[1]);
  else printf("Hello from the machine.\n");
  return 0;
}
