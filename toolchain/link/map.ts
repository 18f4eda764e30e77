/** The linker's map: why archive members came in, where every section and symbol lies, and what was left out. */

import { SectionFlag } from "../elf/constants.ts";
import type { GlobalSymbol, InputSection, Link } from "./model.ts";

const hex = (value: number): string => `0x${(value >>> 0).toString(16).padStart(8, "0")}`;

/** Map text; addresses in hexadecimal, sizes in bytes. */
export function writeMap(link: Link): string {
  const lines: string[] = ["Archive members, and the symbol that each was needed for", ""];
  for (const { member, symbol, by } of link.pulled) lines.push(`${member.padEnd(40)} ${symbol} (first used in ${by})`);
  lines.push("", "Segments", "", "address     bytes       permissions");
  for (const segment of link.segments) {
    const permissions = [4, 2, 1].map((bit, index) => ((segment.flags & bit) !== 0 ? "RWX"[index] : "-")).join("");
    lines.push(`${hex(segment.vaddr)}  ${String(segment.memoryBytes).padEnd(10)}  ${permissions}`);
  }
  lines.push("", "Sections, the parts that they were made of, and their symbols", "");
  const symbols = symbolsBySection(link);
  for (const output of link.outputs) {
    lines.push(
      `${output.name.padEnd(18)} ${hex(output.vaddr)}  ${output.sizeBytes} bytes, aligned to ${output.alignBytes}`,
    );
    if ((output.flags & SectionFlag.ALLOC) === 0) continue;
    for (const input of output.inputs) {
      if (input.section.sizeBytes === 0) continue;
      lines.push(
        ` ${input.section.name.padEnd(17)} ${hex(output.vaddr + input.offset)}  ${String(input.section.sizeBytes).padEnd(8)} ${input.object.file.name}`,
      );
      for (const global of symbols.get(input) ?? [])
        lines.push(`${" ".repeat(19)}${hex(global.vaddr)}           ${global.name}`);
    }
  }
  const dropped = link.objects.flatMap((object) =>
    object.sections.filter(
      (section) => !section.live && (section.section.flags & SectionFlag.ALLOC) !== 0 && section.section.sizeBytes > 0,
    ),
  );
  if (dropped.length > 0) lines.push("", "Left out", "");
  for (const { section, object } of dropped)
    lines.push(` ${section.name.padEnd(30)} ${String(section.sizeBytes).padEnd(8)} ${object.file.name}`);
  return lines.join("\n") + "\n";
}

function symbolsBySection(link: Link): Map<InputSection, GlobalSymbol[]> {
  const table = new Map<InputSection, GlobalSymbol[]>();
  for (const global of link.symbols) {
    const input =
      global.state === "common"
        ? global.commonSection
        : global.state === "defined"
          ? global.object!.sections[global.symbol!.section]!
          : null;
    if (input === null) continue;
    const list = table.get(input);
    if (list === undefined) table.set(input, [global]);
    else list.push(global);
  }
  for (const list of table.values()) list.sort((a, b) => a.vaddr - b.vaddr);
  return table;
}
