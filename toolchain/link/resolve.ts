/**
 * Symbol resolution: loads objects, chooses one definition for each name, pulls archive members that define what is still
 * missing, and drops COMDAT groups that have been seen before. Archives are searched again until nothing is missing that
 * any of them has, so their order on the command line does not matter.
 */

import { type Archive, archiveObject } from "../ar.ts";
import type { Diagnostic } from "../diagnostics.ts";
import { Binding, SectionFlag, SectionType, SymType, Visibility } from "../elf/constants.ts";
import {
  type ObjectFile,
  type ObjectSymbol,
  SECTION_ABSOLUTE,
  SECTION_COMMON,
  SECTION_UNDEFINED,
} from "../elf/object.ts";
import { removeExcessPadding } from "./align.ts";
import { isForLibrary, isOfProgram, keepsItsOwn, leaveToLibrary } from "./library-names.ts";
import type { GlobalSymbol, Link, LoadedObject } from "./model.ts";

/** What sets up thread-local objects in our C library: only programs that have some take it in. */
const THREAD_LOCAL_START = "__init_thread_local";

/** Loads everything that the program needs. */
export function resolve(link: Link, objects: readonly ObjectFile[], archives: readonly Archive[], entry: string): void {
  const signatures = new Set<string>();
  for (const object of objects) load(link, object, signatures, false);
  const first = link.objects[0];
  if (first === undefined) return;
  for (const name of [entry, ...(link.options.undefinedRoots ?? [])]) reference(link, name, first, false);
  const hasThreadLocals = objects.some(({ sections }) => sections.some(({ flags }) => (flags & SectionFlag.TLS) !== 0));
  if (hasThreadLocals && link.library.some(({ index }) => index.has(THREAD_LOCAL_START)))
    reference(link, THREAD_LOCAL_START, first, false);
  const loaded = new Set<ObjectFile>();
  for (let changed = true; changed; ) {
    changed = false;
    for (const archive of archives) changed = pull(link, archive, signatures, loaded) || changed;
  }
}

/** Loads the members of one archive that define missing symbols. Answers whether there were any. */
function pull(link: Link, archive: Archive, signatures: Set<string>, loaded: Set<ObjectFile>): boolean {
  let changed = false;
  const ofLibrary = link.library.includes(archive);
  // Loading a member adds symbols to the end, so that one pass follows chains within an archive.
  for (let i = 0; i < link.symbols.length; i++) {
    const symbol = link.symbols[i]!;
    if (symbol.state !== "undefined" || symbol.weak) continue;
    const member = archive.index.get(symbol.name);
    if (member === undefined || (!ofLibrary && isForLibrary(link, symbol))) continue;
    const object = archiveObject(archive, member);
    if (!object.ok) {
      for (const problem of object.diagnostics as Diagnostic[]) link.problems.add(problem);
      symbol.state = "linker";
      continue;
    }
    if (loaded.has(object.value)) continue;
    loaded.add(object.value);
    link.pulled.push({ member: object.value.name, symbol: symbol.name, by: symbol.firstUse.file.name });
    load(link, object.value, signatures, ofLibrary);
    changed = true;
  }
  return changed;
}

function load(link: Link, source: ObjectFile, signatures: Set<string>, ofLibrary: boolean): void {
  const file = removeExcessPadding(source);
  const object: LoadedObject = { file, ofLibrary, sections: [], globals: [], addresses: [] };
  const discardedGroups = new Set<number>();
  file.groups.forEach((group, index) => {
    if (signatures.has(group.signature)) discardedGroups.add(index);
    else signatures.add(group.signature);
  });
  for (let at = 0; at < file.sections.length; at++) {
    const section = file.sections[at]!;
    const excluded = (section.flags & SectionFlag.EXCLUDE) !== 0 || section.name === ".note.GNU-stack";
    const live = !excluded && !discardedGroups.has(section.group);
    object.sections.push({ object, section, live, output: null, offset: 0 });
  }
  link.objects.push(object);
  for (let at = 0; at < file.symbols.length; at++) {
    const symbol = file.symbols[at]!;
    const isGlobal = symbol.binding !== Binding.LOCAL && symbol.type !== SymType.SECTION && symbol.name !== "";
    object.globals.push(isGlobal ? enter(link, object, symbol) : null);
  }
}

