/** Prototypes of the sysroot's headers that nothing asks for: which are left out, and that nobody notices. */
import { expect, test } from "vitest";
import { dropUnusedPrototypes } from "../../../toolchain/c/parse/unused-prototypes.ts";
import { tokenize } from "../../../toolchain/c/tokenize.ts";
import { codeOfToken } from "../../../toolchain/c/tokens.ts";
import { SourceFile } from "../../../toolchain/diagnostics.ts";
import { cc } from "../../../toolchain/driver.ts";

const PROGRAM = "int main(void) { struct s v; return used(1) + __builtin_like(2) + v.member; }\n";

/** Words of what is left of a header before PROGRAM, one blank apart. */
function left(header: string, isOfSysroot = true): string {
  const own = tokenize(new SourceFile("p.c", PROGRAM)).slice(0, -1);
  const tokens = [...tokenize(new SourceFile("h.h", header, isOfSysroot)).slice(0, -1), ...own];
  const kept = dropUnusedPrototypes(tokens, Uint16Array.from(tokens, codeOfToken));
  expect([...kept.codes]).toEqual(kept.tokens.map(codeOfToken));
  expect(kept.tokens.slice(-own.length)).toEqual(own);
  return kept.tokens
    .slice(0, -own.length)
    .map(({ text }) => text)
    .join(" ");
}

test.each([
  "int idle(void);",
  "extern char *idle(const char *text, int (*callback)(int), ...) __attribute__((format(printf, 1, 2)));",
  "int idle(int);\nlong lazy(long);",
])("a prototype whose name occurs once is left out: %s", (header) => {
  expect(left(header)).toBe("");
});

test.each([
  ["is called", "int used ( int ) ;"],
  ["is called as a builtin", "int like ( int ) ;"],
  ["is a member's name elsewhere", "int member ( void ) ;"],
  ["is declared twice", "int twice ( void ) ; int twice ( void ) ;"],
  ["is called in the header", "int inner ( void ) ;\nstatic inline int outer ( void ) { return inner ( ) ; }"],
  ["is not alone", "int one ( void ) , other ( void ) ;"],
  ["declares a tag", "struct tm * gmtime ( long ) ;"],
  ["is a pointer to a function", "int ( * hook ) ( void ) ;"],
  ["is no function", "extern int variable ;"],
  ["is a type", "typedef int function ( void ) ;"],
  ["follows an attribute", "__attribute__ ( ( noreturn ) ) void stop ( void ) ;"],
])("a declaration stays that %s", (_, header) => {
  expect(left(header)).toBe(header.replace("\n", " "));
});

test("nothing of a person's own headers is left out", () => {
  expect(left("int idle ( void ) ;", false)).toBe("int idle ( void ) ;");
});

test("a misspelt name is still compared with functions that were left out", () => {
  const files = new Map<string, string>([
    ["/usr/include/far.h", "int distance(int);\nint other(int);\n"],
    ["a.c", "#include <far.h>\nint main(void) { return distence(3); }\n"],
  ]);
  const readFile = (path: string): Uint8Array | null =>
    files.has(path) ? new TextEncoder().encode(files.get(path)) : null;

  const { status, stderr } = cc(["-c", "a.c"], { readFile, writeFile: () => null, sysroot: "/usr" });

  expect(status).toBe(1);
  expect(stderr).toContain("a.c:2:25: error: the function 'distence' is not declared");
  expect(stderr).toContain("did you mean 'distance'?");
});
