/* Bytes of a source file that are not UTF-8 are the same bytes in a string. */
static const unsigned char f[] = "\0\377";
static const unsigned char g[] = "\0ÿ";
static const unsigned char h[] = "ไรคร";

int main(void) {
  if (sizeof f != 3 || sizeof g != 3 || f[1] != g[1] || g[1] != 255) return __LINE__;
  if (sizeof h != 5 || h[0] != 0xe4 || h[1] != 0xc3 || h[2] != 0xa4 || h[3] != 0xc3) return __LINE__;
  return 'ไ' == 0xe4 ? 0 : __LINE__;
}
