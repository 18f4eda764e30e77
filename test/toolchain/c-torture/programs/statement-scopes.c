/* A selection or iteration statement is a block: what its controlling expression declares ends with it (C11 6.8.4p3) */
enum { in = 0 };

int main(void) {
  if (sizeof(enum { in = 1 })) if (!in) return __LINE__;
  if (in) return __LINE__;
  switch (sizeof(enum { in = 1 })) default: if (!in) return __LINE__;
  if (in) return __LINE__;
  while (sizeof(enum { in = 1 })) { if (!in) return __LINE__; break; }
  if (in) return __LINE__;
  do if (in) return __LINE__; while (0 * sizeof(enum { in = 1 }));
  if (in) return __LINE__;
  return 0;
}
