/* Quicksort and insertion sort on pseudo-random integers. */
#include "support.h"
static int values[4000];
static unsigned seed = 12345;
static unsigned next(void) { seed = seed * 1103515245u + 12345u; return seed >> 8; }
static void swap(int *a, int *b) { int t = *a; *a = *b; *b = t; }
static void quicksort(int *a, int low, int high) {
  while (high - low > 8) {
    int pivot = a[(low + high) / 2], i = low, j = high;
    while (i <= j) {
      while (a[i] < pivot) i++;
      while (a[j] > pivot) j--;
      if (i <= j) swap(&a[i++], &a[j--]);
    }
    if (j - low < high - i) { quicksort(a, low, j); low = i; }
    else { quicksort(a, i, high); high = j; }
  }
}
static void insertion(int *a, int n) {
  for (int i = 1; i < n; i++) {
    int v = a[i], j = i - 1;
    while (j >= 0 && a[j] > v) { a[j + 1] = a[j]; j--; }
    a[j + 1] = v;
  }
}
int main(void) {
  unsigned sum = 0;
  for (int i = 0; i < 4000; i++) values[i] = (int)(next() % 100000);
  quicksort(values, 0, 3999);
  insertion(values, 4000);
  for (int i = 0; i < 4000; i++) sum = sum * 31 + (unsigned)values[i];
  show("sort", sum);
  return 0;
}
