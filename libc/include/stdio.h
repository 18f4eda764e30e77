/* Buffered input and output (C11 7.21, POSIX.1-2008). */
#ifndef _STDIO_H
#define _STDIO_H

#include <stdarg.h>
#include <stddef.h>
#include <sys/types.h>

#define EOF (-1)
#define BUFSIZ 1024
#define FOPEN_MAX 16
#define FILENAME_MAX 4096
#define L_tmpnam 20
#define TMP_MAX 10000
#define P_tmpdir "/tmp"

#define _IOFBF 0
#define _IOLBF 1
#define _IONBF 2

#ifndef SEEK_SET
#define SEEK_SET 0
#define SEEK_CUR 1
#define SEEK_END 2
#endif

typedef struct __file FILE;
typedef off_t fpos_t;

#ifdef __cplusplus
extern "C" {
#endif

extern FILE *stdin;
extern FILE *stdout;
extern FILE *stderr;
#define stdin stdin
#define stdout stdout
#define stderr stderr

FILE *fopen(const char *path, const char *mode);
FILE *fdopen(int fd, const char *mode);
FILE *freopen(const char *path, const char *mode, FILE *file);
int fclose(FILE *file);
int fflush(FILE *file);
int fileno(FILE *file);
void setbuf(FILE *file, char *buffer);
void setlinebuf(FILE *file);
int setvbuf(FILE *file, char *buffer, int mode, size_t bytes);

size_t fread(void *to, size_t bytes, size_t count, FILE *file);
size_t fwrite(const void *from, size_t bytes, size_t count, FILE *file);
int fgetc(FILE *file);
int getc(FILE *file);
int getchar(void);
int ungetc(int c, FILE *file);
char *fgets(char *to, int bytes, FILE *file);
ssize_t getline(char **line, size_t *bytes, FILE *file);
ssize_t getdelim(char **line, size_t *bytes, int delimiter, FILE *file);
int fputc(int c, FILE *file);
int putc(int c, FILE *file);
int putchar(int c);
int fputs(const char *s, FILE *file);
int puts(const char *s);

int fseek(FILE *file, long offset, int whence);
int fseeko(FILE *file, off_t offset, int whence);
long ftell(FILE *file);
off_t ftello(FILE *file);
void rewind(FILE *file);
int fgetpos(FILE *file, fpos_t *position);
int fsetpos(FILE *file, const fpos_t *position);
int feof(FILE *file);
int ferror(FILE *file);
void clearerr(FILE *file);
void perror(const char *what);

int printf(const char *format, ...);
int fprintf(FILE *file, const char *format, ...);
int dprintf(int fd, const char *format, ...);
int sprintf(char *to, const char *format, ...);
int snprintf(char *to, size_t bytes, const char *format, ...);
int asprintf(char **to, const char *format, ...);
int vprintf(const char *format, va_list args);
int vfprintf(FILE *file, const char *format, va_list args);
int vdprintf(int fd, const char *format, va_list args);
int vsprintf(char *to, const char *format, va_list args);
int vsnprintf(char *to, size_t bytes, const char *format, va_list args);
int vasprintf(char **to, const char *format, va_list args);

int scanf(const char *format, ...);
int fscanf(FILE *file, const char *format, ...);
int sscanf(const char *from, const char *format, ...);
int vscanf(const char *format, va_list args);
int vfscanf(FILE *file, const char *format, va_list args);
int vsscanf(const char *from, const char *format, va_list args);

/* There is one thread: nothing is ever locked, and the unlocked functions are the others under another name. */
void flockfile(FILE *file);
int ftrylockfile(FILE *file);
void funlockfile(FILE *file);
int getc_unlocked(FILE *file);
int getchar_unlocked(void);
int putc_unlocked(int c, FILE *file);
int putchar_unlocked(int c);
int fgetc_unlocked(FILE *file);
int fputc_unlocked(int c, FILE *file);
char *fgets_unlocked(char *to, int bytes, FILE *file);
int fputs_unlocked(const char *s, FILE *file);
size_t fread_unlocked(void *to, size_t bytes, size_t count, FILE *file);
size_t fwrite_unlocked(const void *from, size_t bytes, size_t count, FILE *file);
int fflush_unlocked(FILE *file);
int feof_unlocked(FILE *file);
int ferror_unlocked(FILE *file);
int fileno_unlocked(FILE *file);
void clearerr_unlocked(FILE *file);

int getw(FILE *file);
int putw(int word, FILE *file);
void setbuffer(FILE *file, char *buffer, size_t bytes);
FILE *fmemopen(void *room, size_t bytes, const char *mode);
FILE *open_memstream(char **text, size_t *bytes);

int remove(const char *path);
int renameat(int from_dirfd, const char *from, int to_dirfd, const char *to);
int rename(const char *from, const char *to);
FILE *tmpfile(void);
char *tmpnam(char *name);
char *tempnam(const char *directory, const char *prefix);
char *ctermid(char *name);
FILE *popen(const char *command, const char *mode);
int pclose(FILE *file);

#ifdef __cplusplus
}
#endif

#endif
