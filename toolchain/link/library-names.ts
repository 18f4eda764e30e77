/**
 * Names that the program and the C library both define. The program's objects mean the program's definition by them, the library's
 * members mean the library's own: a program with a `write` or `strlen` of its own gets it for its own calls, and `puts` still works. So a
 * program may use any name that ISO C leaves to it (C11 §7.1.3), and glibc, whose members call each other by names that are reserved,
 * behaves alike. An allocator that the program brings replaces the library's for the library too, as glibc's manual has it ("Replacing
 * malloc"), and so do the operators new and delete (C++17 [replacement.functions]).
 */

import { archiveObject } from "../ar.ts";
import { Binding, SymType } from "../elf/constants.ts";
import { type ObjectSymbol, SECTION_COMMON, SECTION_UNDEFINED } from "../elf/object.ts";
import type { GlobalSymbol, Link } from "./model.ts";

const ALLOCATOR: ReadonlySet<string> = new Set([
  "malloc",
  "calloc",
  "realloc",
  "free",
  "aligned_alloc",
  "memalign",
  "posix_memalign",
  "valloc",
  "pvalloc",
  "malloc_usable_size",
]);

/** Operators new and delete, with their forms for arrays, by their mangled names (Itanium C++ ABI). */
const NEW_OR_DELETE = /^_Z(?:nw|na|dl|da)/;

const isReplaceable = (name: string): boolean => ALLOCATOR.has(name) || NEW_OR_DELETE.test(name);

/** Does an object outside the C library define it? */
export const isOfProgram = (global: GlobalSymbol): boolean => global.object !== null && !global.object.ofLibrary;

/** Is a missing symbol one that only the C library asks for, and has itself? */
export const isForLibrary = (link: Link, missing: GlobalSymbol): boolean =>
  missing.firstUse.ofLibrary &&
  !isReplaceable(missing.name) &&
  link.library.some(({ index }) => index.has(missing.name));

/** Do the library's members mean their own definition by a name that the program defines with `symbol`? */
export function keepsItsOwn(link: Link, name: string, symbol: ObjectSymbol): boolean {
  const own = libraryDefinition(link, name);
  if (own === null) return false;
  // `char *optarg;` as before GCC 10 is the library's object; an `int read;` is not its function.
  if (symbol.section === SECTION_COMMON) return own.type === SymType.FUNC;
  const isData = symbol.type === SymType.OBJECT || symbol.type === SymType.TLS;
  return isData || !isReplaceable(name);
}

/** The symbol with which the library defines a name; null when it does not. */
function libraryDefinition(link: Link, name: string): ObjectSymbol | null {
  for (const archive of link.library) {
    const member = archive.index.get(name);
    const object = member === undefined ? null : archiveObject(archive, member);
    if (object === null || !object.ok) continue;
    const isIt = (symbol: ObjectSymbol): boolean =>
      symbol.name === name && symbol.binding !== Binding.LOCAL && symbol.section !== SECTION_UNDEFINED;
    return object.value.symbols.find(isIt) ?? null;
  }
  return null;
}

/**
 * The program is about to define a name. If members of the library are loaded that mean their own definition by it, what stood for the
 * name up to now becomes theirs alone, and the program's objects get another symbol. That happens when a member of one of the program's
 * own archives is loaded after them.
 */
export function leaveToLibrary(link: Link, symbol: ObjectSymbol): void {
  const known = link.globals.get(symbol.name);
  if (known === undefined || isOfProgram(known) || !keepsItsOwn(link, symbol.name, symbol)) return;
  if (!link.objects.some(({ ofLibrary, globals }) => ofLibrary && globals.includes(known))) return;
  const fresh: GlobalSymbol = { ...known, state: "undefined", object: null, symbol: null, hidden: false };
  known.ofLibrary = true;
  link.libraryNames.set(symbol.name, known);
  link.globals.set(symbol.name, fresh);
  link.symbols.push(fresh);
  for (const { ofLibrary, globals } of link.objects) {
    if (ofLibrary) continue;
    for (let at = 0; at < globals.length; at++) if (globals[at] === known) globals[at] = fresh;
  }
}
