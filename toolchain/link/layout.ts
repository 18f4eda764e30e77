/**
 * Layout: input sections are gathered in output sections, these in three segments by permission, and everything
 * gets its address.
 *
 *     0x10000  R   ELF header, program headers, .rodata, …      each segment starts on a page of its own, in memory
 *              RX  .init .text .fini                            and in the file: no page has two permissions, and
 *              RW  .tdata .tbss .init_array … .data .got        file offset and address agree modulo the page
 *                  .sdata .sbss .bss
 *
 * `.tbss` takes up no addresses in the segment: it only lengthens the thread-local block that starts at .tdata.
 */

import { EHDR_BYTES, PHDR_BYTES, SectionFlag, SectionType, SegmentFlag } from "../elf/constants.ts";
import { alignUp } from "../elf/image.ts";
import { DEFAULT_BASE_VADDR, type InputSection, type Link, type OutputSection } from "./model.ts";

const PAGE_BYTES = 4096;
/** Room for program headers: three LOAD, TLS, GNU_STACK. */
export const PROGRAM_HEADERS = 5;

/** Prefixes of input names that are gathered under one output name. */
const GATHERED = [
  ".text", ".rodata", ".srodata", ".data.rel.ro", ".data", ".sdata", ".bss", ".sbss", ".tdata", ".tbss", ".init_array",
  ".fini_array", ".preinit_array", ".ctors", ".dtors", ".gcc_except_table", ".eh_frame",
]; // biome-ignore format: a list of names

/** The order within a segment; names that are not here come after those that are, .bss last. */
const ORDER = [
  ".init", ".text", ".fini", ".rodata", ".srodata", ".eh_frame", ".gcc_except_table", ".tdata", ".tbss",
  ".preinit_array", ".init_array", ".fini_array", ".ctors", ".dtors", ".data.rel.ro", ".data", ".got", "*", ".sdata",
  ".sbss", ".bss",
]; // biome-ignore format: a list of names

/** The output section's name for an input section's. */
export function outputName(name: string): string {
  if (name.startsWith(".gnu.linkonce.t.")) return ".text";
  for (let at = 0; at < GATHERED.length; at++) {
    const prefix = GATHERED[at]!;
    if (name.startsWith(prefix) && (name.length === prefix.length || name[prefix.length] === ".")) return prefix;
  }
  return name;
}

/** Gathers the live input sections; the order of objects on the command line is kept within each output section. */
export function gather(link: Link): void {
  const outputs = new Map<string, OutputSection>();
  for (const object of link.objects) {
    for (const input of object.sections) {
      if (!input.live || (link.options.strip === true && (input.section.flags & SectionFlag.ALLOC) === 0)) continue;
      const name = outputName(input.section.name);
      let output = outputs.get(name);
      if (output === undefined) {
        output = makeOutput(name, input.section.type, 0);
        outputs.set(name, output);
      }
      if (ONE_ONLY.has(input.section.type) && output.inputs.length > 0) continue;
      if (name === ".comment" && output.inputs.some((other) => equalBytes(other.section.bytes, input.section.bytes)))
        continue;
      adopt(output, input);
    }
  }
  for (const name of [".init_array", ".fini_array", ".preinit_array", ".ctors", ".dtors"]) {
    outputs.get(name)?.inputs.sort((a, b) => priorityOf(a.section.name) - priorityOf(b.section.name));
  }
  link.outputs = [...outputs.values()];
}

/** Attributes describe the whole file; they cannot be joined by concatenation. */
const ONE_ONLY: ReadonlySet<number> = new Set([SectionType.RISCV_ATTRIBUTES]);
const KEPT_FLAGS = SectionFlag.WRITE | SectionFlag.ALLOC | SectionFlag.EXECINSTR | SectionFlag.TLS;

export const makeOutput = (name: string, type: number, flags: number): OutputSection => ({
  name,
  type,
  flags,
  alignBytes: 1,
  inputs: [],
  sizeBytes: 0,
  vaddr: 0,
  fileOffset: 0,
  bytes: new Uint8Array(0),
});

/** Adds an input section to an output section, whose type and flags widen accordingly. */
export function adopt(output: OutputSection, input: InputSection): void {
  output.inputs.push(input);
  input.output = output;
  output.flags |= input.section.flags & KEPT_FLAGS;
  output.alignBytes = Math.max(output.alignBytes, input.section.alignBytes);
  if (output.type === SectionType.NOBITS && input.section.type !== SectionType.NOBITS)
    output.type = SectionType.PROGBITS;
}

