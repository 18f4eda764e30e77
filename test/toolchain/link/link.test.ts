/** The linker: mixed with GCC's objects and GNU ld in both directions, run under qemu-riscv32; and its messages. */

import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { readArchive, writeArchive } from "../../../toolchain/ar.ts";
import { assembleText } from "../../../toolchain/asm/assemble.ts";
import { renderDiagnostics, SourceFile } from "../../../toolchain/diagnostics.ts";
import { readElf } from "../../../toolchain/elf/read.ts";
import { writeObject } from "../../../toolchain/elf/write.ts";
import { type LinkInput, type LinkOptions, link } from "../../../toolchain/link.ts";
import { hasGcc, hasQemu, path, run } from "../asm/gnu.ts";

const START = `.globl _start
_start: la gp, __global_pointer$
 la tp, tls_block
 call main
 li a7, 93
 ecall
 .globl add
 .type add, @function
add: add a0, a0, a1
 ret
 .data
 .globl data_var
data_var: .word 30
 .bss
tls_block: .zero 64
 .text
`;

function ours(source: string, name: string): LinkInput {
  const result = assembleText(new SourceFile(name, source), { name });
  if (!result.ok) throw new Error(renderDiagnostics(result.diagnostics));
  return { kind: "object", object: result.object };
}

const file = (name: string): LinkInput => ({ kind: "file", name, bytes: readFileSync(path(name)) });

function compile(source: string, name: string, ...flags: string[]): LinkInput {
  const extension = flags.includes("-c++") ? "cc" : "c";
  writeFileSync(path(`${name}.${extension}`), source);
  const own = flags.filter((flag) => flag !== "-c++");
  run(
    extension === "cc" ? "riscv64-unknown-elf-g++" : "riscv64-unknown-elf-gcc",
    "-march=rv32ima",
    "-mabi=ilp32",
    "-ffreestanding",
    ...own,
    "-c",
    path(`${name}.${extension}`),
    "-o",
    path(name),
  );
  return file(name);
}

function linked(
  inputs: readonly LinkInput[],
  options: LinkOptions = {},
): { executable: Uint8Array; map: string | null } {
  const result = link(inputs, options);
  if (!result.ok) throw new Error(renderDiagnostics(result.diagnostics));
  return result;
}

/** Exit status under qemu. */
function exitOf(executable: Uint8Array, name: string): number | null {
  writeFileSync(path(name), executable, { mode: 0o755 });
  return spawnSync("qemu-riscv32", [path(name)], { timeout: 20_000 }).status;
}

const messageOf = (inputs: readonly LinkInput[]): string => {
  const result = link(inputs);
  return result.ok ? "" : renderDiagnostics(result.diagnostics);
};

const MAIN = `int add(int, int); int common_var; extern int data_var; __thread int local = 5;
static int (*table[])(int, int) = { add };
__attribute__((constructor(200))) static void second(void) { common_var = common_var * 2; }
__attribute__((constructor(101))) static void first(void) { common_var = 3; }
extern void (*__init_array_start[])(void), (*__init_array_end[])(void);
__attribute__((weak)) int absent(void);
int pick(int x) { switch (x) { case 1: return 10; case 2: return 9; case 3: return 8; case 4: return 7; case 5: return 1; case 6: return 77; } return 0; }
int main(void) { for (void (**f)(void) = __init_array_start; f < __init_array_end; f++) (*f)();
  if (absent) return 99; if (((long)&pick) % 32) return 98;
  return table[0](common_var, data_var) + pick(local) + 5; }`.replace(
  "int pick(int x)",
  "__attribute__((aligned(32))) int pick(int x)",
);

