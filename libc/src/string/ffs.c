/* Position of the lowest set bit, from 1; 0 if there is none. */
#include <strings.h>

int ffs(int value) {
  unsigned int bits = (unsigned int)value;
  if (bits == 0) {
    return 0;
  }
  int position = 1;
  for (; (bits & 1) == 0; bits >>= 1) {
    position++;
  }
  return position;
}

int ffsl(long value) {
  return ffs((int)value);
}

int ffsll(long long value) {
  int low = ffs((int)value);
  if (low != 0) {
    return low;
  }
  int high = ffs((int)(value >> 32));
  return high != 0 ? high + 32 : 0;
}
