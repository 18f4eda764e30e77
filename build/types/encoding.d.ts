/** The text codecs that Node, pages and workers all have, and that the `ES2023` library does not declare. UTF-8 and Latin-1 only. */
declare class TextEncoder {
  encode(text?: string): Uint8Array<ArrayBuffer>;
}
declare class TextDecoder {
  constructor(label?: "utf-8" | "latin1", options?: { fatal?: boolean });
  decode(bytes?: Uint8Array): string;
}
