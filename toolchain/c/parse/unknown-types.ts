/** What to say of a name that is used as a type and is none: the tag that lacks its keyword, another language's word, a missing header, a slip of the pen. */
import { type Diagnostic, nearestName } from "../../diagnostics.ts";
import { spanOf, type Token } from "../tokens.ts";

export function unknownTypeExtra(tokens: readonly Token[], at: number, types: Iterable<string>): Partial<Diagnostic> {
  const name = tokens[at]!.text;
  const foreign = FOREIGN_TYPES.get(name);
  const header = TYPE_HEADERS.get(name);
  const near = nearestName(name, [...types, ...TYPE_KEYWORDS]);
  const span = spanOf(tokens[at]!);
  const tag = tokens.findIndex(
    ({ text }, i) => (text === "struct" || text === "union" || text === "enum") && tokens[i + 1]?.text === name,
  );
  const tagged = `${tokens[tag]?.text} ${name}`;
  return tag >= 0
    ? { hint: `did you mean '${tagged}'?`, fix: { span, replacement: tagged } }
    : foreign !== undefined
      ? { hint: foreign }
      : header !== undefined
        ? { hint: `'${name}' is declared in <${header}>: add #include <${header}>` }
        : near !== null
          ? { hint: `did you mean '${near}'?`, fix: { span, replacement: near } }
          : {};
}

const TYPE_KEYWORDS = [
  "void",
  "char",
  "short",
  "int",
  "long",
  "float",
  "double",
  "signed",
  "unsigned",
  "struct",
  "union",
  "enum",
];

/** Types of other languages. */
const FOREIGN_TYPES: ReadonlyMap<string, string> = new Map([
  ["string", "C has no type for strings: use an array of char, or char *"],
  ["String", "C has no type for strings: use an array of char, or char *"],
  ["boolean", "C's truth values are 'bool', from <stdbool.h>, or int"],
  ["byte", "C's bytes are 'unsigned char', or uint8_t from <stdint.h>"],
  ["class", "C has no classes: use 'struct', and functions that take a pointer to it"],
  ["var", "C needs the variable's type here, for example 'int'"],
  ["let", "C needs the variable's type here, for example 'int'"],
]);

/** Where the common type names come from. */
const TYPE_HEADERS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    size_t: "stddef.h",
    ptrdiff_t: "stddef.h",
    wchar_t: "stddef.h",
    ssize_t: "sys/types.h",
    pid_t: "sys/types.h",
    off_t: "sys/types.h",
    mode_t: "sys/types.h",
    bool: "stdbool.h",
    ...Object.fromEntries(
      "bool char schar uchar short ushort int uint long ulong llong ullong size_t flag uintptr_t intptr_t"
        .split(" ")
        .map((name) => [`atomic_${name}`, "stdatomic.h"]),
    ),
    FILE: "stdio.h",
    va_list: "stdarg.h",
    time_t: "time.h",
    clock_t: "time.h",
    jmp_buf: "setjmp.h",
    sigset_t: "signal.h",
    DIR: "dirent.h",
    int8_t: "stdint.h",
    int16_t: "stdint.h",
    int32_t: "stdint.h",
    int64_t: "stdint.h",
    uint8_t: "stdint.h",
    uint16_t: "stdint.h",
    uint32_t: "stdint.h",
    uint64_t: "stdint.h",
    intptr_t: "stdint.h",
    uintptr_t: "stdint.h",
    intmax_t: "stdint.h",
    uintmax_t: "stdint.h",
  }),
);
