/* One mistake in dealing with malloc, chosen by the first argument; the allocator should notice and abort. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(int argc, char **argv) {
  char *volatile a = malloc(40);
  char *volatile b = malloc(40);
  char *c = malloc(40);
  switch (argc > 1 ? atoi(argv[1]) : 0) {
  case 1:
    free(a);
    free(a);
    break;
  case 2:
    free(b + 8);
    break;
  case 3:
    free(b + 16);
    break;
  case 4: /* past the end, into the next header */
    memset(a, 'x', 48);
    free(a);
    break;
  case 5: /* twice, after merging with a neighbour */
    free(a);
    free(b);
    free(b);
    break;
  case 6: { /* write after free, into the links */
    free(b);
    memset(b, 'x', 8);
    free(malloc(40));
    break;
  }
  default:
    break;
  }
  free(c);
  printf("nobody noticed\n");
  return 0;
}
