/**
 * The global offset table, for objects that were compiled as position-independent code. A static program fills it at link
 * time: one word with an address or a thread-local offset, or two words (module 1, offset) for __tls_get_addr.
 */

import { Reloc, SectionFlag, SectionType } from "../elf/constants.ts";
import { NO_SYMBOL } from "../elf/object.ts";
import { makeOutput } from "./layout.ts";
import type { GotSlot, Link, LoadedObject } from "./model.ts";

const KINDS: ReadonlyMap<number, GotSlot["kind"]> = new Map([
  [Reloc.GOT_HI20, "address"],
  [Reloc.TLS_GOT_HI20, "tprel"],
  [Reloc.TLS_GD_HI20, "gd"],
]);

/** True for relocations that ask for a slot: their numbers follow each other. */
export const usesGot = (type: number): boolean => type >= Reloc.GOT_HI20 && type <= Reloc.TLS_GD_HI20;

/** One slot for each symbol and kind of use. */
export function gotKey(link: Link, object: LoadedObject, symbol: number, addend: number, type: number): string | null {
  const kind = KINDS.get(type);
  if (kind === undefined) return null;
  const global = object.globals[symbol];
  const name =
    global !== null && global !== undefined
      ? `${global.name}${global.ofLibrary ? " of the library" : ""}`
      : `#${link.objects.indexOf(object)}.${symbol}`;
  return `${kind} ${name} ${addend}`;
}

/** Makes room for every slot that live sections ask for. Call before layout. */
export function reserveGot(link: Link): void {
  let sizeBytes = 0;
  for (const object of link.objects) {
    for (const { live, section } of object.sections) {
      if (!live) continue;
      const { relocations } = section;
      for (let at = 0; at < relocations.length; at++) {
        const { type, symbol, addend } = relocations[at]!;
        if (!usesGot(type) || symbol === NO_SYMBOL) continue;
        const kind = KINDS.get(type)!;
        const key = gotKey(link, object, symbol, addend, type)!;
        if (link.got.has(key)) continue;
        link.got.set(key, { kind, offset: sizeBytes });
        sizeBytes += kind === "gd" ? 8 : 4;
      }
    }
  }
  if (sizeBytes === 0) return;
  const output = makeOutput(".got", SectionType.PROGBITS, SectionFlag.ALLOC | SectionFlag.WRITE);
  output.alignBytes = 4;
  output.sizeBytes = sizeBytes;
  link.outputs.push(output);
  link.gotSection = output;
}