describe.skipIf(!hasGcc || !hasQemu)("GCC's objects and ours in one program", () => {
  // common_var is (3 * 2) after both constructors in order of priority; 6 + 30 + pick(5) = 1 + 5.
  it.each([
    ["-O0"],
    ["-O2"],
    ["-O2 -g"],
    ["-Os -march=rv32imac"],
    ["-O1 -fPIC -ftls-model=initial-exec"],
    ["-O2 -mno-relax"],
    ["-O1 -fcommon -ffunction-sections -fdata-sections"],
  ])("%s, linked by us", (flags) => {
    const main = compile(MAIN, "main.o", ...flags.split(" ").filter((flag) => flag !== "-c"));
    const thread = START.replace("tls_block: .zero 64", "").replace(
      "la tp, tls_block",
      "la tp, local\n lui t0, %tprel_hi(local)\n addi t0, t0, %tprel_lo(local)\n sub tp, tp, t0",
    );
    const { executable } = linked([ours(thread, "start.o"), main], { gcSections: flags.includes("sections") });
    expect(exitOf(executable, "mixed.elf")).toBe(42);
  });

  it("linked by GNU ld", () => {
    compile(MAIN.replace("__thread ", ""), "main.o", "-O1");
    const start = ours(START, "start.o");
    if (start.kind === "object") writeFileSync(path("start.o"), writeObject(start.object));
    run("riscv64-unknown-elf-ld", "-m", "elf32lriscv", path("start.o"), path("main.o"), "-o", path("gnu.elf"));
    expect(exitOf(readFileSync(path("gnu.elf")), "gnu2.elf")).toBe(42);
  });

  it("C++ with virtual functions, templates in COMDAT groups, static construction, new and delete", () => {
    const shared = `template <class T> struct Twice { static int calls; static T of(T x) { calls++; return x + x; } }; template <class T> int Twice<T>::calls = 0;
      struct Shape { virtual int area() = 0; virtual ~Shape() {} };\n`;
    const one = compile(
      `${shared} struct Square : Shape { int s; Square(int s) : s(s) {} int area() override { return Twice<int>::of(s * s) / 2; } };
      Shape *make(int s) { return new Square(s); } int other();
      extern "C" { void (*atexit_fn)(void*); int __cxa_atexit(void (*f)(void *), void *, void *) { atexit_fn = f; return 0; } void *__dso_handle; void __cxa_pure_virtual() { for (;;); } }
      static char heap[1024]; static unsigned used; static int freed;
      void *operator new(unsigned n) { void *p = heap + used; used += (n + 7) & ~7u; return p; } void operator delete(void *, unsigned) noexcept { freed++; }
      void operator delete(void *) noexcept { freed++; }
      struct Global { int v; Global() : v(2) {} ~Global() { v = 0; } } global;
      extern "C" void (*__init_array_start[])(), (*__init_array_end[])();
      extern "C" int main() { for (auto f = __init_array_start; f < __init_array_end; f++) (*f)();
        Shape *s = make(5); int a = s->area(); delete s; return a + other() + global.v + freed + Twice<int>::calls; }`,
      "one.o",
      "-c++",
      "-O1",
      "-fno-exceptions",
      "-fno-rtti",
    );
    const two = compile(
      `${shared} int other() { return Twice<int>::of(5); }`,
      "two.o",
      "-c++",
      "-O0",
      "-fno-exceptions",
      "-fno-rtti",
    );
    // 25 + 10 + 2 + 1 + 2 calls
    expect(exitOf(linked([ours(START, "start.o"), one, two]).executable, "cxx.elf")).toBe(40);
  });

  it("pulls from an archive only the members that are needed, whatever the order", () => {
    compile("int helper(void); int main(void) { return helper(); }", "m.o", "-O1");
    compile("int deep(void); int helper(void) { return deep() + 1; }", "helper.o", "-O1");
    compile("int deep(void) { return 6; }", "deep.o", "-O1");
    compile("int unused(void) { return missing(); } int missing(void);", "unused.o", "-O1", "-w", "-fpermissive");
    const member = (name: string): { name: string; bytes: Uint8Array } => ({ name, bytes: readFileSync(path(name)) });
    const archive = writeArchive([member("deep.o"), member("unused.o"), member("helper.o")]);
    const { executable, map } = linked(
      [{ kind: "file", name: "lib.a", bytes: archive }, file("m.o"), ours(START, "start.o")],
      { map: true },
    );
    expect(exitOf(executable, "archive.elf")).toBe(7);
    expect(map).toContain("lib.a(deep.o)");
    expect(map).not.toContain("lib.a(unused.o)");
  });

  it("debug sections come out relocated: GNU's readers take them and find our lines", () => {
    const main = compile("int main(void) {\n  int x = 4;\n  return x;\n}\n", "dbg.o", "-g", "-O0");
    writeFileSync(path("dbg.elf"), linked([ours(START, "start.o"), main]).executable);
    const text = run("riscv64-unknown-elf-readelf", "-aW", "--debug-dump=info,line,frames", path("dbg.elf"));
    expect(text).not.toMatch(/warning|error:/i);
    expect(text).toMatch(/DW_AT_name\s+:.*main/);
  });
});

