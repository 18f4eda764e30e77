/* qsort and bsearch: order, contents and the number of comparisons, also on inputs that make naive quicksort quadratic. */
#include <stdio.h>

#include "random.h"

static long comparisons;

static int by_int(const void *a, const void *b) {
  comparisons++;
  int x = *(const int *)a, y = *(const int *)b;
  return (x > y) - (x < y);
}

struct record {
  char key[7];
  unsigned char serial;
};

static int by_key(const void *a, const void *b) {
  return strcmp(((const struct record *)a)->key, ((const struct record *)b)->key);
}

/* McIlroy's adversary ("A Killer Adversary for Quicksort", 1999): decides the order while the sort asks for it. */
static int *adversary_values;
static int adversary_solid, adversary_candidate, adversary_gas;

static int by_adversary(const void *a, const void *b) {
  int x = *(const int *)a, y = *(const int *)b;
  comparisons++;
  if (adversary_values[x] == adversary_gas && adversary_values[y] == adversary_gas) {
    adversary_values[x == adversary_candidate ? x : y] = adversary_solid++;
  }
  if (adversary_values[x] == adversary_gas) {
    adversary_candidate = x;
  } else if (adversary_values[y] == adversary_gas) {
    adversary_candidate = y;
  }
  return adversary_values[x] - adversary_values[y];
}

enum { N = 4000 };

static void fill(int *a, int n, int kind) {
  for (int i = 0; i < n; i++) {
    switch (kind) {
    case 0:
      a[i] = (int)random_bits();
      break;
    case 1:
      a[i] = i;
      break;
    case 2:
      a[i] = n - i;
      break;
    case 3:
      a[i] = 7;
      break;
    case 4:
      a[i] = i % 3;
      break;
    default:
      a[i] = i < n / 2 ? i : n - i;
    }
  }
}

int main(int argc, char **argv) {
  int rounds = random_begin(argc, argv, 3);
  static int a[N], values[N];
  for (int round = 0; round < rounds; round++) {
    for (int kind = 0; kind < 6; kind++) {
      int n = round == 0 ? N : random_below(200);
      long long sum = 0, sum_after = 0;
      fill(a, n, kind);
      for (int i = 0; i < n; i++) {
        sum += a[i];
      }
      comparisons = 0;
      qsort(a, (size_t)n, sizeof a[0], by_int);
      int sorted = 1;
      for (int i = 0; i < n; i++) {
        sum_after += a[i];
        sorted &= i == 0 || a[i - 1] <= a[i];
      }
      printf("kind %d sorted %d same contents %d few comparisons %d\n", kind, sorted, sum == sum_after, comparisons < 60L * N);
      for (int i = 0; i < n; i += 1 + n / 10) {
        int *found = bsearch(&a[i], a, (size_t)n, sizeof a[0], by_int);
        printf("%d", found != 0 && *found == a[i]);
      }
      int absent = 2147483647;
      printf(" %d\n", n > 0 && a[n - 1] != absent && bsearch(&absent, a, (size_t)n, sizeof a[0], by_int) == 0);
    }
  }
  adversary_values = values;
  adversary_gas = N;
  for (int i = 0; i < N; i++) {
    a[i] = i;
    values[i] = adversary_gas;
  }
  comparisons = 0;
  qsort(a, N, sizeof a[0], by_adversary);
  printf("adversary beaten %d\n", comparisons < 100L * N);
  struct record records[300];
  for (int i = 0; i < 300; i++) {
    sprintf(records[i].key, "k%05d", (int)(random_bits() >> 50));
    records[i].serial = (unsigned char)i;
  }
  qsort(records, 300, sizeof records[0], by_key);
  int sorted = 1;
  for (int i = 1; i < 300; i++) {
    sorted &= strcmp(records[i - 1].key, records[i].key) <= 0;
  }
  printf("records of 8 bytes at odd fields sorted %d\n", sorted);
  return 0;
}
