/** What students write: each slip gives one message at its place, says what is meant, and brings no others with it. */
import { expect, test } from "vitest";
import { check, lines } from "./check-c.ts";

const WARNINGS = ["Wall", "Wextra", "Wno-unused-parameter", "Wno-unused-variable"];
const IO =
  "int puts(const char *); int printf(const char *, ...); int strcmp(const char *, const char *); void *malloc(unsigned); void free(void *); char *strcpy(char *, const char *); void *memset(void *, int, unsigned); int read(int, void *, unsigned); int execlp(const char *, const char *, ...);\n";

/** [what, program after a line of prototypes, the messages with their places, text of the hint or of the fix] */
const SLIPS: readonly (readonly [string, string, readonly string[], string])[] = [
  [
    "commas in a for",
    "int f(void) {\n  int s = 0;\n  for (int i = 0, i < 10, i++)\n    s += i;\n  return s;\n}",
    ["4:17: error: the three parts of a 'for' are separated by ';', not ','"],
    ";",
  ],
  [
    "one comma in a for",
    "int f(int i) {\n  for (i = 0; i < 10, i++)\n    ;\n  return i;\n}",
    ["3:21: error: the three parts of a 'for' are separated by ';', not ','"],
    ";",
  ],
  [
    "a semicolon between arguments",
    "int add(int a, int b) { return a + b; }\nint f(void) {\n  int x = add(1; 2);\n  return x;\n}",
    ["4:16: error: arguments are separated by ',', not ';'"],
    ",",
  ],
  [
    "a macro that ends in a semicolon",
    "#define N 10;\nint f(void) {\n  int a[N];\n  for (int i = 0; i < N; i++)\n    a[i] = i;\n  return a[0];\n}",
    ["4:9: error: the macro 'N' ends in ';', which stands in the middle of an expression here"],
    "take the ';' out of the #define",
  ],
  [
    "a brace too many",
    'int f(void) {\n  if (1) {\n    puts("x");\n  }}\n  return 0;\n}\nint g(void) { return 1; }',
    ["6:3: error: 'return' stands outside a function"],
    "there is one '}' too many here or above, or a '{' is missing",
  ],
  [
    "a closing brace alone",
    "int f(void) { return 0; }\n}\nint g;",
    ["3:1: error: this '}' closes nothing"],
    "there is one '}' too many here or above, or a '{' is missing",
  ],
  [
    "a body without its brace",
    "int f(int x)\n  return x;\n}\nint g(void) { return f(1); }",
    ["2:13: error: expected '{' after ')': a function's body stands in braces"],
    " {",
  ],
  [
    "a brace missing at the end of a function",
    "int f(int x) {\n  if (x > 1) {\n    return 2;\n  return 1;\n}\nint g(void) {\n  return f(2);\n}",
    ["7:1: error: expected '}' before 'int': a function cannot be defined inside another"],
    "is the '}' of the function above 'g' missing?",
  ],
  [
    "a misspelt tag",
    "struct point { int x; };\nint f(void) {\n  struct piont q;\n  return 0;\n}",
    ["4:16: error: 'q' has the incomplete type 'struct piont'"],
    "did you mean 'struct point'?",
  ],
  [
    "a type of C++",
    "string name;",
    ["2:1: error: unknown type name 'string'"],
    "C has no type for strings: use an array of char, or char *",
  ],
  [
    "=+",
    "int f(int x) {\n  x =+ 2;\n  return x;\n}",
    ["3:5: warning: '=+' assigns; to change the variable by a value, write '+=' [-Wtransposed-assignment]"],
    "+=",
  ],
  [
    "an if that ends too early",
    'void f(int x) {\n  if (x == 2);\n    puts("two");\n}',
    ["3:14: warning: the body of this 'if' is empty: a lone ';' [-Wempty-body]"],
    "",
  ],
  [
    "a for that ends too early",
    'void f(int x) {\n  for (int i = 0; i < x; i++);\n    puts("two");\n}',
    ["3:3: warning: this 'for' does not govern the statement after its body [-Wmisleading-indentation]"],
    "a ';' ends it here",
  ],
  [
    "a string in single quotes",
    "int f(void) {\n  return puts('x');\n}",
    ["3:15: error: argument 1 of 'puts' of type 'int' makes a pointer out of an integer ('const char *')"],
    'a string stands in double quotes: "x"',
  ],
  [
    "a character in double quotes",
    'int f(void) {\n  char c = "a";\n  return c;\n}',
    ["3:12: error: the initial value of type 'char *' makes an integer out of a pointer ('char')"],
    "a single character stands in single quotes: 'a'",
  ],
  [
    "the element after the last",
    "int f(void) {\n  int a[10] = {0}, *end = &a[10];\n  return a[10] + *end;\n}",
    ["4:12: warning: the index 10 is outside the array, which has 10 elements [-Warray-bounds]"],
    "its elements are 0 to 9",
  ],
  [
    "an assignment to a call",
    'int f(char *a) {\n  if (strcmp(a, "x") = 0) return 1;\n  return 0;\n}',
    ["3:7: error: an assignment needs a variable or another object that can be changed; this is only a value"],
    "write '==' to compare what the call returns",
  ],
  [
    "arrays compared",
    'int f(void) {\n  char a[] = "x", b[] = "y";\n  return a == b;\n}',
    ["4:12: warning: this compares where two arrays are, not what is in them [-Warray-compare]"],
    "compare their elements, for example with memcmp or strcmp",
  ],
  [
    "elseif",
    "int f(int x) {\n  if (x == 1) {\n    return 1;\n  } elseif (x == 2) {\n    return 2;\n  } else {\n    return 3;\n  }\n}",
    ["5:5: error: 'elseif' is not a word of C; 'else if' is"],
    "else if",
  ],
  [
    "elif without braces",
    "int f(int x) {\n  if (x == 1)\n    return 1;\n  elif (x == 2)\n    return 2;\n  else\n    return 3;\n}",
    ["5:3: error: 'elif' is not a word of C; 'else if' is"],
    "else if",
  ],
  [
    "an else with a condition",
    "int f(int x) {\n  if (x == 1) {\n    return 1;\n  } else (x == 2) {\n    return 2;\n  }\n  return 0;\n}",
    ["5:5: error: an 'else' has no condition; 'else if' has"],
    "else if",
  ],
  [
    "a condition without parentheses",
    "int f(int x) {\n  if x > 3 {\n    return 1;\n  }\n  return 0;\n}",
    ["3:6: error: expected '(' after 'if': its condition stands in parentheses"],
    "(x > 3)",
  ],
  [
    "misspelt words before parentheses",
    "int f(int x) {\n  fro (int i = 0; i < x; i++) { }\n  swich (x) { case 1: break; }\n  whle (x) x--;\n  retrun x;\n}",
    [
      "3:3: error: unknown word 'fro'",
      "4:3: error: unknown word 'swich'",
      "5:3: error: unknown word 'whle'",
      "6:3: error: unknown word 'retrun'",
    ],
    "did you mean 'for'?",
  ],
  [
    "words with a capital",
    "int f(int x) {\n  Int y = 1;\n  If (x) { y = 2; }\n  Return y;\n}",
    ["3:3: error: unknown type name 'Int'", "4:3: error: unknown word 'If'", "5:3: error: unknown word 'Return'"],
    "did you mean 'int'?",
  ],
  [
    "misspelt words at the margin",
    "cosnt int x = 3;\nunsinged int y;\nstrcut p { int a; };\ntypdef int number;",
    [
      "2:1: error: unknown word 'cosnt'",
      "3:1: error: unknown word 'unsinged'",
      "4:1: error: unknown word 'strcut'",
      "5:1: error: unknown word 'typdef'",
    ],
    "did you mean 'const'?",
  ],
  [
    "=>",
    "int f(int x) {\n  if (x => 3)\n    return 1;\n  return 0;\n}",
    ["3:9: error: '=>' is no operator of C; '>=' is"],
    ">=",
  ],
  [
    "=<",
    "int f(int x) {\n  while (x =< 3)\n    x++;\n  return x;\n}",
    ["3:12: error: '=<' is no operator of C; '<=' is"],
    "<=",
  ],
  [":=", "int f(void) {\n  int x;\n  x := 3;\n  return x;\n}", ["4:5: error: ':=' is no operator of C; '=' is"], "="],
  [
    "and, or, not",
    "int f(int a, int b) {\n  if (a and b) return 1;\n  if (not a) return 3;\n  return 0;\n}",
    ["3:9: error: C writes '&&' for 'and'", "4:7: error: C writes '!' for 'not'"],
    "or #include <iso646.h>, which defines 'and'",
  ],
  [
    "a misspelt #ifdef",
    "#define DEBUG 1\n#ifdfe DEBUG\nint x;\n#endif\nint y;",
    ["3:1: error: unknown directive #ifdfe"],
    "did you mean #ifdef?",
  ],
  [
    "a misspelt #include",
    '#inclde "s.h"\nint f(void) { return declared_there(); }',
    ["2:1: error: unknown directive #inclde"],
    "did you mean #include?",
  ],
  [
    "a misspelt #endif",
    "#ifdef A\nint x;\n#endfi\nint y;",
    ["2:2: error: #ifdef without #endif"],
    "did you mean #endif where #endfi stands, in line 4?",
  ],
  [
    "directives in capitals",
    "#DEFINE N 3\nint a[N];",
    ["2:1: error: unknown directive #DEFINE"],
    "did you mean #define?",
  ],
  ["a directive without #", "define N 3\nint a;", ["2:1: error: a directive begins with '#': #define"], "#define"],
  [
    "a header without brackets",
    "#include s.h\nint f(void) { return declared_there(); }",
    ['2:10: error: #include needs "file" or <file>'],
    "write #include <s.h>",
  ],
  [
    "a header of C++",
    "#include <iostream>\nint main() { return 0; }",
    ["2:10: error: there is no file 'iostream' to include"],
    "it belongs to C++; C's input and output are in <stdio.h>",
  ],
  [
    "text after an #include",
    '#include "s.h";\nint f(void) { return declared_there(); }',
    ["2:15: warning: extra text after #include [-Wextra-tokens]"],
    "",
  ],
  [
    "curly quotes",
    "int f(void) {\n  return puts(“hello\\n”);\n}",
    ['3:15: error: a string stands in plain double quotes ("); these are “ (U+201C) and ”'],
    '"hello\\n"',
  ],
  [
    "full-width punctuation",
    "int f(void) {\n  int x = 3；\n  return x；\n}",
    [
      "3:12: error: '；' (U+FF1B) is a character of its own in C, not ';'",
      "4:11: error: '；' (U+FF1B) is a character of its own in C, not ';'",
    ],
    ";",
  ],
  [
    "a string without its end",
    'int f(void) {\n  puts("hello);\n  return 0;\n}',
    ['3:8: error: unterminated string; expected a closing "'],
    '"hello"',
  ],
  [
    "a format without its end",
    'int f(int x) {\n  printf("%d\\n, x);\n  return 0;\n}',
    ['3:10: error: unterminated string; expected a closing "'],
    '"%d\\n"',
  ],
  [
    "a character without its end",
    "int f(void) {\n  char c = 'a;\n  return c;\n}",
    ["3:12: error: unterminated character; expected a closing '"],
    "'a'",
  ],
  [
    "an escape outside the quotes",
    'int f(void) {\n  return puts("hi"\\n);\n}',
    ["3:19: error: stray '\\' in the program"],
    "'\\n' stands for a character only inside quotes: is the closing quote in the wrong place?",
  ],
  [
    "a comment without its end",
    "int f(void) {\n  int x = 1; /* start\n  return x;\n}",
    ["3:14: error: this comment is never closed; expected */"],
    "",
  ],
  [
    "the end of a comment alone",
    "int f(void) {\n  int x = 1; */\n  return x;\n}",
    ["3:14: error: this '*/' ends no comment"],
    "is its '/*' missing, or does an earlier '*/' end the comment?",
  ],
  [
    "a # in the middle of a line",
    "int f(void) {\n  int x = 1; # a comment\n  return x;\n}",
    ["3:14: error: stray '#' in the program"],
    "a directive stands on a line of its own; a comment begins with //",
  ],
  [
    "a name that begins with a digit",
    "int f(void) {\n  int 2x = 3;\n  return 2x;\n}",
    ["3:7: error: a name cannot begin with a digit: '2x'"],
    "",
  ],
  [
    "a macro that begins with =",
    "#define SIZE = 10\nint a[SIZE];\nint b[SIZE];",
    ["3:7: error: the macro 'SIZE' begins with '=', which stands before its value here"],
    "take the '=' out of the #define",
  ],
  [
    "a macro's call without its end",
    "#define SQ(x) ((x) * (x))\nint f(void) { return SQ(3; }\nint g(void) { return 0; }",
    ["3:22: error: the invocation of macro 'SQ' is never closed; expected ')'"],
    "",
  ],
  [
    "a macro with too few arguments",
    "#define MAX(a, b) ((a) > (b) ? (a) : (b))\nint f(void) { return MAX(1); }",
    ["3:22: error: macro 'MAX' takes 2 arguments, 1 given"],
    "",
  ],
  [
    "a mistake in a macro",
    "#define GET(p) ((p)->valeu)\nstruct s { int value; };\nint f(struct s *p) { return GET(p); }",
    ["4:29: error: 'struct s' has no member 'valeu'"],
    "did you mean 'value'?",
  ],
  [
    "a parenthesis too many",
    "int f(int x) {\n  if (x > 3))\n    return 1;\n  return 0;\n}",
    ["3:13: error: this ')' closes nothing"],
    "",
  ],
  [
    "a case that ends in ;",
    "int f(int x) {\n  switch (x) {\n    case 1; return 1;\n    default: return 2;\n  }\n}",
    ["4:11: error: a 'case' ends in ':', not ';'"],
    ":",
  ],
  [
    "a case with two values",
    "int f(int x) {\n  switch (x) {\n    case 3, 4: return 2;\n  }\n  return 0;\n}",
    ["4:11: error: a 'case' has one value"],
    "write 'case' and ':' for each of them",
  ],
  [
    "members separated by ,",
    "struct point {\n  int x,\n  int y;\n};",
    ["3:8: error: the members of a struct end in ';', not ','"],
    ";",
  ],
  [
    "enumerators separated by ;",
    "enum color { RED; GREEN; BLUE };\nint f(void) { return RED; }",
    ["2:17: error: the names of an enum are separated by ',', not ';'"],
    ",",
  ],
  [
    "a member with a value",
    "struct point { int x = 0; int y; };\nint f(struct point *p) { return p->x; }",
    ["2:22: error: a member of a struct cannot have an initial value here"],
    "give it one where a variable of the struct is declared, or assign it later",
  ],
  [
    "a tag without struct",
    "struct point { int x; };\nint f(void) { point p; p.x = 1; return p.x; }",
    ["3:15: error: unknown type name 'point'"],
    "did you mean 'struct point'?",
  ],
  [
    "a list's node without struct",
    "typedef struct node {\n  int v;\n  node *next;\n} node;",
    ["4:3: error: unknown type name 'node'"],
    "did you mean 'struct node'?",
  ],
  [
    "a parameter without a type",
    "int add(int a, b) {\n  return a + b;\n}",
    ["2:16: error: the parameter 'b' has no type"],
    "each parameter has a type of its own",
  ],
  [
    "types in a call",
    "int add(int a, int b);\nint f(void) {\n  return add(int 1, int 2);\n}",
    ["4:14: error: an argument is only a value: its type is not repeated in the call"],
    "",
  ],
  [
    "arguments without a comma",
    'int f(int x) {\n  return printf("%d\\n" x);\n}',
    ["3:23: error: expected ',' after '\"%d\\n\"'"],
    ",",
  ],
  [
    "a declaration without its ;",
    "int total\nint f(int *a) {\n  return total + *a;\n}",
    ["2:10: error: expected ';' after 'total'"],
    ";",
  ],
  [
    "a body after ;",
    "int add(int a, int b);\n{\n  return a + b;\n}\nint f(void) { return add(1, 2); }",
    ["2:22: error: this ';' ends the declaration, so that the body below belongs to no function"],
    "",
  ],
  [
    "a function in a function",
    "int f(void) {\n  int sq(int x) { return x * x; }\n  return sq(2);\n}",
    ["3:3: error: a function cannot be defined inside another"],
    "move 'sq' above the function that it stands in",
  ],
  [
    "a class",
    "class Point {\n  int x;\n};",
    ["2:1: error: 'class' belongs to C++: C has no classes"],
    "use 'struct', and functions that take a pointer to it",
  ],
  [
    "references",
    "void swap(int &a, int &b) {\n  int t = a; a = b; b = t;\n}",
    ["2:15: error: C has no references"],
    "take a pointer (int *a), pass an address (&x) and write *a for what it points to",
  ],
  [
    "new and delete",
    "int f(void) {\n  int *p = new int[10];\n  delete[] p;\n  return p != 0;\n}",
    ["3:12: error: 'new' belongs to C++", "4:3: error: 'delete' belongs to C++"],
    "allocate with malloc, from <stdlib.h>: malloc(n * sizeof(int))",
  ],
  [
    "a namespace",
    'int f(void) {\n  std::cout << "hello" << std::endl;\n  return 0;\n}',
    ["3:6: error: '::' belongs to C++: C has no namespaces and no classes"],
    "print with printf and read with scanf, from <stdio.h>",
  ],
  ["null", "int *f(void) { return null; }", ["2:23: error: 'null' is not declared"], "C writes 'NULL'"],
  [
    "brackets before the name",
    "int f(void) {\n  int[10] b;\n  b[0] = 1;\n  return b[0];\n}",
    ["3:6: error: the brackets of an array stand after its name"],
    "b[10]",
  ],
  [
    "a for over elements",
    "int f(int *a) {\n  for (int x : a) { }\n  return *a;\n}",
    ["3:14: error: C has no 'for' over the elements of something"],
    "count with an index: for (int i = 0; i < n; i++)",
  ],
  [
    "a declaration as a body",
    "int f(int x) {\n  if (x)\n    int y = 3;\n  return x;\n}",
    ["4:5: error: a declaration cannot be all that a statement governs"],
    "put it into braces, or declare the variable before",
  ],
  [
    "a string's pointer compared",
    'int f(const char *s) {\n  return s == "abc";\n}',
    ["3:12: warning: this compares addresses, not the texts [-Wstring-compare]"],
    "use strcmp to compare what the strings say",
  ],
  [
    "a freed pointer freed again",
    "void f(void) {\n  int *p = malloc(4);\n  free(p);\n  free(p);\n}",
    ["5:3: warning: 'p' is freed twice [-Wuse-after-free]"],
    "",
  ],
  [
    "a freed pointer returned",
    "int *f(void) {\n  int *p = malloc(4);\n  free(p);\n  return p;\n}",
    ["5:10: warning: 'p' is used after it was freed [-Wuse-after-free]"],
    "",
  ],
  [
    "a list freed while it is walked",
    "struct node { struct node *next; };\nvoid f(struct node *h) {\n  for (struct node *n = h; n; n = n->next) free(n);\n}",
    ["4:35: warning: 'n' is used after it was freed [-Wuse-after-free]"],
    "",
  ],
  [
    "a sum without a beginning",
    "int f(int *a) {\n  int sum;\n  for (int i = 0; i < 10; i++)\n    sum += a[i];\n  return sum;\n}",
    ["5:5: warning: 'sum' is used before it has a value [-Wuninitialized]"],
    "give it an initial value where it is declared",
  ],
  [
    "a value on one way only",
    "int f(int c) {\n  int x;\n  if (c) x = 1;\n  return x;\n}",
    ["5:10: warning: 'x' may be used before it has a value [-Wmaybe-uninitialized]"],
    "give it an initial value where it is declared",
  ],
  [
    "a loop one too far",
    "int f(void) {\n  int a[10];\n  for (int i = 0; i <= 10; i++)\n    a[i] = i;\n  return a[0];\n}",
    ["5:7: warning: the index reaches 10 in this loop, outside the array, which has 10 elements [-Warray-bounds]"],
    "its elements are 0 to 9: is '<' meant where the loop has '<='?",
  ],
  [
    "a loop one too far through *",
    "int f(void) {\n  int a[5] = {0}, s = 0;\n  for (int i = 0; i <= 5; i++)\n    s += *(a + i);\n  return s;\n}",
    ["5:16: warning: the index reaches 5 in this loop, outside the array, which has 5 elements [-Warray-bounds]"],
    "its elements are 0 to 4: is '<' meant where the loop has '<='?",
  ],
  [
    "a member in a loop one too far",
    "struct s { int m[2]; };\nint f(void) {\n  struct s a[3];\n  for (int i = 0; i <= 3; i++)\n    a[i].m[1] = i;\n  return a[0].m[1];\n}",
    ["6:7: warning: the index reaches 3 in this loop, outside the array, which has 3 elements [-Warray-bounds]"],
    "its elements are 0 to 2: is '<' meant where the loop has '<='?",
  ],
  [
    "rows and columns exchanged",
    "int f(void) {\n  int a[3][4];\n  for (int i = 0; i < 4; i++)\n    for (int j = 0; j < 3; j++)\n      a[i][j] = 0;\n  return a[0][0];\n}",
    ["6:9: warning: the index reaches 3 in this loop, outside the array, which has 3 elements [-Warray-bounds]"],
    "its elements are 0 to 2",
  ],
  [
    "a string that is too long",
    'int f(void) {\n  char b[5];\n  strcpy(b, "hello");\n  return b[0];\n}',
    [
      "4:3: warning: 'strcpy' writes 6 bytes, the closing zero among them, and there is room for 5 [-Wstringop-overflow]",
    ],
    "make the array larger, or give its size: sizeof",
  ],
  [
    "more bytes than there are",
    "int f(void) {\n  char b[5];\n  memset(b, 0, 100);\n  return read(0, b + 1, 5) + b[0];\n}",
    [
      "4:3: warning: 'memset' writes 100 bytes, and there is room for 5 [-Wstringop-overflow]",
      "5:10: warning: 'read' writes up to 5 bytes, and there is room for 4 [-Wstringop-overflow]",
    ],
    "make the array larger, or give its size: sizeof",
  ],
  [
    "memset with its arguments exchanged",
    "int f(void) {\n  char b[5];\n  memset(b, sizeof b, 0);\n  return b[0];\n}",
    ["4:23: warning: this memset sets no bytes: its last argument is 0 [-Wmemset-transposed-args]"],
    "memset(object, value, bytes): are the last two exchanged?",
  ],
  [
    "the size of a pointer",
    "void f(int *p) {\n  memset(p, 0, sizeof(p));\n}",
    ["3:16: warning: this is the size of the pointer 'p', not of what it points to [-Wsizeof-pointer-memaccess]"],
    "sizeof(*p) is the size of one; 'memset' needs that of all",
  ],
  [
    "memory for a pointer",
    "struct big { int a[10]; };\nstruct big *f(void) {\n  struct big *p = malloc(sizeof(p));\n  return p;\n}",
    ["4:19: warning: 4 bytes are too few for a 'struct big', which has 40 [-Walloc-size]"],
    "the size of what the pointer points to is meant: sizeof(*pointer)",
  ],
  [
    "a local freed",
    "void f(void) {\n  int a[3];\n  free(a);\n}",
    ["4:8: warning: 'a' did not come from malloc and cannot be freed [-Wfree-nonheap-object]"],
    "",
  ],
  [
    "exec without its end",
    'int f(void) {\n  return execlp("ls", "ls", "-l");\n}',
    ["3:10: warning: the arguments of 'execlp' have to end with a null pointer [-Wformat]"],
    "add (char *)NULL as the last one",
  ],
  [
    "a recursion without an end",
    "int f(int x) {\n  return f(x - 1);\n}",
    ["2:5: warning: 'f' calls itself on every way through it [-Winfinite-recursion]"],
    "a recursion needs a case in which it does not call itself, tested before the call",
  ],
  [
    "an atomic builtin without &",
    "int n;\nint f(void) {\n  __atomic_fetch_add(n, 1, 5);\n  return __atomic_compare_exchange_n(&n, 0, 1, 0, 5, 5);\n}",
    [
      "4:3: error: the first argument of an atomic operation has to be a pointer to an integer or to a pointer, not 'int'",
      "5:42: error: argument 2 has to be a pointer, not 'int'",
    ],
    "is an & missing?",
  ],
  [
    "EOF kept in a char",
    'int getchar(void);\nint f(void) {\n  char c;\n  while ((c = getchar()) != -1) puts("x");\n  return c;\n}',
    ["5:26: warning: this value is between 0 and 255, never -1: this is always true [-Wtype-limits]"],
    "is it EOF? An int keeps what getchar gives; a char does not",
  ],
  [
    "a for whose block follows",
    "int f(void) {\n  int s = 0;\n  for (int i = 0; i < 10; i++);\n  {\n    s += 1;\n  }\n  return s;\n}",
    ["4:3: warning: this 'for' does not govern the statement after its body [-Wmisleading-indentation]"],
    "a ';' ends it here",
  ],
  [
    "an argument of main without a star",
    "int main(int argc, char *argv) {\n  return argc + *argv;\n}",
    ["2:5: warning: the second parameter of 'main' should be a char ** [-Wmain]"],
    "int main(int argc, char *argv[])",
  ],
  [
    "an asm operand that is not there",
    'int f(int x) {\n  int r;\n  asm("add %0, %1" : "r"(r) : "r"(x));\n  return r;\n}',
    ["4:26: error: the constraint of an output begins with '=' or '+'"],
    "",
  ],
  [
    "blanks after a backslash",
    '#define M(x) do { \\\n    x; \\ \n  } while (0)\nvoid f(int a) { M(puts("x")); }',
    ["3:8: warning: blanks stand between this backslash and the end of its line [-Wbackslash-newline-escape]"],
    "the lines are joined all the same; other compilers may not do that",
  ],
  [
    "comparisons in a row",
    "int f(int x) {\n  return x == 1 == 2;\n}",
    ["3:17: warning: the outcome of a comparison is 0 or 1, never 2: this is always false [-Wbool-compare]"],
    "write two comparisons joined by &&",
  ],
  [
    "a factor without its star",
    "int f(int x) {\n  return 2x + 1;\n}",
    ["3:10: error: invalid suffix 'x' on an integer constant"],
    "2 * x",
  ],
  [
    "a number before a parenthesis",
    "int f(int x) {\n  return 3(x + 1);\n}",
    ["3:10: error: this is called, and it is no function but a 'int'"],
    "is a '*' missing before the parenthesis?",
  ],
  [
    "an asm operand without its parentheses",
    'int f(void) {\n  int x;\n  asm("li %0, 1" : "=r" x);\n  return x;\n}',
    ["4:25: error: the variable or value of an asm operand stands in parentheses"],
    "(x)",
  ],
  [
    "asm operands without parentheses, an element among them",
    'int f(int *a, int i) {\n  int x;\n  asm volatile("add %0, %1, %2" : "=r"(x) : "r" a[i], "r" 3);\n  return x;\n}',
    [
      "4:49: error: the variable or value of an asm operand stands in parentheses",
      "4:59: error: the variable or value of an asm operand stands in parentheses",
    ],
    "(a[i])",
  ],
  [
    "an output of asm without =",
    'int f(int x) {\n  int r = 0;\n  asm("mv %0, %1" : "r"(r) : "r"(x));\n  return r;\n}',
    ["4:25: error: the constraint of an output begins with '=' or '+'"],
    "",
  ],
  [
    "an atomic store without &",
    '#include "a.h"\n_Atomic int n;\nvoid f(void) { atomic_store(n, 2); }',
    ["4:16: error: '*' needs a pointer, not 'int'"],
    "is an & missing in the argument?",
  ],
  [
    "statements outside of functions",
    'int x;\nx = 3;\nputs("hi");\nx++;\nint g(void) { return x; }',
    [
      "3:1: error: statements belong in a function: only declarations stand outside of them",
      "4:1: error: statements belong in a function: only declarations stand outside of them",
      "5:1: error: statements belong in a function: only declarations stand outside of them",
    ],
    "put it into a function, for example main; or is there a '}' too many above?",
  ],
  [
    "an assignment after a brace too many",
    "int f(int x) {\n  if (x) {\n    x = 1;\n  }}\n  x = 2;\n  return x;\n}\nint g(void) { return 1; }",
    ["6:3: error: statements belong in a function: only declarations stand outside of them"],
    "put it into a function, for example main; or is there a '}' too many above?",
  ],
  [
    "a header without its >",
    "#include <s.h\nint f(void) { return declared_there(); }",
    ['2:10: error: #include needs "file" or <file>'],
    "write #include <s.h>",
  ],
  [
    "memory that nobody keeps",
    "void *realloc(void *, unsigned);\nvoid f(char *p) {\n  malloc(10);\n  realloc(p, 20);\n}",
    [
      "4:3: warning: the result of this call must not be ignored [-Wunused-result]",
      "5:3: warning: the result of this call must not be ignored [-Wunused-result]",
    ],
    "",
  ],
  [
    "a call of K&R's kind with an argument too many",
    "int add(a, b) int a, b; { return a + b; }\nint f(void) {\n  return add(1, 2, 3);\n}",
    ["4:20: warning: 'add' takes 2 arguments, 3 given [-Wdeprecated-non-prototype]"],
    "",
  ],
  [
    "a power",
    "int f(void) {\n  return (2 ^ 10) + (10 ^ 3);\n}",
    [
      "3:13: warning: '^' is exclusive or: 2 ^ 10 is 8, no power [-Wxor-used-as-pow]",
      "3:25: warning: '^' is exclusive or: 10 ^ 3 is 9, no power [-Wxor-used-as-pow]",
    ],
    "1 << 10",
  ],
  [
    "a declaration after a label",
    "int f(int x) {\n  switch (x) {\n    case 1:\n      int y = 3;\n      return y;\n  }\n  return x;\n}",
    ["5:7: warning: a declaration right after a label is C23; C11 wants a statement there [-Wfree-labels]"],
    "put a ';' after the label, or braces around what follows",
  ],
  [
    "a number printed into too little room",
    'int sprintf(char *, const char *, ...);\nvoid f(int n) {\n  char b[4], c[6];\n  sprintf(b, "%d", 12345);\n  sprintf(c, "n = %3d", n);\n  puts(b); puts(c);\n}',
    [
      "5:3: warning: 'sprintf' writes 6 bytes, the closing zero among them, and there is room for 4 [-Wstringop-overflow]",
      "6:3: warning: 'sprintf' writes at least 8 bytes, the closing zero among them, and there is room for 6 [-Wstringop-overflow]",
    ],
    "make the array larger, or give its size: sizeof",
  ],
];

