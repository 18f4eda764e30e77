/* The address of a part of an object at a constant address is a constant, through arrays too: what homemade offsetof is made of */
struct pair { char first, second; };
struct record { struct pair pairs[10]; int numbers[2]; struct { int deep[4]; } rows[3]; };
#define PLACE(member) ((unsigned int)&((struct record *)0)->member)
static int initial = (int)&((struct record *)0)->pairs[6].second;
_Static_assert(PLACE(pairs[6].second) == 13, "an element's member");
_Static_assert((unsigned int)((struct record *)0)->numbers == 20, "an array that decays");
_Static_assert(PLACE(rows[2].deep[3]) == 28 + 2 * 16 + 3 * 4, "two arrays deep");
static char sized[PLACE(pairs[3].second)];

int main(void) {
  if (initial != 13 || sizeof sized != 7) return __LINE__;
  switch (initial) {
    case PLACE(pairs[6].second): break;
    default: return __LINE__;
  }
  char *up = (char *)0 + 5;
  int *down = (int *)0 - 1;
  if ((unsigned int)up != 5 || (unsigned int)down != 0xfffffffcu || up - (char *)0 != 5) return __LINE__;
  return 0;
}
