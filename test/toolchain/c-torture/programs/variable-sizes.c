/* sizeof and typeof evaluate an operand whose type has a variable length, where it stands, and no other */
typedef unsigned int size;
static int calls;
static size element(int a, int b[a][a], int (*c)[sizeof(*b)]) { return sizeof(*c); }
static size rows(int n, int (*a)[n][n + 1]) { return sizeof(*a) + sizeof(**a); }
static int walk(int n, void *a, int rows) {
  int sum = 0;
  for (int i = 0; i < rows && (sum += ((int (*)[n])a)[i][0], 1); i++, n--) sum += sizeof *(int (*)[n])a;
  return sum;
}

int main(void) {
  int n = 3, k = 0, grid[10][10], numbers[40];
  void *any = numbers;
  for (int i = 0; i < 40; i++) numbers[i] = i;
  if (element(10, grid, any) != 10 * sizeof(int) * sizeof(int)) return __LINE__;
  if (rows(3, any) != 3 * 4 * sizeof(int) + 4 * sizeof(int)) return __LINE__;
  if (walk(5, any, 4) != (0 + 4 + 6 + 6) + (5 + 4 + 3 + 2) * sizeof(int)) return __LINE__;
  if (sizeof(int[n++]) != 12 || n != 4) return __LINE__;
  int open[2][n];
  if (sizeof(open[k++]) != 16 || k != 1) return __LINE__;
  if (sizeof(open[0][k++]) != 4 || k != 1) return __LINE__;
  __typeof__(open[k++]) row;
  if (sizeof row != 16 || k != 2) return __LINE__;
  __typeof__(k++) plain = 7;
  if (plain != 7 || k != 2) return __LINE__;
  if (sizeof(*(++k, (char (*)[k])any)) != 3 || k != 3) return __LINE__;
  if (*(++k, (int (*)[k])any)[1] != 4 || k != 4) return __LINE__;
  if (_Alignof(__typeof__(open + (k++, 0))) != 4 || k != 4) return __LINE__;
  (void)(calls && sizeof(int[k++]));
  if (k != 4) return __LINE__;
  do n--;
  while (sizeof(char[n]) > 2);
  if (n != 2) return __LINE__;
  int (**literal)[2] = &(__typeof__(++k, (int (*)[n])any)){any};
  if (k != 5 || *literal != any) return __LINE__;
  static int (*kept)[2] = 0;
  static int (*open_static)[3];
  {
    int length = 3;
    static int (*pointer)[length];
    pointer = any;
    open_static = pointer;
    if (sizeof *pointer != 12 || kept != 0 || (*open_static)[2] != 2) return __LINE__;
  }
  return 0;
}