test.each(SLIPS)("%s", (_, text, expected, advice) => {
  const { diagnostics } = check(IO + text, WARNINGS, {
    "inc/s.h": "int declared_there(void);\n",
    "inc/a.h": `#define atomic_store(object, value) __extension__({ __auto_type __store_object = (object);
      __typeof__(*__store_object) __store_value = (value); __atomic_store(__store_object, &__store_value, 5); })\n`.replace(
      /\n(?!$)/g,
      " ",
    ),
  });

  expect(lines(diagnostics)).toEqual(expected);
  const first = diagnostics[0]!;
  if (advice !== "") expect([first.hint, first.fix?.replacement]).toContain(advice);
});

test("what looks like a slip and is none stays quiet", () => {
  const text = `#define STOP return 0;
    int f(int i, int j) {
      for (i = 0, j = 1; i < 10; i++, j--) ;
      int a[4] = {0}, *p = a, *end = &a[4];
      i = -1; i = +j; i =-1;
      if (i == 3) STOP
      return (p == end) + (&a[3] < end);
    }`;

  expect(lines(check(text, WARNINGS).diagnostics)).toEqual([]);
});

test("what looks like a mistake of order or size and is none stays quiet", () => {
  const text = `struct node { struct node *next; char name[8]; };
    int kept(a, b) int a, b; { return a + b; }
    int sometimes(int c) { int x; if (c) x = 1; else return 0; return x; }
    int guarded(int c) { int x, ok = 0; if (c) { x = 1; ok = 1; } if (!ok) return 0; return x; }
    int other(int c) { int x; if (c) x = 1; else x = 2; return x; }
    int first(int *a) { int last; for (int i = 0; i < 3; i++) { if (i > 0 && last > a[i]) return 1; last = a[i]; } return 0; }
    int inside(void) { int a[10] = {0}; for (int i = 0; i <= 10; i++) if (i < 10) a[i] = i; return a[0]; }
    int ended(void) { int a[10] = {0}; for (int i = 0; i <= 10; i++) { if (i == 10) break; a[i] = i; } return a[0]; }
    void exit(int) __attribute__((noreturn));
    int stopped(void) { int a[10] = {0}; for (int i = 0; i <= 10; i++) { if (i == 10) exit(0); a[i] = i; } return a[0]; }
    int proven(int n) { int a[5] = {0}; for (int i = 0; i <= 5; i++) { if (i == 5) __builtin_unreachable(); a[i] = n; } return a[0]; }
    int passed(int *p) { int a[5], n = 0; for (int i = 0; i <= 5; i++) n += p == a + i; return n; }
    int named(int *p) { int a[5], n = 0; for (int i = 0; i <= 5; i++) n += p == &a[i]; return n; }
    void unused(int c) { int x, y; if (c) x = 3; (void)x; (void)y; }
    int exact(void) { int a[10] = {0}; for (int i = 9; i >= 0; i--) a[i] = i; return a[0]; }
    void list(struct node *h) { while (h) { struct node *next = h->next; free(h); h = next; } }
    void anew(void) { char *p = malloc(4); free(p); p = malloc(4); free(p); }
    int either(int c) { char *p = malloc(4); if (c) { free(p); return 1; } free(p); return 0; }
    int room(struct node *n) { char b[6]; strcpy(b, "hello"); memset(b, 0, sizeof b); memset(n, 0, sizeof *n); return b[0] + read(0, b, 6); }
    int depth(int n) { return n == 0 ? 0 : 1 + depth(n - 1); }
    int down(int n) { if (n == 0) return 0; return down(n - 1); }
    int run(void) { return execlp("ls", "ls", "-l", (char *)0); }
    int text(int c) { unsigned char u = c; return u == 255 || (c == 1) == 1 || (c < 2) != 0; }
    int main(int argc, const char *argv[], char *envp[]) { return argc + argv[0][0] + envp[0][0]; }`;

  expect(lines(check(IO + text, WARNINGS).diagnostics)).toEqual([]);
});

