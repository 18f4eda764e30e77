/** The command line of cc: what is written where, what is said, and with which exit status. */
import { expect, test } from "vitest";
import { cc, type DriverHost, runTool } from "../../../toolchain/driver.ts";
import { readElf } from "../../../toolchain/elf/read.ts";

/** Files in memory. */
function memoryHost(files: Readonly<Record<string, string>>): DriverHost & { readonly files: Map<string, Uint8Array> } {
  const content = new Map<string, Uint8Array>(
    Object.entries(files).map(([name, text]) => [name, new TextEncoder().encode(text)]),
  );
  return {
    files: content,
    readFile: (path) => content.get(path) ?? null,
    writeFile: (path, bytes) => {
      content.set(path, bytes);
      return null;
    },
    sysroot: "/usr",
  };
}

const textOf = (bytes: Uint8Array | undefined): string => new TextDecoder().decode(bytes);
const GOOD = "int add(int a, int b) { return a + b; }\n";

test("-c writes FILE.o in the present folder, and -o names it otherwise", () => {
  const host = memoryHost({ "src/add.c": GOOD });

  expect(cc(["-c", "src/add.c"], host)).toEqual({ status: 0, stdout: "", stderr: "" });
  expect(cc(["-c", "src/add.c", "-o", "x/y.o"], host).status).toBe(0);

  const file = readElf(host.files.get("add.o")!, "add.o");
  expect(file.ok && file.value.symbols.some((symbol) => symbol.name === "add")).toBe(true);
  expect(host.files.get("x/y.o")).toEqual(host.files.get("add.o"));
});

test("-S writes assembly that `as` turns into the same code", () => {
  const host = memoryHost({ "add.c": GOOD });
  cc(["-S", "add.c"], host);
  cc(["-c", "add.c"], host);
  expect(runTool("as", ["add.s", "-o", "again.o"], host).stderr).toBe("");

  expect(textOf(host.files.get("add.s"))).toMatch(/add:\n[\s\S]*add\ta0, a0, a1\n\tret/);
  const codeOf = (name: string): Uint8Array | undefined => {
    const file = readElf(host.files.get(name)!, name);
    return file.ok ? file.value.sections.find((section) => section.name.startsWith(".text.add"))?.bytes : undefined;
  };
  expect(codeOf("again.o")).toEqual(codeOf("add.o"));
});

test("-E prints the preprocessed source, with -D, -U and -I in force", () => {
  const host = memoryHost({
    "a.c": '#include "b.h"\nint x = WIDTH;\n#ifdef __linux__\nbad\n#endif\n',
    "inc/b.h": "#define WIDTH N\n",
  });

  const { status, stdout } = cc(["-E", "-Iinc", "-DN=7", "-U__linux__", "a.c"], host);

  expect(status).toBe(0);
  expect(stdout).toContain("int x = 7;");
  expect(stdout).not.toContain("bad");
});

test("objects, sources and archives link into a program with -nostdlib, and -Wl,-Map writes a map", () => {
  const host = memoryHost({
    "add.c": GOOD,
    "main.c": "int add(int, int);\nvoid _start(void) { add(1, 2); for (;;) {} }\n",
  });
  cc(["-c", "add.c"], host);
  runTool("ar", ["rcs", "lib/libadd.a", "add.o"], host);

  const result = cc(["-nostdlib", "main.c", "-Llib", "-ladd", "-o", "prog", "-Wl,-Map,prog.map"], host);

  expect(result).toEqual({ status: 0, stdout: "", stderr: "" });
  expect(textOf(host.files.get("prog.map"))).toContain("add");
  expect(runTool("nm", ["prog"], host).stdout).toMatch(/ T add\n/);
  expect(runTool("objdump", ["-d", "prog"], host).stdout).toContain("<add>:");
  expect(runTool("size", ["prog"], host).stdout).toContain("prog");
});

test("a mistake gives place, line and caret, status 1, and no output file", () => {
  const host = memoryHost({ "bad.c": "int main(void) {\n  return x;\n}\n" });

  const { status, stderr } = cc(["-c", "bad.c"], host);

  expect(status).toBe(1);
  expect(stderr).toMatch(/^bad\.c:2:10: error: .*x/);
  expect(stderr).toContain("return x;");
  expect(host.files.has("bad.o")).toBe(false);
});

