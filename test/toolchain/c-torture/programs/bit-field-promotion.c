/* A bit-field is promoted by its width, also after an assignment to it, but not after a cast */
struct fields { unsigned small : 3; unsigned long long wide : 40; } f = {5, 7};
#define IS_SIGNED(e) _Generic((e), int: 1, default: 0)

int main(void) {
  int minus = -10;
  if (!(minus < f.small)) return __LINE__;
  if (!(minus < (f.small = 2))) return __LINE__;
  if (!(minus < (f.small += 1))) return __LINE__;
  if (!(minus < f.small++)) return __LINE__;
  if (minus < (unsigned)f.small) return __LINE__;
  if (IS_SIGNED(-(unsigned)f.small)) return __LINE__;
  if (IS_SIGNED(+(unsigned)f.small)) return __LINE__;
  if (!IS_SIGNED(+f.small)) return __LINE__;
  return 0;
}