describe("layout", () => {
  it("separates R, RX and RW on page boundaries and lets code and data lie at the same offset modulo the page", () => {
    const { executable } = linked([ours(`${START}\n.globl main\nmain: ret\n.section .rodata\n.word 1\n`, "s.o")]);
    const elf = readElf(executable, "s");
    if (!elf.ok) throw new Error(renderDiagnostics(elf.diagnostics));
    const loads = elf.value.segments.filter((segment) => segment.type === 1);
    expect(loads.map((segment) => segment.flags)).toEqual([4, 5, 6]);
    expect(loads.every((segment) => segment.vaddr % 4096 === 0 && segment.fileOffset % 4096 === 0)).toBe(true);
    expect(loads[2]!.memoryBytes - loads[2]!.fileBytes).toBeGreaterThanOrEqual(64);
  });

  it("leaves out what nothing reaches, and keeps .init_array and what it names", () => {
    const source = `${START}.section .text.main,"ax",@progbits\n.globl main\nmain: ret\n.section .text.dead,"ax",@progbits\n.globl dead\ndead: call nowhere\n.section .text.ctor,"ax",@progbits\n.globl ctor\nctor: ret\n.section .init_array,"aw",@init_array\n.word ctor\n`;
    const elf = readElf(linked([ours(source, "gc.o")], { gcSections: true }).executable, "gc");
    const names = elf.ok ? elf.value.symbols.map((symbol) => symbol.name) : [];
    expect(names).toContain("main");
    expect(names).toContain("ctor");
    expect(names).not.toContain("dead");
  });
});

/** An archive with a member for each source. */
function archiveOf(name: string, members: Readonly<Record<string, string>>, isLibrary: boolean): LinkInput {
  const made = Object.entries(members).map(([member, source]) => {
    const input = ours(source, member) as { object: Parameters<typeof writeObject>[0] };
    return { name: member, bytes: writeObject(input.object) };
  });
  const archive = readArchive(writeArchive(made), name);
  if (!archive.ok) throw new Error("the archive cannot be read");
  return { kind: "archive", archive: archive.value, isLibrary };
}

const func = (name: string, body: string): string =>
  `.text\n .globl ${name}\n .type ${name}, @function\n${name}: ${body}\n`;
/** A function that calls others one after the other and answers 10 times the sum so far plus what each answers. */
const calls = (name: string, ...others: readonly string[]): string =>
  func(
    name,
    `addi sp, sp, -16\n sw ra, 0(sp)\n sw zero, 4(sp)\n${others
      .map((other) => ` call ${other}\n lw t0, 4(sp)\n li t1, 10\n mul t0, t0, t1\n add a0, a0, t0\n sw a0, 4(sp)\n`)
      .join("")} lw ra, 0(sp)\n addi sp, sp, 16\n ret`,
  );
const answer = (name: string, value: number): string => func(name, `li a0, ${value}\n ret`);

/** A function that answers what stands in the variable `shared`. */
const reader = (name: string): string => func(name, "lui a0, %hi(shared)\n lw a0, %lo(shared)(a0)\n ret");

describe("names that the program and the C library both define", () => {
  const start = func("_start", "call main\n li a7, 93\n ecall");
  const library = (members: Readonly<Record<string, string>>): LinkInput => archiveOf("libc.a", members, true);

  it.skipIf(!hasQemu)("each calls its own, also when the library's stands in a member not loaded yet", () => {
    const program = ours(start + calls("main", "shared", "other") + answer("shared", 1), "p.o");
    const libc = library({ "o.o": calls("other", "shared", "deep"), "s.o": answer("shared", 2) + answer("deep", 3) });

    const { executable, map } = linked([program, libc], { gcSections: true, map: true });

    expect(exitOf(executable, "both.elf")).toBe(1 * 10 + 23);
    expect(map).toMatch(/^libc\.a\(s\.o\) +shared \(first used in libc\.a\(o\.o\)\)$/m);
    expect(map!.match(/^ {19}0x[0-9a-f]+ +shared$/gm)).toHaveLength(2);
    const file = readElf(executable, "both.elf");
    const bindings = file.ok ? file.value.symbols.filter(({ name }) => name === "shared").map((s) => s.binding) : [];
    expect(bindings).toEqual([0, 1]);
  });

  it.skipIf(!hasQemu)("a member of the program's own archive that comes late changes nothing for the library", () => {
    const program = ours(start + calls("main", "other", "shared"), "p.o");
    const own = archiveOf("libx.a", { "x.o": calls("callback", "shared") + answer("shared", 1) }, false);
    const libc = library({ "o.o": calls("other", "shared", "callback"), "s.o": answer("shared", 2) });

    // `shared` of libx.a comes in for main, or only when callback is looked for.
    expect(exitOf(linked([program, own, libc]).executable, "late.elf")).toBe(21 * 10 + 1);
    expect(exitOf(linked([program, libc, own]).executable, "late.elf")).toBe(21 * 10 + 1);
  });

  it.skipIf(!hasQemu)("the program's malloc is the library's too, its variable of that name is not", () => {
    const libc = library({ "o.o": calls("other", "malloc"), "s.o": answer("malloc", 2) });
    const main = start + calls("main", "other");
    const variable = ".data\n .globl malloc\n .type malloc, @object\n .size malloc, 4\nmalloc: .word 1\n";

    expect(exitOf(linked([ours(main + answer("malloc", 1), "p.o"), libc]).executable, "m.elf")).toBe(1);
    expect(exitOf(linked([ours(main + variable, "p.o"), libc]).executable, "m.elf")).toBe(2);
  });

  it.skipIf(!hasQemu)("a common symbol is the library's variable of that name, and not its function", () => {
    const common = ours(`${start + calls("main", "other", "mine")}.comm shared, 4, 4\n${reader("mine")}`, "p.o");
    const variable = ".data\n .globl shared\n .type shared, @object\n .size shared, 4\nshared: .word 2\n";

    const one = linked([common, library({ "o.o": variable + reader("other") })]);
    expect(exitOf(one.executable, "common.elf")).toBe(22);
    const two = linked([common, library({ "o.o": answer("shared", 3) + calls("other", "shared") })]);
    expect(exitOf(two.executable, "common.elf")).toBe(30);
  });

  it.skipIf(!hasQemu)("each finds its own through the global offset table", () => {
    const data = (value: number): string =>
      `.data\n .globl shared\n .type shared, @object\n .size shared, 4\nshared: .word ${value}\n`;
    const viaGot = (name: string): string =>
      func(name, `1: auipc a0, %got_pcrel_hi(shared)\n lw a0, %pcrel_lo(1b)(a0)\n lw a0, 0(a0)\n ret`);

    const { executable } = linked([
      ours(start + calls("main", "other", "mine") + viaGot("mine") + data(1), "p.o"),
      library({ "o.o": viaGot("other"), "s.o": data(2) }),
    ]);
    expect(exitOf(executable, "got.elf")).toBe(21);
  });

  it("twice in the program, or in the program and another archive, is an error all the same", () => {
    const program = ours(start + calls("main", "other") + answer("shared", 1), "p.o");
    const members = { "o.o": calls("other", "shared") + answer("shared", 2) };

    expect(messageOf([program, library(members)])).toBe("");
    expect(messageOf([program, archiveOf("libx.a", members, false)])).toContain('"shared" is defined twice');
    expect(messageOf([program, ours(answer("shared", 3), "q.o"), library(members)])).toMatch(
      /q\.o: .*"shared" is defined twice[\s\S]*p\.o: /,
    );
  });
});

