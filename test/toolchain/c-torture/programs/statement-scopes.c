/* A selection or iteration statement is a block: so is each statement that it governs, and what is declared in one ends with it (C11 6.8.4p3) */
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
  struct s { int a; };
  int outer = sizeof(struct s), first, second;
  if ((first = sizeof(struct s { int a, b; }))) second = sizeof(struct s { int a, b, c; });
  if (outer != 4 || first != 8 || second != 12) return __LINE__;
  if (outer == 0) second = sizeof(struct s { int a; }); else second = sizeof(struct s { int a, b, c, d; });
  if (second != 16) return __LINE__;
  do second = sizeof(struct s { int a, b; }); while ((first = sizeof(struct s { int a, b, c; })), 0);
  if (first != 12 || second != 8) return __LINE__;
  return 0;
}
