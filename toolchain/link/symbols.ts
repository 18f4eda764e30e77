/** Gives symbols their addresses: common symbols get room, linker-made names their meaning, and what is still missing is reported. */

import { nearestName } from "../diagnostics.ts";
import { Binding, SectionFlag, SectionType, SymType } from "../elf/constants.ts";
import { NO_SYMBOL, type ObjectSection, SECTION_ABSOLUTE } from "../elf/object.ts";
import { adopt, makeOutput } from "./layout.ts";
import { DISCARDED, type GlobalSymbol, type Link, type LoadedObject, type OutputSection } from "./model.ts";

/** Places the common symbols that no object defines, in .bss. */
export function placeCommons(link: Link): void {
  for (const global of link.symbols) {
    if (global.state !== "common") continue;
    const { sizeBytes, value, type } = global.symbol!;
    const isThread = type === SymType.TLS;
    const section: ObjectSection = {
      name: isThread ? ".tbss" : ".bss",
      type: SectionType.NOBITS,
      flags: SectionFlag.ALLOC | SectionFlag.WRITE | (isThread ? SectionFlag.TLS : 0),
      alignBytes: Math.max(1, value),
      entryBytes: 0,
      bytes: new Uint8Array(0),
      sizeBytes,
      relocations: [],
      group: -1,
    };
    let output = link.outputs.find((each) => each.name === section.name);
    if (output === undefined) {
      output = makeOutput(section.name, SectionType.NOBITS, 0);
      link.outputs.push(output);
    }
    global.commonSection = { object: global.object!, section, live: true, output, offset: 0 };
    adopt(output, global.commonSection);
  }
}

/** Final addresses of all symbols. Call after layout. */
export function assignValues(link: Link): void {
  assignGlobals(link);
  for (const object of link.objects) {
    const addresses: number[] = [];
    for (let symbol = 0; symbol < object.globals.length; symbol++)
      addresses.push(isDiscarded(object, symbol) ? DISCARDED : symbolVaddr(object, symbol));
    object.addresses = addresses;
  }
}

function assignGlobals(link: Link): void {
  const made = linkerSymbols(link);
  for (const global of link.symbols) {
    if (global.state === "absolute") global.vaddr = global.symbol!.value;
    else if (global.state === "common") global.vaddr = addressIn(global.commonSection!, 0);
    else if (global.state === "defined")
      global.vaddr = addressIn(global.object!.sections[global.symbol!.section]!, global.symbol!.value);
    else if (global.state === "undefined") {
      const value = made(global.name);
      if (value === null) continue;
      global.state = "linker";
      global.vaddr = value.vaddr;
      global.linkerSection = value.section;
    }
  }
}

const addressIn = (input: { output: OutputSection | null; offset: number }, value: number): number =>
  input.output === null ? 0 : input.output.vaddr + input.offset + value;

/** Address of any symbol of an object; 0 for what lies in a discarded section or is undefined and weak. */
export function symbolVaddr(object: LoadedObject, symbol: number): number {
  if (symbol === NO_SYMBOL) return 0;
  const global = object.globals[symbol];
  if (global !== null && global !== undefined) return global.vaddr;
  const local = object.file.symbols[symbol]!;
  if (local.section === SECTION_ABSOLUTE) return local.value;
  return local.section >= 0 ? addressIn(object.sections[local.section]!, local.value) : 0;
}

/** True for a symbol in a section that is left out. */
function isDiscarded(object: LoadedObject, symbol: number): boolean {
  const global = object.globals[symbol];
  if (global !== null && global !== undefined) {
    return global.state === "defined" && global.object!.sections[global.symbol!.section]!.output === null;
  }
  const { section } = object.file.symbols[symbol]!;
  return section >= 0 && object.sections[section]!.output === null;
}

