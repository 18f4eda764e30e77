/* Strings of wide characters. */
#include <string.h>
#include <wchar.h>

size_t wcslen(const wchar_t *s) {
  size_t length = 0;
  while (s[length] != 0) {
    length++;
  }
  return length;
}

wchar_t *wcscpy(wchar_t *to, const wchar_t *from) {
  return wmemcpy(to, from, wcslen(from) + 1);
}

wchar_t *wcsncpy(wchar_t *to, const wchar_t *from, size_t max) {
  size_t i = 0;
  for (; i < max && from[i] != 0; i++) {
    to[i] = from[i];
  }
  for (; i < max; i++) {
    to[i] = 0;
  }
  return to;
}

wchar_t *wcscat(wchar_t *to, const wchar_t *from) {
  wcscpy(to + wcslen(to), from);
  return to;
}

int wcscmp(const wchar_t *a, const wchar_t *b) {
  return wcsncmp(a, b, (size_t)-1);
}

int wcsncmp(const wchar_t *a, const wchar_t *b, size_t max) {
  for (; max > 0; max--, a++, b++) {
    if (*a != *b) {
      return *a < *b ? -1 : 1;
    }
    if (*a == 0) {
      break;
    }
  }
  return 0;
}

wchar_t *wcschr(const wchar_t *s, wchar_t c) {
  for (; *s != c; s++) {
    if (*s == 0) {
      return 0;
    }
  }
  return (wchar_t *)s;
}

wchar_t *wcsrchr(const wchar_t *s, wchar_t c) {
  const wchar_t *p = s + wcslen(s);
  while (*p != c) {
    if (p == s) {
      return 0;
    }
    p--;
  }
  return (wchar_t *)p;
}

wchar_t *wmemcpy(wchar_t *to, const wchar_t *from, size_t count) {
  return memcpy(to, from, count * sizeof *to);
}

wchar_t *wmemmove(wchar_t *to, const wchar_t *from, size_t count) {
  return memmove(to, from, count * sizeof *to);
}

wchar_t *wmemset(wchar_t *to, wchar_t value, size_t count) {
  for (size_t i = 0; i < count; i++) {
    to[i] = value;
  }
  return to;
}

int wmemcmp(const wchar_t *a, const wchar_t *b, size_t count) {
  for (size_t i = 0; i < count; i++) {
    if (a[i] != b[i]) {
      return a[i] < b[i] ? -1 : 1;
    }
  }
  return 0;
}

wchar_t *wmemchr(const wchar_t *s, wchar_t value, size_t count) {
  for (size_t i = 0; i < count; i++) {
    if (s[i] == value) {
      return (wchar_t *)s + i;
    }
  }
  return 0;
}
