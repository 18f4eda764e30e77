/* An open-addressing hash table with FNV-1a over small keys. */
#include "support.h"
struct entry { unsigned key; unsigned value; unsigned char used; };
static struct entry table[4096];
static unsigned hash_of(unsigned key) {
  unsigned h = 2166136261u;
  for (int i = 0; i < 4; i++) { h ^= (key >> (8 * i)) & 255; h *= 16777619u; }
  return h;
}
static struct entry *find(unsigned key) {
  unsigned at = hash_of(key) & 4095;
  while (table[at].used && table[at].key != key) at = (at + 1) & 4095;
  return &table[at];
}
int main(void) {
  unsigned sum = 0, key = 1;
  for (int i = 0; i < 12000; i++) {
    struct entry *e = find(key % 3000);
    if (!e->used) { e->used = 1; e->key = key % 3000; e->value = 0; }
    e->value += (unsigned)i;
    key = key * 69069u + 1;
  }
  for (int i = 0; i < 4096; i++) if (table[i].used) sum = sum * 33 + table[i].value;
  show("hash", sum);
  return 0;
}
