/**
 * Garbage collection of sections: keeps what the entry symbol reaches through relocations, and what a program needs without
 * naming it (KEEP in linker scripts): start-up arrays and sections marked as retained. Debug information stays, but keeps nothing alive;
 * neither does `.eh_frame`, which refers to every function.
 */

import { SectionFlag, SectionType } from "../elf/constants.ts";
import { NO_SYMBOL } from "../elf/object.ts";
import type { GlobalSymbol, InputSection, Link, LoadedObject } from "./model.ts";
import { isInformation } from "./resolve.ts";

/** Marks as not live what cannot be reached. */
export function collectGarbage(link: Link, entry: string): void {
  const reached = new Set<InputSection>();
  const work: InputSection[] = [];
  const visit = (section: InputSection | null): void => {
    if (section === null || !section.live || reached.has(section)) return;
    reached.add(section);
    work.push(section);
  };
  const named = namedSections(link);
  for (const name of [entry, ...(link.options.undefinedRoots ?? [])]) visit(definingSection(link.globals.get(name)));
  for (const object of link.objects) for (const section of object.sections) if (isRoot(section)) visit(section);
  for (let section = work.pop(); section !== undefined; section = work.pop()) {
    if (section.section.name.startsWith(".eh_frame")) continue;
    const { relocations } = section.section;
    for (let at = 0; at < relocations.length; at++) {
      const { symbol } = relocations[at]!;
      if (symbol === NO_SYMBOL) continue;
      const target = targetSection(section.object, symbol);
      visit(target);
      if (target !== null) continue;
      const name = section.object.file.symbols[symbol]!.name;
      const boundary = /^__(?:start|stop)_(\w+)$/.exec(name);
      if (boundary !== null) for (const each of named.get(boundary[1]!) ?? []) visit(each);
    }
  }
  for (const object of link.objects) {
    for (const section of object.sections) {
      if (!reached.has(section) && !isInformation(section.section) && !section.section.name.startsWith(".eh_frame"))
        section.live = false;
    }
  }
}

/** The input section that a symbol of an object lies in, once globals are resolved; null when in none. */
export function targetSection(object: LoadedObject, symbol: number): InputSection | null {
  const global = object.globals[symbol];
  if (global !== null && global !== undefined) return definingSection(global);
  const local = object.file.symbols[symbol]!;
  return local.section >= 0 ? object.sections[local.section]! : null;
}

function definingSection(global: GlobalSymbol | undefined): InputSection | null {
  if (global === undefined || global.state !== "defined") return global?.commonSection ?? null;
  return global.object!.sections[global.symbol!.section]!;
}

const ROOT_TYPES: ReadonlySet<number> = new Set([
  SectionType.INIT_ARRAY,
  SectionType.FINI_ARRAY,
  SectionType.PREINIT_ARRAY,
]);
const ROOT_NAMES = /^\.(init|fini|ctors|dtors|init_array|fini_array|preinit_array|note)(\.|$)/;

function isRoot({ section }: InputSection): boolean {
  if ((section.flags & SectionFlag.ALLOC) === 0) return false;
  return (
    ROOT_TYPES.has(section.type) || ROOT_NAMES.test(section.name) || (section.flags & SectionFlag.GNU_RETAIN) !== 0
  );
}

/** Sections whose names are C identifiers, for __start_NAME and __stop_NAME. */
function namedSections(link: Link): Map<string, InputSection[]> {
  const named = new Map<string, InputSection[]>();
  for (const object of link.objects) {
    for (const input of object.sections) {
      if (!/^[A-Za-z_]\w*$/.test(input.section.name)) continue;
      const list = named.get(input.section.name);
      if (list === undefined) named.set(input.section.name, [input]);
      else list.push(input);
    }
  }
  return named;
}
