/** The reader of debug information, on our own output and on the reference compiler's in DWARF 4 and 5. */
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "vitest";
import { type DebugInfo, type DebugType, readDebugInfo } from "../../../toolchain/dwarf/read.ts";
import { readElf } from "../../../toolchain/elf/read.ts";
import { missingTools, Workshop } from "../c-run/toolchain.ts";

const source = join(dirname(fileURLToPath(import.meta.url)), "program.c");
const workshop = new Workshop();
afterAll(() => workshop.dispose());

function open(program: string): DebugInfo {
  const file = readElf(new Uint8Array(readFileSync(program)), program);
  if (!file.ok) throw new Error("no ELF file");
  const info = readDebugInfo(file.value);
  if (!info.ok) throw new Error(info.message);
  return info.value;
}

const BUILDS: Readonly<Record<string, () => string>> = {
  "our -O0 code": () => workshop.link([workshop.ours(source, "a.o", ["-O0", "-g"])], "a"),
  "our -O1 code": () => workshop.link([workshop.ours(source, "b.o", ["-O1", "-g"])], "b"),
  "GCC's DWARF 4": () => workshop.linkByGnu([workshop.reference(source, "c.o", ["-O0", "-gdwarf-4"])], "c"),
  "GCC's DWARF 5": () => workshop.linkByGnu([workshop.reference(source, "d.o", ["-O0", "-gdwarf-5"])], "d"),
  "GCC's optimised DWARF 5": () =>
    workshop.linkByGnu([workshop.reference(source, "e.o", ["-O1", "-fno-inline", "-gdwarf-5"])], "e"),
  "GCC's DWARF 5 by our linker": () => workshop.link([workshop.reference(source, "f.o", ["-O0", "-gdwarf-5"])], "f"),
};

const strip = (type: DebugType | null): DebugType | null =>
  type?.kind === "typedef" || type?.kind === "qualified" ? strip(type.of) : type;

for (const [name, build] of Object.entries(BUILDS)) {
  // Optimised code of GCC's gives line 10 no statement of its own.
  const isOptimised = name.includes("optimised");
  test.skipIf(missingTools !== undefined || isOptimised)(
    `lines, functions, variables and types are read from ${name}`,
    () => {
      const info = open(build());

      const inner = info.functionNamed("inner")!;
      expect(info.functionAt(inner.start)?.name).toBe("inner");
      expect(inner.line).toBe(6);
      const [stop] = info.addressesOf("program.c", 10);
      expect(info.lineAt(stop!)).toMatchObject({ line: 10 });
      expect(info.lineAt(stop!)!.file.endsWith("program.c")).toBe(true);
      expect(info.functionAt(stop!)?.name).toBe("inner");
      const names = info.variablesAt(stop!).map((variable) => variable.name);
      expect(names).toEqual(expect.arrayContaining(["square", "i", "a", "p", "big", "sum"]));
      expect(names.indexOf("square")).toBeLessThan(names.indexOf("sum"));

      const pointer = strip(inner.variables.find((variable) => variable.name === "p")!.type);
      const record = pointer?.kind === "pointer" ? strip(pointer.to) : null;
      if (record?.kind !== "struct") throw new Error("p points to a struct");
      expect(record.bytes).toBe(16);
      expect(record.members.map((member) => [member.name, member.offset])).toEqual([
        ["x", 0],
        ["y", 4],
        ["name", 6],
        ["flag", 10],
        ["next", 12],
      ]);
      expect(record.members[3]!.bitField).toEqual({ bit: 80, width: 3 });
      const next = strip(record.members[4]!.type);
      expect(next?.kind === "pointer" && strip(next.to) === record).toBe(true);
      expect(info.globals.map((variable) => variable.name)).toContain("counter");
    },
  );

  test.skipIf(missingTools !== undefined)(`the frame at a function's entry leads to its caller in ${name}`, () => {
    const info = open(build());
    const inner = info.functionNamed("inner")!;
    const registers = Array.from({ length: 32 }, (_, number) => number * 0x1000);
    registers[2] = 0x4000;
    registers[1] = 0x12345;

    const caller = info.unwind({ pc: inner.start, registers }, () => null);

    expect(info.cfaOf({ pc: inner.start, registers })).toBe(0x4000);
    expect(caller?.pc).toBe(0x12345);
    expect(caller?.registers[2]).toBe(0x4000);
    expect(caller?.registers[8]).toBe(0x8000);
  });
}
