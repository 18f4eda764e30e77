/* Integer matrix product and transpose. */
#include "support.h"
#define N 48
static int a[N][N], b[N][N], c[N][N];
static void multiply(int x[N][N], int y[N][N], int z[N][N]) {
  for (int i = 0; i < N; i++)
    for (int j = 0; j < N; j++) {
      int sum = 0;
      for (int k = 0; k < N; k++) sum += x[i][k] * y[k][j];
      z[i][j] = sum;
    }
}
static void transpose(int x[N][N]) {
  for (int i = 0; i < N; i++)
    for (int j = 0; j < i; j++) { int t = x[i][j]; x[i][j] = x[j][i]; x[j][i] = t; }
}
int main(void) {
  unsigned sum = 0;
  for (int i = 0; i < N; i++) for (int j = 0; j < N; j++) { a[i][j] = i * 3 - j; b[i][j] = (i ^ j) & 15; }
  multiply(a, b, c);
  transpose(c);
  multiply(c, b, a);
  for (int i = 0; i < N; i++) for (int j = 0; j < N; j++) sum = sum * 17 + (unsigned)a[i][j];
  show("matrix", sum);
  return 0;
}