/** `.init_array.101` runs before `.init_array`, which has the lowest priority. */
function priorityOf(name: string): number {
  const match = /\.(\d+)$/.exec(name);
  return match === null ? 65536 : Number(match[1]);
}

/** Gives every section its offset, every allocated one its address. */
export function assignAddresses(link: Link): void {
  for (const output of link.outputs) {
    let size = 0;
    for (const input of output.inputs) {
      size = alignUp(size, input.section.alignBytes);
      input.offset = size;
      size += input.section.sizeBytes;
    }
    if (output.inputs.length > 0) output.sizeBytes = size;
  }
  const { R, W, X } = SegmentFlag;
  const allocated = link.outputs.filter((output) => (output.flags & SectionFlag.ALLOC) !== 0);
  const permissionsOf = (output: OutputSection): number =>
    (output.flags & SectionFlag.WRITE) !== 0 ? R | W : (output.flags & SectionFlag.EXECINSTR) !== 0 ? R | X : R;
  const base = link.options.baseVaddr ?? DEFAULT_BASE_VADDR;
  let vaddr = base;
  let fileOffset = 0;
  link.segments = [];
  for (const flags of [R, R | X, R | W]) {
    const sections = allocated.filter((output) => permissionsOf(output) === flags).sort(byOrder);
    if (sections.length === 0 && flags !== R) continue;
    const segment = { flags, sections, vaddr, fileOffset, fileBytes: 0, memoryBytes: 0 };
    const headerBytes = flags === R ? EHDR_BYTES + PHDR_BYTES * PROGRAM_HEADERS : 0;
    placeSections(segment, headerBytes);
    link.segments.push(segment);
    vaddr = alignUp(vaddr + segment.memoryBytes, PAGE_BYTES);
    fileOffset = alignUp(fileOffset + segment.fileBytes, PAGE_BYTES);
  }
  link.outputs = [
    ...link.segments.flatMap((segment) => segment.sections),
    ...link.outputs.filter((output) => !allocated.includes(output)),
  ];
}

function placeSections(segment: Link["segments"][number], headerBytes: number): void {
  let at = segment.vaddr + headerBytes;
  let fileEnd = headerBytes;
  for (const output of segment.sections) {
    const start = alignUp(at, output.alignBytes);
    output.vaddr = start;
    output.fileOffset = segment.fileOffset + (start - segment.vaddr);
    const isThreadZero = output.type === SectionType.NOBITS && (output.flags & SectionFlag.TLS) !== 0;
    if (!isThreadZero) at = start + output.sizeBytes;
    if (output.type !== SectionType.NOBITS) fileEnd = at - segment.vaddr;
  }
  segment.fileBytes = fileEnd;
  segment.memoryBytes = at - segment.vaddr;
}

/** Zero-filled sections come last in a segment (the thread-local one excepted), the others in ORDER. */
function byOrder(a: OutputSection, b: OutputSection): number {
  const rank = (output: OutputSection): number => {
    const at = ORDER.indexOf(output.name);
    const rest = output.type === SectionType.NOBITS && (output.flags & SectionFlag.TLS) === 0 ? ORDER.length : 0;
    return (at >= 0 ? at : ORDER.indexOf("*")) + rest;
  };
  return rank(a) - rank(b);
}

function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}

/** Start of the thread-local block, and its size; null when there is none. tp points at its start (psABI, TLS variant I). */
export function threadBlock(
  link: Link,
): { vaddr: number; fileOffset: number; fileBytes: number; memoryBytes: number; alignBytes: number } | null {
  const sections = link.outputs.filter((output) => (output.flags & SectionFlag.TLS) !== 0);
  const first = sections[0];
  if (first === undefined) return null;
  const initialised = sections.filter((output) => output.type !== SectionType.NOBITS);
  const endOf = (output: OutputSection): number => output.vaddr + output.sizeBytes;
  return {
    vaddr: first.vaddr,
    fileOffset: first.fileOffset,
    fileBytes: Math.max(0, ...initialised.map((output) => endOf(output) - first.vaddr)),
    memoryBytes: Math.max(...sections.map((output) => endOf(output) - first.vaddr)),
    alignBytes: Math.max(...sections.map((output) => output.alignBytes)),
  };
}
