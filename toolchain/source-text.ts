/**
 * Source files as text. They are UTF-8; bytes that are not (a file in Latin-1, say) become the code units U+DC80 to U+DCFF, which no
 * UTF-8 text has, so that a string literal has the byte again. The form is that of Python's "surrogateescape" (PEP 383).
 */

const ESCAPE = 0xdc00;

export function sourceText(bytes: Uint8Array): string {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  try {
    return decoder.decode(bytes);
  } catch {
    let text = "";
    for (let at = 0; at < bytes.length; ) {
      const length = characterBytes(bytes, at);
      if (length === 0) text += String.fromCharCode(ESCAPE + bytes[at]!);
      else text += new TextDecoder().decode(bytes.subarray(at, at + length));
      at += Math.max(1, length);
    }
    return text;
  }
}

/** The byte that a code unit of the text stands for, or null when it is an ordinary one. */
export const escapedByte = (unit: number): number | null =>
  unit >= ESCAPE + 0x80 && unit <= ESCAPE + 0xff ? unit - ESCAPE : null;

/** Bytes of the character (or run of ASCII) at `at`; 0 when it is not UTF-8. */
function characterBytes(bytes: Uint8Array, at: number): number {
  let end = at;
  while (end < bytes.length && bytes[end]! < 0x80) end++;
  if (end > at) return end - at;
  const lead = bytes[at]!;
  const length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes.subarray(at, at + length));
    return at + length <= bytes.length ? length : 0;
  } catch {
    return 0;
  }
}
