/**
 * Disassembly of objects and executables: every code section with its labels, bytes, instructions and, in objects, the relocations
 * that apply to them. With a `sourceOf` function the source lines are shown above the instructions that they became.
 */

import { disassemble } from "../../emulator/isa/disassemble.ts";
import { lengthOf } from "../../emulator/isa/formats.ts";
import { FileType, relocName, SectionFlag, SectionType, SymType } from "../elf/constants.ts";
import { type ElfFile, type ElfSection, type Result, readElf } from "../elf/read.ts";

export interface DisassemblyOptions {
  /** Show pseudo-instructions (`ret`, `li`). Default true. */
  readonly aliases?: boolean;
  /** Only this function or label, up to the next one. */
  readonly symbol?: string;
  /** Text to show above an address: the source lines that begin there. */
  readonly sourceOf?: (vaddr: number) => string | undefined;
}

/** A named place in the code. */
interface Label {
  readonly vaddr: number;
  readonly name: string;
}

/** The listing, or what is wrong with the file. */
export function disassembleFile(bytes: Uint8Array, name: string, options: DisassemblyOptions = {}): Result<string> {
  const file = readElf(bytes, name);
  if (!file.ok) return file;
  const sections = file.value.sections.filter(
    (section) => (section.flags & SectionFlag.EXECINSTR) !== 0 && section.bytes.length > 0,
  );
  const parts = sections.map((section) => disassembleSection(file.value, section, options));
  const found = parts.filter((part) => part !== "");
  if (options.symbol !== undefined && found.length === 0) {
    return {
      ok: false,
      diagnostics: [
        {
          severity: "error",
          message: `no function or label "${options.symbol}" in the code`,
          span: null,
          place: name,
          hint: "list the names with nm",
        },
      ],
    };
  }
  return { ok: true, value: `${name}: riscv32 ${kindOf(file.value)}\n${found.join("")}` };
}

const kindOf = (file: ElfFile): string => (file.type === FileType.REL ? "object" : "executable");

function disassembleSection(file: ElfFile, section: ElfSection, options: DisassemblyOptions): string {
  const number = file.sections.indexOf(section);
  const labels = labelsOf(file, number);
  const relocations = relocationsOf(file, number);
  const nameOf = (vaddr: number): string | undefined => describe(labels, vaddr);
  const view = new DataView(section.bytes.buffer, section.bytes.byteOffset, section.bytes.byteLength);
  const wanted = options.symbol === undefined ? null : labels.findIndex((label) => label.name === options.symbol);
  if (wanted !== null && wanted < 0) return "";
  const start = wanted === null ? 0 : labels[wanted]!.vaddr - section.vaddr;
  const end =
    wanted === null
      ? section.bytes.length
      : (labels[wanted + 1]?.vaddr ?? section.vaddr + section.bytes.length) - section.vaddr;
  const lines = ["", `section ${section.name}`];
  let next = lowerBound(labels, section.vaddr + start);
  for (let at = start; at + 1 < end; ) {
    const vaddr = section.vaddr + at;
    for (; next < labels.length && labels[next]!.vaddr <= vaddr; next++) {
      if (labels[next]!.vaddr === vaddr) lines.push("", `${hex(vaddr, 8)} <${labels[next]!.name}>:`);
    }
    const source = options.sourceOf?.(vaddr);
    if (source !== undefined) lines.push(...source.split("\n"));
    const half = view.getUint16(at, true);
    const isLong = lengthOf(half) === 4 && at + 4 <= section.bytes.length;
    const bits = isLong ? view.getUint32(at, true) : half;
    const symbolOf = file.type === FileType.REL ? {} : { symbolOf: nameOf };
    const { mnemonic, operands } = disassemble(bits, vaddr, { aliases: options.aliases ?? true, ...symbolOf });
    lines.push(
      `${hex(vaddr, 8)}:  ${hex(bits, isLong ? 8 : 4).padEnd(8)}  ${mnemonic.padEnd(8)} ${operands}`.trimEnd(),
    );
    for (const text of relocations.get(at) ?? []) lines.push(`${" ".repeat(20)}${text}`);
    at += isLong ? 4 : 2;
  }
  return lines.join("\n") + "\n";
}

const hex = (value: number, digits: number): string => (value >>> 0).toString(16).padStart(digits, "0");

/** Names of a section's addresses in ascending order, one for each address: functions before other labels. */
export function labelsOf(file: ElfFile, section: number): Label[] {
  const labels = file.symbols
    .filter(
      (symbol) =>
        !symbol.reserved &&
        symbol.section === section &&
        symbol.name !== "" &&
        symbol.type !== SymType.SECTION &&
        symbol.type !== SymType.FILE &&
        !symbol.name.startsWith(".L"),
    )
    .map((symbol) => ({
      vaddr: symbol.value,
      name: symbol.name,
      rank: symbol.type === SymType.FUNC ? 0 : symbol.binding === 0 ? 2 : 1,
    }))
    .sort((a, b) => a.vaddr - b.vaddr || a.rank - b.rank);
  return labels.filter((label, index) => index === 0 || labels[index - 1]!.vaddr !== label.vaddr);
}

/** First label at or after an address. */
function lowerBound(labels: readonly Label[], vaddr: number): number {
  let low = 0;
  let high = labels.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (labels[middle]!.vaddr < vaddr) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** `main+0x14`; undefined before the first label. */
function describe(labels: readonly Label[], vaddr: number): string | undefined {
  const at = lowerBound(labels, vaddr + 1) - 1;
  if (at < 0) return undefined;
  const offset = vaddr - labels[at]!.vaddr;
  return offset === 0 ? labels[at]!.name : `${labels[at]!.name}+0x${offset.toString(16)}`;
}

/** Texts of the relocations of a section, by offset. */
function relocationsOf(file: ElfFile, section: number): Map<number, string[]> {
  const texts = new Map<number, string[]>();
  for (const table of file.sections) {
    if (table.type !== SectionType.RELA || table.info !== section) continue;
    const view = new DataView(table.bytes.buffer, table.bytes.byteOffset, table.bytes.byteLength);
    for (let at = 0; at + 12 <= table.bytes.length; at += 12) {
      const offset = view.getUint32(at, true);
      const info = view.getUint32(at + 4, true);
      const addend = view.getInt32(at + 8, true);
      const symbol = file.symbols[info >>> 8];
      const name = symbol === undefined ? "*" : symbol.name || (file.sections[symbol.section]?.name ?? "*");
      const text = `${relocName(info & 0xff)} ${name}${addend === 0 ? "" : addend > 0 ? `+0x${addend.toString(16)}` : `-0x${(-addend).toString(16)}`}`;
      const list = texts.get(offset);
      if (list === undefined) texts.set(offset, [text]);
      else list.push(text);
    }
  }
  return texts;
}