test("-Wall warns and goes on; -Werror makes it an error; -w is silent", () => {
  const host = memoryHost({ "w.c": "int f(void) { int unused; return 1; }\n" });

  expect(cc(["-c", "w.c"], host).stderr).toBe("");
  const warned = cc(["-Wall", "-c", "w.c"], host);
  expect([warned.status, warned.stderr.includes("-Wunused-variable")]).toEqual([0, true]);
  expect(cc(["-Wall", "-Werror", "-c", "w.c"], host).status).toBe(1);
  expect(cc(["-Wall", "-Wno-unused-variable", "-c", "w.c"], host).stderr).toBe("");
  expect(cc(["-Wall", "-w", "-c", "w.c"], host).stderr).toBe("");
});

test("wrong command lines say what is wrong, with status 2", () => {
  const host = memoryHost({ "a.c": GOOD, "b.c": GOOD });

  expect(cc([], host)).toMatchObject({ status: 2, stderr: expect.stringContaining("no input files") });
  expect(cc(["-o"], host)).toMatchObject({ status: 2, stderr: expect.stringContaining("-o needs a value") });
  expect(cc(["-Wal", "-statc", "a.c"], host)).toMatchObject({ status: 2, stderr: expect.stringContaining("-static") });
  expect(cc(["-c", "a.c", "b.c", "-o", "x.o"], host)).toMatchObject({
    status: 2,
    stderr: expect.stringContaining("several"),
  });
  expect(cc(["nothing.c"], host)).toMatchObject({ status: 1, stderr: expect.stringContaining("nothing.c") });
  expect(cc(["--help"], host)).toMatchObject({ status: 0, stdout: expect.stringContaining("Usage: cc") });
  expect(runTool("c++", [], host)).toMatchObject({ status: 2, stderr: expect.stringContaining("unknown tool") });
});

test("an undefined symbol names the symbol and the object that uses it", () => {
  const host = memoryHost({ "main.c": "void gone(void);\nvoid _start(void) { gone(); }\n" });

  const { status, stderr } = cc(["-nostdlib", "main.c", "-o", "prog"], host);

  expect(status).toBe(1);
  expect(stderr).toMatch(/gone/);
  expect(stderr).toMatch(/main/);
  expect(host.files.has("prog")).toBe(false);
});

test("a header or library of the sysroot that was replaced between two compilations is read afresh", () => {
  const host = memoryHost({
    "/usr/include/width.h": "#define WIDTH 3\n",
    "a.c":
      "#include <width.h>\nint add(void);\nvolatile int width = WIDTH;\nvoid _start(void) { add(); for (;;) (void)width; }\n",
    "one.c": "int add(void) { return 1; }\n",
    "two.c": "int add(void) { return 2; }\n",
  });
  const build = (library: string): string => {
    cc(["-c", library, "-o", "add.o"], host);
    host.files.delete("/usr/lib/libadd.a");
    runTool("ar", ["rcs", "/usr/lib/libadd.a", "add.o"], host);
    const result = cc(["-O1", "-nostdlib", "a.c", "-ladd", "-o", "prog"], host);
    expect(result).toEqual({ status: 0, stdout: "", stderr: "" });
    return Buffer.from(host.files.get("prog")!).toString("latin1");
  };

  const first = build("one.c");
  const again = build("one.c");
  const otherLibrary = build("two.c");
  host.files.set("/usr/include/width.h", new TextEncoder().encode("#define WIDTH 4\n"));
  const otherHeader = build("two.c");

  expect(again).toBe(first);
  expect(otherLibrary).not.toBe(first);
  expect(otherHeader).not.toBe(otherLibrary);
});

test("an asm input of 64 bits that matches an output of 32 is refused with its place", () => {
  const host = memoryHost({
    "a.c": 'int f(long long wide) {\n  int word;\n  __asm__("" : "=r"(word) : "0"(wide));\n  return word;\n}\n',
  });

  const { status, stderr } = cc(["-c", "a.c"], host);

  expect(status).toBe(1);
  expect(stderr).toContain("a.c:3:3: error: an asm operand and the output that it matches have to be of the same size");
});
