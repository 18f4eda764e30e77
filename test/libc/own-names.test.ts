/**
 * Programs that define names of the C library for themselves: their own calls get their definition, the library keeps to its own, except
 * that an allocator of the program's is the library's too. Expected values are worked out by hand; static glibc prints the same.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { compileFile } from "../../system/cli/compile.ts";
import { rootEntries, runStory } from "../story/support.ts";

const folder = mkdtempSync(join(tmpdir(), "faultline-names-"));
const hasHostCompiler = spawnSync("gcc", ["--version"]).status === 0;
if (!hasHostCompiler) console.warn("comparisons with the host's C library skipped: install the package gcc");

afterAll(() => rmSync(folder, { recursive: true }));

/** An allocator that never takes anything back and counts what it is asked for. */
const ALLOCATOR = `#include <stdio.h>
  #include <stdlib.h>
  #include <string.h>
  static _Alignas(16) char room[1 << 20]; static size_t used; static int asked, given;
  void *malloc(size_t bytes) { asked++; char *p = room + used; used += (bytes + 15) / 16 * 16; return p; }
  void free(void *p) { if (p) given++; }
  void *calloc(size_t n, size_t bytes) { return malloc(n * bytes); }
  void *realloc(void *p, size_t bytes) { void *q = malloc(bytes); if (p) memcpy(q, p, bytes); return q; }
  static int isInRoom(void *p) { return (char *)p >= room && (char *)p < room + sizeof room; }
  `;

/** [what, program, what it prints] */
const LIKE_GLIBC: readonly (readonly [string, string, string])[] = [
  [
    "a write that drops everything",
    `#include <stdio.h>
    #include <unistd.h>
    ssize_t write(int fd, const void *p, size_t n) { return n; }
    int main(void) { puts("kept"); fprintf(stdout, "%d\\n", (int)write(1, "lost", 4)); return 0; }`,
    "kept\n4\n",
  ],
  [
    "a read and a write of other types",
    `#include <stdio.h>
    int read(void) { return 5; }
    void write(const char *s) { printf("<%s>\\n", s); }
    int main(void) { FILE *f = tmpfile(); fputs("xyz", f); rewind(f); int c = getc(f);
      write("hi"); printf("%c %d\\n", c, read()); return 0; }`,
    "<hi>\nx 5\n",
  ],
  [
    "a close that is a number",
    `#include <stdio.h>
    int close = 5;
    int main(void) { FILE *f = tmpfile(); putc('x', f); int ended = fclose(f); printf("%d %d\\n", ended, close); return 0; }`,
    "0 5\n",
  ],
  [
    "an open, an lseek and a getpid of the program's own",
    `#include <stdio.h>
    int open(void) { return 1; } long lseek(void) { return -2; } int getpid(void) { return 3; } int isatty(void) { return 4; }
    int main(void) { FILE *f = fopen("/dev/null", "r"); printf("%d %d\\n", f != 0, fseek(f, 0, SEEK_SET));
      printf("%d %ld %d %d\\n", open(), lseek(), getpid(), isatty()); return 0; }`,
    "1 0\n1 -2 3 4\n",
  ],
  [
    "variables with names of functions",
    `#include <stdio.h>
    int index = 3, time = 3; double y1 = 2, j0 = 3, gamma = 4;
    int main(void) { printf("%d %g\\n", index + time, y1 + j0 + gamma); return 0; }`,
    "6 9\n",
  ],
  [
    "an allocator",
    `${ALLOCATOR}
    int main(void) { asked = given = 0; char *p = strdup("twice"); int before = asked; void *q = calloc(2, 4); free(p);
      printf("%d %d %d %d %d %s\\n", before, asked, given, isInRoom(p), isInRoom(q), p); return 0; }`,
    "1 2 1 1 1 twice\n",
  ],
];

/** Where glibc's static library refuses to link, or calls the program's function and so goes astray; C leaves these undefined. */
const BETTER_THAN_GLIBC: readonly (readonly [string, string, string])[] = [
  [
    "a strlen that is a number",
    `#include <stdio.h>
    int strlen = 3;
    int main(void) { puts("abc"); printf("%s %d\\n", "def", strlen); return 0; }`,
    "abc\ndef 3\n",
  ],
  [
    "a strnlen that counts otherwise",
    `#include <stdio.h>
    #include <string.h>
    size_t strnlen(const char *s, size_t n) { return 0; }
    int main(void) { printf("%.3s %d\\n", "abcdef", (int)strnlen("abc", 3)); return 0; }`,
    "abc 0\n",
  ],
  [
    "functions of ISO C",
    `#include <stdio.h>
    #include <stdarg.h>
    static unsigned long mine(const char *s) { return 42; }
    unsigned long strlen(const char *s) { return mine(s); }
    void *memcpy(void *to, const void *from, unsigned long n) { return to; }
    int vfprintf(FILE *f, const char *format, va_list list) { return -1; }
    int printf(const char *format, ...) { return puts("mine"); }
    int main(void) { char b[8]; unsigned long (*volatile length)(const char *) = strlen; fprintf(stdout, "%s %d\\n", "text", 7);
      snprintf(b, sizeof b, "%s", "abc"); puts(b); fprintf(stdout, "%d\\n", (int)length("")); return printf("%d\\n", 1) < 0; }`,
    "text 7\nabc\n42\nmine\n",
  ],
  [
    "an allocator's name for a variable",
    `#include <stdio.h>
    #include <string.h>
    int free = 7;
    int main(void) { FILE *f = tmpfile(); fclose(f); printf("%s %d\\n", strdup("x"), free); return 0; }`,
    "x 7\n",
  ],
  [
    "an operator new",
    `#include <stdio.h>
    static char room[64]; void *_Znwj(unsigned bytes) { return room; } void *_Znaj(unsigned);
    int main(void) { printf("%d\\n", _Znaj(8) == room); return 0; }`,
    "1\n",
  ],
];

const nameOf = (title: string): string => join(folder, title.replace(/\W/g, "-"));

function write(title: string, program: string): string {
  const source = `${nameOf(title)}.c`;
  writeFileSync(source, program);
  return source;
}

describe("names of the C library that the program defines for itself", () => {
  it.each([...LIKE_GLIBC, ...BETTER_THAN_GLIBC])("%s", (title, program, expected) => {
    const bytes = compileFile(write(title, program), rootEntries());

    const { stdout, status } = runStory(["/tmp/program"], { withoutEvents: true }, [
      { path: "/tmp/program", type: "file", mode: 0o755, bytes },
    ]);

    expect(stdout).toBe(expected);
    expect(status).toBe(0);
  });

  it.skipIf(!hasHostCompiler).each(LIKE_GLIBC)("%s: the same with static glibc", (title, program, expected) => {
    execFileSync("gcc", ["-static", "-fno-builtin", "-w", write(title, program), "-o", nameOf(title)]);

    expect(execFileSync(nameOf(title), { encoding: "utf8" })).toBe(expected);
  });
});
