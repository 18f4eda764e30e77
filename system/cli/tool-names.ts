/** Commands and what help says about them. */
export const TOOL_NAMES: Readonly<Record<string, string>> = {
  cc: "compile and link C and assembly files (cc --help)",
  as: "assemble (as --help)",
  ld: "link objects and archives (ld --help)",
  ar: "make and list archives (ar --help)",
  objdump: "look into objects and programs (objdump --help)",
  nm: "list symbols (nm --help)",
  size: "sizes of sections (size --help)",
  disasm: "disassemble an ELF file, an object, or a C or assembly source",
};
