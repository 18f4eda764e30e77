/* case labels are converted to the promoted type of what is switched on, whatever type they were written in */
static int of_int(int x) {
  switch (x) {
    case 0xffffffff: return 1;
    case 0xfffffff0u ... 0xfffffff8u: return 2;
    case 0x80000000: return 3;
    case 0x100000005: return 4;
  }
  return 0;
}
static int of_unsigned(unsigned x) {
  switch (x) {
    case -1: return 1;
    case -16 ... -8: return 2;
    case 0x80000000: return 3;
  }
  return 0;
}
static int of_wide(unsigned long long x) {
  switch (x) {
    case -1: return 1;
    case -16 ... -8: return 2;
    case 0xffffffff: return 3;
  }
  return 0;
}
static int of_char(unsigned char x) {
  switch (x) {
    case 255: return 1;
    case -1: return 2;
    case 256: return 3;
  }
  return 0;
}

int main(void) {
  if (of_int(-1) != 1 || of_int(-12) != 2 || of_int(-2147483647 - 1) != 3 || of_int(5) != 4 || of_int(-7) != 0) return __LINE__;
  if (of_unsigned(0xffffffff) != 1 || of_unsigned(0xfffffff4) != 2 || of_unsigned(1u << 31) != 3 || of_unsigned(7) != 0) return __LINE__;
  if (of_wide(-1) != 1 || of_wide(-9) != 2 || of_wide(0xffffffff) != 3 || of_wide(0xfffffff4) != 0) return __LINE__;
  if (of_char(255) != 1 || of_char(0) != 0) return __LINE__;
  /* The initial values of a list are evaluated as they stand in the text, also where one replaces another. */
  int k = 3, list[] = {[2] = k++, [0] = k++, [2] = k * 10};
  if (list[0] != k - 1 || list[2] != k * 10) return __LINE__;
  return 0;
}
