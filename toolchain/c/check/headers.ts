/** Which standard header declares a name, for the hint when it is used without. */

const HEADERS: Readonly<Record<string, string>> = {
  "stdio.h": "printf fprintf sprintf snprintf vprintf vfprintf vsnprintf puts putchar putc fputc fputs getchar getc fgetc fgets gets scanf fscanf sscanf fopen fclose fread fwrite fseek ftell rewind fflush feof ferror perror remove rename tmpfile setvbuf ungetc stdin stdout stderr EOF BUFSIZ SEEK_SET SEEK_CUR SEEK_END getline fileno",
  "stdlib.h": "malloc calloc realloc free exit abort atexit atoi atol atof strtol strtoul strtoll strtoull strtod strtof rand srand qsort bsearch abs labs llabs div ldiv getenv system EXIT_SUCCESS EXIT_FAILURE RAND_MAX",
  "string.h": "memcpy memmove memset memcmp memchr strlen strnlen strcpy strncpy strcat strncat strcmp strncmp strchr strrchr strstr strtok strdup strndup strerror strspn strcspn strpbrk",
  "ctype.h": "isalpha isdigit isalnum isspace isupper islower isprint ispunct isxdigit iscntrl isgraph toupper tolower",
  "math.h": "sin cos tan asin acos atan atan2 sinh cosh tanh exp log log10 log2 pow sqrt cbrt floor ceil round trunc fabs fmod hypot INFINITY NAN M_PI isnan isinf",
  "sys/stat.h": "stat fstat lstat mkdir chmod fchmod umask S_ISDIR S_ISREG",
  "unistd.h": "alarm chown fchown read write close fork execve execv execvp execl getpid getppid sleep usleep pipe dup dup2 chdir getcwd unlink rmdir lseek brk sbrk isatty access _exit STDIN_FILENO STDOUT_FILENO STDERR_FILENO",
  "sys/mman.h": "mmap munmap mprotect madvise mremap PROT_READ PROT_WRITE PROT_NONE PROT_EXEC MAP_PRIVATE MAP_ANONYMOUS MAP_SHARED MAP_FAILED MAP_FIXED",
  "sys/wait.h": "wait waitpid WIFEXITED WEXITSTATUS WIFSIGNALED WTERMSIG",
  "signal.h": "signal kill raise sigaction sigemptyset sigfillset sigaddset sigprocmask SIGINT SIGTERM SIGKILL SIGSEGV SIGCHLD SIG_DFL SIG_IGN",
  "fcntl.h": "open creat O_RDONLY O_WRONLY O_RDWR O_CREAT O_TRUNC O_APPEND",
  "assert.h": "assert", "errno.h": "errno ENOMEM EINVAL EINTR ENOENT EAGAIN", "time.h": "time clock difftime localtime gmtime strftime mktime nanosleep CLOCKS_PER_SEC",
  "stdbool.h": "true false bool", "stddef.h": "NULL offsetof", "setjmp.h": "setjmp longjmp", "stdarg.h": "va_start va_end va_arg va_copy",
  "limits.h": "INT_MAX INT_MIN UINT_MAX LONG_MAX LONG_MIN ULONG_MAX LLONG_MAX LLONG_MIN ULLONG_MAX CHAR_BIT CHAR_MAX CHAR_MIN SHRT_MAX SHRT_MIN UCHAR_MAX USHRT_MAX SCHAR_MAX SCHAR_MIN",
  "stdint.h": "INT8_MAX INT16_MAX INT32_MAX INT64_MAX UINT8_MAX UINT16_MAX UINT32_MAX UINT64_MAX INT32_MIN INT64_MIN SIZE_MAX INTPTR_MAX UINTPTR_MAX", "float.h": "DBL_MAX DBL_MIN FLT_MAX FLT_MIN DBL_EPSILON FLT_EPSILON", "dirent.h": "opendir readdir closedir", "err.h": "err errx warn warnx", "libgen.h": "basename dirname", "glob.h": "glob globfree", "fnmatch.h": "fnmatch", "pwd.h": "getpwnam getpwuid", "grp.h": "getgrnam getgrgid", "utime.h": "utime", "sys/file.h": "flock", "sys/select.h": "select pselect FD_SET FD_ZERO FD_ISSET",
}; // biome-ignore format: a table

/** Names to suggest for a misspelt #include. */
export const STANDARD_HEADERS: readonly string[] = [
  ...Object.keys(HEADERS),
  ...[
    "dirent.h",
    "endian.h",
    "fenv.h",
    "getopt.h",
    "inttypes.h",
    "iso646.h",
    "locale.h",
    "malloc.h",
    "poll.h",
    "sched.h",
  ],
  ...[
    "stdalign.h",
    "stdatomic.h",
    "stdnoreturn.h",
    "strings.h",
    "termios.h",
    "wchar.h",
    "wctype.h",
    "sys/time.h",
    "sys/types.h",
  ],
];

let byName: Map<string, string> | null = null;

/** "stdio.h" for `printf`; null when no standard header is known for the name. */
export function headerOf(name: string): string | null {
  if (byName === null) {
    byName = new Map();
    for (const [header, names] of Object.entries(HEADERS))
      for (const word of names.split(" ")) byName.set(word, header);
  }
  return byName.get(name) ?? null;
}