describe("messages name object, symbol and remedy", () => {
  it("undefined symbol with the nearest spelling, once, at its first use", () => {
    const text = messageOf([
      ours(
        `${START}.globl main\n.type main,@function\nmain: call prinft\n call prinft\n ret\n.globl printf\nprintf: ret\n`,
        "main.o",
      ),
    ]);
    expect(text).toBe('main.o: in main, .text+0x28: error: undefined symbol "prinft"\nhelp: did you mean "printf"?\n');
  });

  it("a program without main, however near another name is", () => {
    const text = messageOf([ours(`${START}.globl mian\nmian: ret\n`, "a.o")]);
    expect(text).toContain('error: undefined symbol "main"\n');
    expect(text).toContain("help: a program begins in it: define `int main(void)`; or compile with -c");
  });

  it("duplicate definition with both places", () => {
    const text = messageOf([ours(`${START}.globl main\nmain: ret\n`, "a.o"), ours(".globl main\nmain: ret\n", "b.o")]);
    expect(text).toMatch(
      /b\.o: \.text\+0x0: error: "main" is defined twice[\s\S]*a\.o: \.text\+0x[0-9a-f]+: note: the first definition is here/,
    );
  });

  it("no start", () => {
    expect(messageOf([ours(".globl main\nmain: ret\n", "m.o")])).toContain('the entry symbol "_start" is not defined');
  });

  it("a jump out of reach", () => {
    const text = messageOf([
      ours(`.globl _start\n_start: jal far\n .zero 2097152\n`, "a.o"),
      ours(".globl far\nfar: ret\n", "b.o"),
    ]);
    expect(text).toContain('the jump to "far" is');
    expect(text).toContain("reaches ±1 MiB");
    expect(text).toContain("use `call`/`tail`");
  });

  it("weak undefined symbols are 0, and weak definitions give way", () => {
    const weak = ours(
      `${START}.weak nothing\n.weak main\nmain: li a0, 1\n ret\n.data\n.globl p\np: .word nothing\n`,
      "w.o",
    );
    expect(link([weak]).ok).toBe(true);
    expect(link([weak, ours(".globl main\nmain: ret\n", "strong.o")]).ok).toBe(true);
  });

  it("a jump to an absent weak function becomes a trap where address 0 is out of its reach", () => {
    const far = ours(
      `${START}.weak nothing\n.globl main\nmain: jal nothing\n ret\n.section .rodata\n.zero 0x200000\n`,
      "f.o",
    );
    const linked = link([far]);
    expect(linked.ok).toBe(true);
  });
});