/** Notes that `name` is used by `object`. */
function reference(link: Link, name: string, object: LoadedObject, weak: boolean): GlobalSymbol {
  const known = meaning(link, name, object);
  if (known === null) return makeGlobal(link, name, object, weak);
  if (known.state === "undefined" && !weak) {
    if (known.weak || (known.firstUse.ofLibrary && !object.ofLibrary)) known.firstUse = object;
    known.weak = false;
  }
  return known;
}

/** What an object means by a name; null when nobody like it has mentioned it yet. */
function meaning(link: Link, name: string, object: LoadedObject): GlobalSymbol | null {
  const known = link.globals.get(name) ?? null;
  if (!object.ofLibrary || known === null) return known;
  const own = link.libraryNames.get(name);
  if (own !== undefined) return own;
  return isOfProgram(known) && keepsItsOwn(link, name, known.symbol!) ? null : known;
}

function makeGlobal(link: Link, name: string, object: LoadedObject, weak: boolean): GlobalSymbol {
  const ofLibrary = link.globals.has(name);
  const global: GlobalSymbol = {
    name,
    state: "undefined",
    object: null,
    symbol: null,
    weak,
    hidden: false,
    firstUse: object,
    ofLibrary,
    vaddr: 0,
    commonSection: null,
    linkerSection: null,
  };
  (ofLibrary ? link.libraryNames : link.globals).set(name, global);
  link.symbols.push(global);
  return global;
}

/** Enters one symbol of an object into the table of globals. */
function enter(link: Link, object: LoadedObject, symbol: ObjectSymbol): GlobalSymbol {
  const weak = symbol.binding === Binding.WEAK;
  const inDiscarded = symbol.section >= 0 && !object.sections[symbol.section]!.live;
  if (symbol.section === SECTION_UNDEFINED || inDiscarded) return reference(link, symbol.name, object, weak);
  if (!object.ofLibrary) leaveToLibrary(link, symbol);
  const global = reference(link, symbol.name, object, true);
  if (symbol.visibility !== Visibility.DEFAULT) global.hidden = true;
  if (symbol.section === SECTION_COMMON) enterCommon(global, object, symbol);
  else if (global.state === "undefined" || (global.weak && !weak) || (global.state === "common" && !weak)) {
    define(global, object, symbol, weak);
  } else if (!weak && !global.weak && global.object !== null) {
    if (object.ofLibrary === global.object.ofLibrary) duplicate(link, global, object, symbol);
    else if (!object.ofLibrary) define(global, object, symbol, weak);
  }
  return global;
}

function define(global: GlobalSymbol, object: LoadedObject, symbol: ObjectSymbol, weak: boolean): void {
  global.state = symbol.section === SECTION_ABSOLUTE ? "absolute" : "defined";
  global.object = object;
  global.symbol = symbol;
  global.weak = weak;
}

/** Common symbols of one name share the largest size and alignment; a definition wins over them. */
function enterCommon(global: GlobalSymbol, object: LoadedObject, symbol: ObjectSymbol): void {
  if (global.state === "common") {
    const old = global.symbol!;
    global.symbol = {
      ...old,
      sizeBytes: Math.max(old.sizeBytes, symbol.sizeBytes),
      value: Math.max(old.value, symbol.value),
    };
  } else if (global.state === "undefined" || global.weak) {
    global.state = "common";
    global.object = object;
    global.symbol = symbol;
    global.weak = false;
  }
}

function duplicate(link: Link, global: GlobalSymbol, object: LoadedObject, symbol: ObjectSymbol): void {
  const where = (owner: LoadedObject, at: ObjectSymbol): string =>
    at.section >= 0
      ? `${owner.file.name}: ${owner.file.sections[at.section]!.name}+0x${at.value.toString(16)}`
      : owner.file.name;
  link.problems.error(`"${global.name}" is defined twice`, null, {
    place: where(object, symbol),
    hint: `keep one definition; declare the other one \`extern\`, or make it \`static\` if it is meant for its own file`,
    notes: [
      {
        severity: "note",
        message: "the first definition is here",
        span: null,
        place: where(global.object!, global.symbol!),
      },
    ],
  });
}

/** True for sections that the program itself never reads: debug information, comments, attributes. */
export const isInformation = (section: { flags: number; type: number }): boolean =>
  (section.flags & SectionFlag.ALLOC) === 0 && section.type !== SectionType.NULL;
