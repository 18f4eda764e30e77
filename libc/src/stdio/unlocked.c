/* Locks that never wait, and the functions without them: there is one thread. */
#include <stdio.h>

void flockfile(FILE *file) {
  (void)file;
}

int ftrylockfile(FILE *file) {
  (void)file;
  return 0;
}

void funlockfile(FILE *file) {
  (void)file;
}

int getc_unlocked(FILE *file) {
  return getc(file);
}

int getchar_unlocked(void) {
  return getchar();
}

int putc_unlocked(int c, FILE *file) {
  return putc(c, file);
}

int putchar_unlocked(int c) {
  return putchar(c);
}

int fgetc_unlocked(FILE *file) {
  return fgetc(file);
}

int fputc_unlocked(int c, FILE *file) {
  return fputc(c, file);
}

char *fgets_unlocked(char *to, int bytes, FILE *file) {
  return fgets(to, bytes, file);
}

int fputs_unlocked(const char *s, FILE *file) {
  return fputs(s, file);
}

size_t fread_unlocked(void *to, size_t bytes, size_t count, FILE *file) {
  return fread(to, bytes, count, file);
}

size_t fwrite_unlocked(const void *from, size_t bytes, size_t count, FILE *file) {
  return fwrite(from, bytes, count, file);
}

int fflush_unlocked(FILE *file) {
  return fflush(file);
}

int feof_unlocked(FILE *file) {
  return feof(file);
}

int ferror_unlocked(FILE *file) {
  return ferror(file);
}

int fileno_unlocked(FILE *file) {
  return fileno(file);
}

void clearerr_unlocked(FILE *file) {
  clearerr(file);
}

int getw(FILE *file) {
  int word;
  return fread(&word, sizeof word, 1, file) == 1 ? word : EOF;
}

int putw(int word, FILE *file) {
  return fwrite(&word, sizeof word, 1, file) == 1 ? 0 : EOF;
}

void setbuffer(FILE *file, char *buffer, size_t bytes) {
  setvbuf(file, buffer, buffer != 0 ? _IOFBF : _IONBF, bytes);
}
