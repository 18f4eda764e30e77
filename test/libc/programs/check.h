/* Counts what is not as it should be, and says where. */
#include <stdio.h>

static int failures;

#define CHECK(condition)                                      \
  do {                                                        \
    if (!(condition)) {                                       \
      failures++;                                             \
      printf("line %d: not true: %s\n", __LINE__, #condition); \
    }                                                         \
  } while (0)