/** Names that the linker defines when nobody else does, after GNU ld's default script for RISC-V. */
function linkerSymbols(link: Link): (name: string) => { vaddr: number; section: OutputSection | null } | null {
  const find = (name: string): OutputSection | undefined =>
    link.outputs.find((output) => output.name === name && output.vaddr !== 0);
  const segmentWith = (flag: number, wanted: boolean): Link["segments"][number] | undefined =>
    link.segments.find((segment) => ((segment.flags & flag) !== 0) === wanted);
  const base = link.segments[0]!.vaddr;
  const last = link.segments[link.segments.length - 1]!;
  const end = last.vaddr + last.memoryBytes;
  const code = segmentWith(1, true);
  const data = segmentWith(2, true);
  const codeEnd = code === undefined ? base : code.vaddr + code.memoryBytes;
  const dataStart = data?.vaddr ?? end;
  const dataEnd = data === undefined ? end : data.vaddr + data.fileBytes;
  const bssStart = find(".sbss") ?? find(".bss");
  const small = find(".sdata")?.vaddr ?? bssStart?.vaddr ?? dataEnd;
  const fixed: Record<string, number> = {
    __executable_start: base,
    __ehdr_start: base,
    _etext: codeEnd,
    etext: codeEnd,
    __etext: codeEnd,
    __data_start: dataStart,
    data_start: dataStart,
    __DATA_BEGIN__: dataStart,
    __SDATA_BEGIN__: small,
    _edata: dataEnd,
    edata: dataEnd,
    __edata: dataEnd,
    __bss_start: bssStart?.vaddr ?? dataEnd,
    __bss_start__: bssStart?.vaddr ?? dataEnd,
    __BSS_END__: end,
    __bss_end__: end,
    __bss_end: end,
    _end: end,
    end: end,
    __end: end,
    __end__: end,
    __global_pointer$: Math.min(small + 0x800, Math.max(dataStart + 0x800, end - 0x800)),
    __rela_iplt_start: 0,
    __rela_iplt_end: 0,
  };
  return (name) => {
    if (Object.hasOwn(fixed, name))
      return { vaddr: fixed[name]!, section: data === undefined ? null : (data.sections[0] ?? null) };
    if (name === "_GLOBAL_OFFSET_TABLE_" && link.gotSection !== null)
      return { vaddr: link.gotSection.vaddr, section: link.gotSection };
    const array = /^__((?:pre)?init|fini)_array_(start|end)$/.exec(name);
    const bounds = array !== null ? find(`.${array[1]}_array`) : undefined;
    if (array !== null)
      return bounds === undefined ? { vaddr: dataStart, section: null } : edge(bounds, array[2] === "end");
    const named = /^__(start|stop)_([A-Za-z_]\w*)$/.exec(name);
    const section = named === null ? undefined : find(named[2]!);
    return section === undefined ? null : edge(section, named![1] === "stop");
  };
}

const edge = (section: OutputSection, atEnd: boolean): { vaddr: number; section: OutputSection } => ({
  vaddr: section.vaddr + (atEnd ? section.sizeBytes : 0),
  section,
});

/** Reports every name that live code uses and nobody defines, once each, at its first use. */
export function reportUndefined(link: Link, entry: string): void {
  const start = link.globals.get(entry);
  if (start === undefined || start.state === "undefined") {
    link.problems.error(`no start: the entry symbol "${entry}" is not defined`, null, {
      hint: "link the C startup code (crt0.o), or define it yourself with `.globl _start`",
    });
  }
  const reported = new Set<GlobalSymbol>(start === undefined ? [] : [start]);
  if (!link.symbols.some((global) => global.state === "undefined" && !global.weak)) return;
  for (const object of link.objects) {
    for (const input of object.sections) {
      if (!input.live || input.output === null) continue;
      const { relocations } = input.section;
      for (let at = 0; at < relocations.length; at++) {
        const entryOf = relocations[at]!;
        const global = entryOf.symbol === NO_SYMBOL ? null : object.globals[entryOf.symbol];
        if (
          global === null ||
          global === undefined ||
          global.state !== "undefined" ||
          global.weak ||
          reported.has(global)
        )
          continue;
        reported.add(global);
        reportOne(link, global, object, input.section, entryOf.offset);
      }
    }
  }
}

function reportOne(
  link: Link,
  global: GlobalSymbol,
  object: LoadedObject,
  section: ObjectSection,
  offset: number,
): void {
  const sectionNumber = object.file.sections.indexOf(section);
  const inside = functionAt(object, sectionNumber, offset);
  const defined = link.symbols.filter((other) => other.state !== "undefined").map((other) => other.name);
  const nearest = nearestName(global.name, defined);
  const hint =
    global.name === "main"
      ? "a program begins in it: define `int main(void)`; or compile with -c what is only a part of a program"
      : nearest !== null
        ? `did you mean "${nearest}"?`
        : global.name.startsWith("_Z") || global.name.startsWith("__cxa")
          ? "a C++ name: link the object or library that defines it"
          : "link the object or library that defines it (-l), or check the spelling and that it is not `static`";
  link.problems.error(`undefined symbol "${global.name}"`, null, {
    place: `${object.file.name}: ${inside === null ? "" : `in ${inside}, `}${section.name}+0x${offset.toString(16)}`,
    hint,
  });
}

/** Name of the function that an offset lies in, for messages; null when none is known. */
export function functionAt(object: LoadedObject, sectionNumber: number, offset: number): string | null {
  let best: { name: string; value: number } | null = null;
  for (const symbol of object.file.symbols) {
    const isName =
      symbol.type === SymType.FUNC || (symbol.type === SymType.NOTYPE && symbol.binding === Binding.GLOBAL);
    if (!isName || symbol.section !== sectionNumber || symbol.value > offset) continue;
    if (symbol.sizeBytes > 0 && offset >= symbol.value + symbol.sizeBytes) continue;
    if (best === null || symbol.value >= best.value) best = symbol;
  }
  return best?.name ?? null;
}
