/** The types and flags of sections as `.section` writes them. */
import { SectionFlag, SectionType } from "../elf/constants.ts";

export const SECTION_TYPES: Record<string, number> = {
  progbits: SectionType.PROGBITS,
  nobits: SectionType.NOBITS,
  note: SectionType.NOTE,
  init_array: SectionType.INIT_ARRAY,
  fini_array: SectionType.FINI_ARRAY,
  preinit_array: SectionType.PREINIT_ARRAY,
};

/** What the letters are, for messages. */
export const FLAG_HELP =
  "flags are a (allocated) w (writable) x (code) M S (mergeable, strings) G (group) T (thread-local) R (retain) e (exclude) o";

const FLAG_LETTERS: Record<string, number> = {
  a: SectionFlag.ALLOC,
  w: SectionFlag.WRITE,
  x: SectionFlag.EXECINSTR,
  M: SectionFlag.MERGE,
  S: SectionFlag.STRINGS,
  G: 0,
  T: SectionFlag.TLS,
  R: SectionFlag.GNU_RETAIN,
  e: SectionFlag.EXCLUDE,
  o: SectionFlag.LINK_ORDER,
};

export function sectionFlags(text: string, onUnknown: (letter: string) => void): number {
  let flags = 0;
  for (const letter of text) {
    const flag = FLAG_LETTERS[letter];
    if (flag === undefined) onUnknown(letter);
    else flags |= flag;
  }
  return flags;
}
