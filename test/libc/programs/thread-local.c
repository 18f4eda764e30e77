/* Thread-local objects begin with their initial values, zero where there is none, at their alignment. */
#include <stdint.h>

#include "check.h"

static __thread int plain = 0, given = 5;
_Thread_local char text[100] = "hello";
_Thread_local _Alignas(64) int aligned = 7;
__thread long long wide[40];

__attribute__((constructor)) static void early(void) { CHECK(plain == 0 && given == 5 && aligned == 7); }

int main(void) {
  CHECK(plain == 0 && given == 5 && text[4] == 'o' && text[99] == 0 && wide[0] == 0 && wide[39] == 0);
  CHECK(aligned == 7 && (uintptr_t)&aligned % 64 == 0 && (uintptr_t)wide % 8 == 0);
  int *place = &plain;
  plain = 3;
  wide[39] = -1;
  CHECK(*place == 3 && given == 5 && wide[39] == -1 && text[0] == 'h');
  printf("%d failures\n", failures);
  return failures != 0;
}
