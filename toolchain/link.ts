/**
 * The static linker: object files and archives in, one ELF32 executable out. The stages stand in link/, in the order in which
 * they run: resolve (symbols, archives, COMDAT), gc, got, layout, symbols, relocate, output, map.
 *
 * Not here: shared objects, linker scripts, linker relaxation (objects that allow it are linked correctly, unrelaxed).
 */

import { type Archive, looksLikeArchive, readArchive } from "./ar.ts";
import { type Diagnostic, Diagnostics } from "./diagnostics.ts";
import { EF_RISCV_FLOAT_ABI, SectionType } from "./elf/constants.ts";
import type { ObjectFile } from "./elf/object.ts";
import { readObject } from "./elf/read-object.ts";
import { collectGarbage } from "./link/gc.ts";
import { reserveGot } from "./link/got.ts";
import { assignAddresses, gather } from "./link/layout.ts";
import { writeMap } from "./link/map.ts";
import type { Link, LinkOptions } from "./link/model.ts";
import { writeExecutable } from "./link/output.ts";
import { relocateAll } from "./link/relocate.ts";
import { resolve } from "./link/resolve.ts";
import { assignValues, placeCommons, reportUndefined } from "./link/symbols.ts";

export type { LinkOptions } from "./link/model.ts";

/** Largest program file. A damaged size in an object is a message, not an exhausted memory. */
const PROGRAM_LIMIT_BYTES = 512 * 1024 * 1024;

/** Something to link: the bytes of a `.o` or `.a`, an object that was just made, or an archive that was read before. */
export type LinkInput =
  | { readonly kind: "file"; readonly name: string; readonly bytes: Uint8Array }
  | { readonly kind: "object"; readonly object: ObjectFile }
  /** `isLibrary`: the C library, of which a program may define any name itself. */
  | { readonly kind: "archive"; readonly archive: Archive; readonly isLibrary?: boolean };

export type LinkResult =
  | {
      readonly ok: true;
      readonly executable: Uint8Array;
      readonly map: string | null;
      readonly warnings: readonly Diagnostic[];
    }
  | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] };

/** Links a program. Mistakes in the input are diagnostics; nothing throws for them. */
export function link(inputs: readonly LinkInput[], options: LinkOptions = {}): LinkResult {
  const problems = new Diagnostics();
  const objects: ObjectFile[] = [];
  const archives: Archive[] = [];
  const library: Archive[] = [];
  for (const input of inputs) {
    open(input, objects, archives, problems);
    if (input.kind === "archive" && input.isLibrary === true) library.push(input.archive);
  }
  if (objects.length === 0 && !problems.failed) {
    problems.error("nothing to link: no object file was given", null, { hint: "give at least one .o file" });
  }
  if (problems.failed) return { ok: false, diagnostics: problems.list };

  const entry = options.entry ?? "_start";
  const state: Link = {
    options,
    problems,
    objects: [],
    library,
    symbols: [],
    globals: new Map(),
    libraryNames: new Map(),
    pulled: [],
    outputs: [],
    segments: [],
    got: new Map(),
    gotSection: null,
  };
  resolve(state, objects, archives, entry);
  checkConventions(state);
  if (options.gcSections === true) collectGarbage(state, entry);
  gather(state);
  placeCommons(state);
  reserveGot(state);
  assignAddresses(state);
  const last = state.segments[state.segments.length - 1]!;
  if (last.vaddr + last.memoryBytes > 0xffff_f000) {
    problems.error(`the program needs ${last.vaddr + last.memoryBytes} bytes of addresses, and there are 2^32`, null, {
      hint: "make its largest arrays smaller",
    });
  }
  const fileBytes = state.outputs.reduce(
    (sum, output) => (output.type === SectionType.NOBITS ? sum : sum + output.sizeBytes),
    0,
  );
  if (fileBytes > PROGRAM_LIMIT_BYTES) {
    problems.error(`the program's file would have ${fileBytes} bytes, and ${PROGRAM_LIMIT_BYTES} is the limit`, null, {
      hint: "leave large arrays without initialisers, so that they stand in .bss; or an object is damaged: build it again",
    });
  }
  assignValues(state);
  reportUndefined(state, entry);
  if (problems.failed) return { ok: false, diagnostics: problems.list };
  relocateAll(state);
  if (problems.failed) return { ok: false, diagnostics: problems.list };
  return {
    ok: true,
    executable: writeExecutable(state, state.globals.get(entry)!.vaddr),
    map: options.map === true ? writeMap(state) : null,
    warnings: problems.list,
  };
}

function open(input: LinkInput, objects: ObjectFile[], archives: Archive[], problems: Diagnostics): void {
  if (input.kind === "object") objects.push(input.object);
  else if (input.kind === "archive") archives.push(input.archive);
  else if (looksLikeArchive(input.bytes)) {
    const archive = readArchive(input.bytes, input.name);
    if (archive.ok) archives.push(archive.value);
    else for (const problem of archive.diagnostics) problems.add(problem);
  } else {
    const object = readObject(input.bytes, input.name);
    if (object.ok) objects.push(object.value);
    else for (const problem of object.diagnostics) problems.add(problem);
  }
}

/** Objects that pass floating-point values in registers cannot be mixed with ours. */
function checkConventions(state: Link): void {
  for (const { file } of state.objects) {
    if ((file.flags & EF_RISCV_FLOAT_ABI) !== 0) {
      state.problems.error("built for a floating-point calling convention (ilp32f or ilp32d)", null, {
        place: file.name,
        hint: "compile it with -march=rv32ima -mabi=ilp32",
      });
    }
  }
}
