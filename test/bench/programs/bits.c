/* CRC-32, bit counting and 64-bit mixing. */
#include "support.h"
static unsigned table[256];
static unsigned crc(const unsigned char *p, int n) {
  unsigned c = ~0u;
  while (n-- > 0) c = table[(c ^ *p++) & 255] ^ (c >> 8);
  return ~c;
}
static int count_bits(unsigned x) { int n = 0; while (x) { x &= x - 1; n++; } return n; }
static unsigned long long mix(unsigned long long x) {
  x ^= x >> 30; x *= 0xbf58476d1ce4e5b9ull;
  x ^= x >> 27; x *= 0x94d049bb133111ebull;
  return x ^ (x >> 31);
}
int main(void) {
  static unsigned char data[2048];
  unsigned total = 0;
  unsigned long long state = 1;
  for (unsigned i = 0; i < 256; i++) { unsigned c = i; for (int k = 0; k < 8; k++) c = c & 1 ? 0xedb88320u ^ (c >> 1) : c >> 1; table[i] = c; }
  for (int i = 0; i < 2048; i++) data[i] = (unsigned char)(i * i >> 3);
  for (int i = 0; i < 10; i++) { total += crc(data, 2048); data[i] ^= (unsigned char)total; }
  for (unsigned i = 0; i < 4000; i++) total += (unsigned)count_bits(i * 2654435761u);
  for (int i = 0; i < 2000; i++) state += mix(state + (unsigned)i);
  show("total", total);
  show("state", state);
  return 0;
}
