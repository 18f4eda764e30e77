import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { COMPRESSED, INSTRUCTIONS } from "../../../emulator/isa/table.ts";

test("docs/hardware.md lists every instruction of the table under its extension, and no other", () => {
  const text = readFileSync(new URL("../../../docs/hardware.md", import.meta.url), "utf8");
  const rows = [...INSTRUCTIONS, ...COMPRESSED];
  for (const extension of new Set(rows.map((row) => row.extension))) {
    const line = text.split("\n").find((each) => each.startsWith(`| ${extension} |`)) ?? "";
    const listed = [...line.matchAll(/`([^`]+)`/g)].map(([, mnemonic]) => mnemonic);
    const expected = rows.filter((row) => row.extension === extension).map((row) => row.mnemonic);
    expect([...listed].sort(), extension).toEqual([...expected].sort());
  }
});
