/*
 * qsort and bsearch. qsort is introsort: quicksort with the median of three as pivot, insertion sort for short ranges,
 * and heapsort for a range whose recursion grew too deep, so that no input costs more than O(n log n) comparisons.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

typedef int (*comparison)(const void *, const void *);

enum { INSERTION_LIMIT = 12 }; /* elements; below it insertion sort is cheaper */

typedef int (*context_comparison)(const void *, const void *, void *);

struct sorting {
  size_t bytes; /* of an element */
  comparison compare; /* null for qsort_r, which has these two: */
  context_comparison compare_in_context;
  void *context;
  int by_words; /* elements are whole aligned words */
};

/* A macro, since it stands in the innermost loops. */
#define COMPARE(s, a, b) ((s)->compare != 0 ? (s)->compare(a, b) : (s)->compare_in_context(a, b, (s)->context))

static void swap(const struct sorting *s, char *a, char *b) {
  if (s->by_words) {
    for (size_t i = 0; i < s->bytes; i += 4) {
      uint32_t word = *(uint32_t *)(a + i);
      *(uint32_t *)(a + i) = *(uint32_t *)(b + i);
      *(uint32_t *)(b + i) = word;
    }
    return;
  }
  for (size_t i = 0; i < s->bytes; i++) {
    char byte = a[i];
    a[i] = b[i];
    b[i] = byte;
  }
}

static void insertion_sort(const struct sorting *s, char *start, char *end) {
  for (char *next = start + s->bytes; next < end; next += s->bytes) {
    for (char *p = next; p > start && COMPARE(s, p - s->bytes, p) > 0; p -= s->bytes) {
      swap(s, p - s->bytes, p);
    }
  }
}

/* Lets element `root` of a heap of `count` elements sink to its place. */
static void sink(const struct sorting *s, char *start, size_t root, size_t count) {
  for (;;) {
    size_t child = 2 * root + 1;
    if (child >= count) {
      return;
    }
    if (child + 1 < count && COMPARE(s, start + child * s->bytes, start + (child + 1) * s->bytes) < 0) {
      child++;
    }
    if (COMPARE(s, start + root * s->bytes, start + child * s->bytes) >= 0) {
      return;
    }
    swap(s, start + root * s->bytes, start + child * s->bytes);
    root = child;
  }
}

static void heap_sort(const struct sorting *s, char *start, char *end) {
  size_t count = (size_t)(end - start) / s->bytes;
  for (size_t root = count / 2; root-- > 0;) {
    sink(s, start, root, count);
  }
  while (count > 1) {
    count--;
    swap(s, start, start + count * s->bytes);
    sink(s, start, 0, count);
  }
}

/* Puts the median of first, middle and last element at the start. */
static void choose_pivot(const struct sorting *s, char *start, char *end) {
  char *middle = start + (size_t)(end - start) / s->bytes / 2 * s->bytes;
  char *last = end - s->bytes;
  if (COMPARE(s, middle, start) > 0) {
    swap(s, middle, start);
  } /* start >= middle */
  if (COMPARE(s, start, last) > 0) {
    swap(s, start, last);
    if (COMPARE(s, middle, start) > 0) {
      swap(s, middle, start);
    }
  }
}

static void sort_range(const struct sorting *s, char *start, char *end, int depth) {
  while ((size_t)(end - start) > INSERTION_LIMIT * s->bytes) {
    if (depth-- == 0) {
      heap_sort(s, start, end);
      return;
    }
    choose_pivot(s, start, end);
    char *low = start;
    char *high = end;
    for (;;) {
      do {
        low += s->bytes;
      } while (low < end && COMPARE(s, low, start) < 0);
      do {
        high -= s->bytes;
      } while (COMPARE(s, high, start) > 0);
      if (low >= high) {
        break;
      }
      swap(s, low, high);
    }
    swap(s, start, high); /* the pivot's final place */
    /* Recurse into the shorter part, so that the stack stays logarithmic. */
    if (high - start < end - high) {
      sort_range(s, start, high, depth);
      start = high + s->bytes;
    } else {
      sort_range(s, high + s->bytes, end, depth);
      end = high;
    }
  }
  insertion_sort(s, start, end);
}

static void sort(struct sorting *s, void *base, size_t count) {
  s->by_words = (((uintptr_t)base | s->bytes) & 3) == 0;
  if (count < 2 || s->bytes == 0) {
    return;
  }
  int depth = 2;
  for (size_t n = count; n > 1; n >>= 1) {
    depth += 2;
  }
  sort_range(s, base, (char *)base + count * s->bytes, depth);
}

void qsort(void *base, size_t count, size_t bytes, comparison compare) {
  struct sorting s = {bytes, compare, 0, 0, 0};
  sort(&s, base, count);
}

void qsort_r(void *base, size_t count, size_t bytes, context_comparison compare, void *context) {
  struct sorting s = {bytes, 0, compare, context, 0};
  sort(&s, base, count);
}

void *bsearch(const void *key, const void *base, size_t count, size_t bytes, comparison compare) {
  const char *start = base;
  while (count > 0) {
    const char *middle = start + count / 2 * bytes;
    int order = compare(key, middle);
    if (order == 0) {
      return (void *)middle;
    }
    if (order > 0) {
      start = middle + bytes;
      count -= count / 2 + 1;
    } else {
      count /= 2;
    }
  }
  return 0;
}