test("what a mask, a remainder or a dead branch makes harmless stays quiet, and what is nearly so does not", () => {
  const text = `int r[4];
    unsigned char a(unsigned u) { return u % 16; }
    unsigned char b(unsigned u) { return u % 256; }
    signed char c(unsigned u) { return u % 128; }
    unsigned char d(unsigned u) { return u % 257; }
    void e(void) { if (0) r[9] = 1; if (1) r[0] = 1; else r[9] = 2; while (0) r[8] = 1; for (; 0;) r[7] = 1; }
    void f(void) { if (1) r[9] = 1; }`;

  expect(lines(check(text, ["Wall", "Wextra", "Wconversion"]).diagnostics)).toEqual([
    "5:42: warning: the conversion from 'unsigned int' to 'unsigned char' may change the value [-Wconversion]",
    "7:29: warning: the index 9 is outside the array, which has 4 elements [-Warray-bounds]",
  ]);
});

test("what looks like a power, an overflow or a call too long and is none stays quiet", () => {
  const text = `int sprintf(char *, const char *, ...); int any();
    int old(a) int a; { return a; }
    int f(int n) {
      char b[6], c[2];
      sprintf(b, "%d", 12345); sprintf(b, "%.3s", "abcdef"); sprintf(b, "%s%d", "abcd", n); sprintf(c, "%x", 15);
      sprintf(c, "%c", n); sprintf(c, "%hhx", 256);
      void *p = malloc(4); free(p);
    done: ;
      int x = n ^ 2;
      if (n) goto done;
      return (0x2 ^ 10) + (3 ^ 2) + (2 ^ n) + x + b[0] + c[0] + old(1) + any(1, 2);
    }`;

  expect(lines(check(IO + text, WARNINGS).diagnostics)).toEqual([]);
});
