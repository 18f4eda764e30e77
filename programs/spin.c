/* spin: computes until Ctrl-C. Look at: the machine stays usable (spin &, then ps), because time slices end. */
#include <signal.h>

#include "lib/proc.h"
#include "lib/tool.h"

static volatile sig_atomic_t stopped;

static void stop(int number) { stopped = number; }

int main(int argc, char **argv) {
  tool_start(argc, argv, "spin", "usage: spin [SECONDS]\nComputes until Ctrl-C, or for SECONDS of the machine's time.\n");
  long limit = argc > 1 ? tool_number(argv[1], 1, 3600, "SECONDS") * 1000 : 0;
  unsigned long rounds = 0;
  long start = milliseconds();
  signal(SIGINT, stop);
  signal(SIGTERM, stop);
  while (!stopped) {
    rounds++;
    if (rounds % 65536 == 0 && limit > 0 && milliseconds() - start >= limit) break;
  }
  if (stopped == SIGINT) printf("\n"); /* behind the ^C that the terminal shows */
  printf("%lu rounds in %ld ms of the machine's time\n", rounds, milliseconds() - start);
  return stopped ? 128 + stopped : 0;
}
