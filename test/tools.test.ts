/**
 * The oracles that other tests skip without. Anyone may run the tests without them; where FAULTLINE_REQUIRE_TOOLS is set,
 * as in .ci/run, each has to be there, so that nothing is skipped in silence.
 */
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { expect, test } from "vitest";

/** Program to the Debian package that brings it. */
const TOOLS = {
  "qemu-riscv32": "qemu-user",
  "riscv64-unknown-elf-gcc": "gcc-riscv64-unknown-elf",
  "riscv64-unknown-elf-objdump": "binutils-riscv64-unknown-elf",
  "gdb-multiarch": "gdb-multiarch",
  csmith: "csmith",
  chromium: "chromium",
} as const;

const isRequired = process.env["FAULTLINE_REQUIRE_TOOLS"] !== undefined;

function isInstalled(program: string): boolean {
  return (process.env["PATH"] ?? "").split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

for (const [program, debianPackage] of Object.entries(TOOLS)) {
  test.skipIf(!isInstalled(program) && !isRequired)(
    `${program} is here to check against (Debian package ${debianPackage})`,
    () => {
      expect(isInstalled(program)).toBe(true);
    },
  );
}
