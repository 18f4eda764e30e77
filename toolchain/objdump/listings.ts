/** `nm` and `size`: the symbols of a file, and what its sections add up to. */

import { Binding, SectionFlag, SectionIndex, SectionType, SymType } from "../elf/constants.ts";
import { type ElfFile, type ElfSymbol, type Result, readElf } from "../elf/read.ts";

/** One line a symbol, sorted by name: address, letter, name. Letters are nm's; upper case means global. */
export function listSymbols(bytes: Uint8Array, name: string): Result<string> {
  const file = readElf(bytes, name);
  if (!file.ok) return file;
  const symbols = file.value.symbols.filter(
    (symbol) =>
      symbol.name !== "" &&
      symbol.type !== SymType.SECTION &&
      symbol.type !== SymType.FILE &&
      !symbol.name.startsWith(".L"),
  );
  symbols.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  const lines = symbols.map((symbol) => {
    const letter = letterOf(symbol, file.value);
    const value =
      /[Uw]/.test(letter) && symbol.section === SectionIndex.UNDEF
        ? " ".repeat(8)
        : (symbol.value >>> 0).toString(16).padStart(8, "0");
    // A common symbol has no address yet; nm shows its size.
    const shown = letter === "C" ? symbol.sizeBytes.toString(16).padStart(8, "0") : value;
    return `${shown} ${letter} ${symbol.name}\n`;
  });
  return { ok: true, value: lines.join("") };
}

/** nm's letter for a symbol: T text, D data, B zeros, R read-only, A absolute, C common, U undefined, W/V weak. */
export function letterOf(symbol: ElfSymbol, file: ElfFile): string {
  const undefinedSymbol = symbol.section === SectionIndex.UNDEF;
  if (symbol.binding === Binding.WEAK) {
    const letter = symbol.type === SymType.OBJECT ? "v" : "w";
    return undefinedSymbol ? letter : letter.toUpperCase();
  }
  if (undefinedSymbol) return "U";
  if (symbol.section === SectionIndex.COMMON) return "C";
  const section = symbol.reserved ? undefined : file.sections[symbol.section];
  const letter = symbol.section === SectionIndex.ABS ? "a" : section === undefined ? "?" : sectionLetter(section);
  return symbol.binding === Binding.LOCAL ? letter : letter.toUpperCase();
}

function sectionLetter(section: ElfFile["sections"][number]): string {
  if ((section.flags & SectionFlag.ALLOC) === 0) return "n";
  if ((section.flags & SectionFlag.EXECINSTR) !== 0) return "t";
  if (section.type === SectionType.NOBITS) return /^\.s/.test(section.name) ? "s" : "b";
  if ((section.flags & SectionFlag.WRITE) === 0) return "r";
  return /^\.s/.test(section.name) ? "g" : "d";
}

/** Bytes of code and constants, of initialised data, and of zeros (as `size` in Berkeley format). */
export function sectionTotals(file: ElfFile): { text: number; data: number; bss: number } {
  const totals = { text: 0, data: 0, bss: 0 };
  for (const section of file.sections) {
    if ((section.flags & SectionFlag.ALLOC) === 0) continue;
    if (section.type === SectionType.NOBITS) totals.bss += section.sizeBytes;
    else if ((section.flags & SectionFlag.WRITE) !== 0) totals.data += section.sizeBytes;
    else totals.text += section.sizeBytes;
  }
  return totals;
}

/** The table that `size` prints for one file. */
export function listSizes(bytes: Uint8Array, name: string): Result<string> {
  const file = readElf(bytes, name);
  if (!file.ok) return file;
  const { text, data, bss } = sectionTotals(file.value);
  const total = text + data + bss;
  const row = (...cells: (string | number)[]): string =>
    cells.map((cell, index) => (index < 5 ? String(cell).padStart(7) : String(cell))).join(" ");
  return {
    ok: true,
    value: `${row("text", "data", "bss", "dec", "hex", "filename")}\n${row(text, data, bss, total, total.toString(16), name)}\n`,
  };
}
