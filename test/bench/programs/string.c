/* Copying, comparing, searching and counting words in text. */
#include "support.h"
static char text[4096], copy[4096];
static unsigned length(const char *s) { unsigned n = 0; while (*s++) n++; return n; }
static char *copy_text(char *to, const char *from) { char *at = to; while ((*at++ = *from++) != 0) {} return to; }
static int compare(const char *a, const char *b) { while (*a && *a == *b) { a++; b++; } return (unsigned char)*a - (unsigned char)*b; }
static const char *find(const char *in, const char *what) {
  for (; *in; in++) {
    const char *a = in, *b = what;
    while (*b && *a == *b) { a++; b++; }
    if (!*b) return in;
  }
  return 0;
}
static int is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
int main(void) {
  static const char *words[] = {"alpha ", "beta ", "gamma, ", "delta. ", "epsilon\n"};
  unsigned at = 0, count = 0, inside = 0, found = 0;
  for (int i = 0; at < 4000; i++) { copy_text(text + at, words[(i * i + 3) % 5]); at += length(text + at); }
  for (int round = 0; round < 10; round++) {
    copy_text(copy, text);
    if (compare(copy, text) != 0) return 1;
    for (const char *p = text; *p; p++) { unsigned now = is_letter(*p); count += now && !inside; inside = now; }
    for (const char *p = text; (p = find(p, "gamma, d")) != 0; p++) found++;
    for (char *p = copy; *p; p++) if (*p >= 'a' && *p <= 'z') *p -= 32;
  }
  show("words", count);
  show("found", found);
  show("length", length(copy));
  return 0;
}
