/**
 * What an executable says about addresses: symbols, source lines, functions. One `Image` for each program file, made when
 * it is first asked for; `Images` finds the one that a process runs by the file that its code is mapped from.
 */

import { hex } from "../../emulator/bits.ts";
import { areasOf } from "../../kernel/mm/areas.ts";
import type { Vma } from "../../kernel/mm/vma.ts";
import { Prot } from "../../kernel/mm/vma.ts";
import { type DebugInfo, readDebugInfo } from "../../toolchain/dwarf/read.ts";
import { readElf } from "../../toolchain/elf/read.ts";
import { processOf } from "../inspect.ts";
import type { Machine } from "../machine.ts";

export interface CodeSymbol {
  readonly name: string;
  readonly vaddr: number;
  readonly bytes: number;
  readonly isFunction: boolean;
}

const STT_OBJECT = 1;
const STT_FUNC = 2;
const STT_NOTYPE = 0;

export class Image {
  readonly path: string;
  /** Ascending by address; no local labels, no mapping symbols. */
  readonly symbols: readonly CodeSymbol[];
  /** Null when the program was built without -g, or its debug information cannot be read (`problem` says why). */
  readonly debug: DebugInfo | null;
  readonly problem: string | null;
  readonly entry: number;
  private readonly byName = new Map<string, CodeSymbol>();
  private readonly functions: readonly CodeSymbol[];

  constructor(path: string, bytes: Uint8Array) {
    this.path = path;
    const elf = readElf(bytes, path);
    if (!elf.ok) {
      this.symbols = [];
      this.functions = [];
      this.debug = null;
      this.entry = 0;
      this.problem = elf.diagnostics[0]?.message ?? "no ELF file";
      return;
    }
    this.entry = elf.value.entry;
    this.symbols = elf.value.symbols
      .filter(
        (s) =>
          s.name !== "" &&
          !s.reserved &&
          s.section !== 0 &&
          (s.type === STT_FUNC || s.type === STT_OBJECT || s.type === STT_NOTYPE),
      )
      .filter((s) => !/^(\.L|\$[xd])/.test(s.name))
      .map((s) => ({ name: s.name, vaddr: s.value, bytes: s.sizeBytes, isFunction: s.type === STT_FUNC }))
      .sort((a, b) => a.vaddr - b.vaddr || Number(b.isFunction) - Number(a.isFunction));
    for (const symbol of this.symbols) if (!this.byName.has(symbol.name)) this.byName.set(symbol.name, symbol);
    this.functions = this.symbols.filter((s) => s.isFunction);
    const debug = readDebugInfo(elf.value);
    this.problem = debug.ok ? null : debug.message;
    this.debug = debug.ok && debug.value.lines.length > 0 ? debug.value : null;
  }

  named(name: string): CodeSymbol | undefined {
    return this.byName.get(name);
  }

  /** The symbol that covers an address: functions before labels. */
  at(vaddr: number): CodeSymbol | undefined {
    return covering(this.functions, vaddr) ?? covering(this.symbols, vaddr);
  }

  /** `main+8`, or undefined where no symbol covers the address. */
  nameOf(vaddr: number): string | undefined {
    const symbol = this.at(vaddr);
    if (symbol === undefined) return undefined;
    return symbol.vaddr === vaddr ? symbol.name : `${symbol.name}+${vaddr - symbol.vaddr}`;
  }
}

function covering(symbols: readonly CodeSymbol[], vaddr: number): CodeSymbol | undefined {
  let low = 0;
  let high = symbols.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (symbols[middle].vaddr <= vaddr) low = middle + 1;
    else high = middle;
  }
  const found = symbols[low - 1];
  if (found === undefined) return undefined;
  const end = found.bytes > 0 ? found.vaddr + found.bytes : (symbols[low]?.vaddr ?? found.vaddr + 4096);
  return vaddr < end ? found : undefined;
}

/** The programs of a machine by path; `read` gives a file's bytes, or null. */
export class Images {
  private readonly read: (path: string) => Uint8Array | null;
  private readonly known = new Map<string, Image | null>();
  /** What a process was last seen running: a zombie has no areas any more. */
  private readonly lastOf = new Map<number, string>();

  constructor(read: (path: string) => Uint8Array | null) {
    this.read = read;
  }

  byPath(path: string): Image | null {
    let image = this.known.get(path);
    if (image === undefined) {
      const bytes = this.read(path);
      image = bytes === null ? null : new Image(path, bytes);
      this.known.set(path, image);
    }
    return image;
  }

  /** The program that a process runs, or null when its file is not known here. */
  of(machine: Machine, pid: number): Image | null {
    const isProgram = (vma: Vma): boolean =>
      vma.backing.kind === "file" &&
      (vma.prot & Prot.Execute) !== 0 &&
      vma.backing.path.startsWith("/") &&
      vma.start < 0x7000_0000;
    const p = processOf(machine, pid);
    const vma = p && areasOf(p.space).find(isProgram);
    if (vma?.backing.kind === "file") this.lastOf.set(pid, vma.backing.path);
    const path = this.lastOf.get(pid) ?? processOf(machine, pid)?.argv[0];
    return path === undefined ? null : this.byPath(path);
  }
}

/** `0x00010054 <main+4>` */
export const addressText = (vaddr: number, image: Image | null): string => {
  const name = image?.nameOf(vaddr);
  return name === undefined ? hex(vaddr) : `${hex(vaddr)} <${name}>`;
};
