/** Base64 (RFC 4648, section 4) between bytes and text, the same in Node and in a browser's worker. */
const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const VALUES = new Map([...LETTERS].map((letter, value) => [letter, value]));

export const base64 = {
  encode(bytes: Uint8Array): string {
    const parts: string[] = [];
    for (let i = 0; i < bytes.length; i += 3) {
      const group = (bytes[i] << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0);
      const left = bytes.length - i;
      parts.push(
        LETTERS[group >>> 18] +
          LETTERS[(group >>> 12) & 63] +
          (left > 1 ? LETTERS[(group >>> 6) & 63] : "=") +
          (left > 2 ? LETTERS[group & 63] : "="),
      );
    }
    return parts.join("");
  },

  /** Letters that do not belong are skipped. */
  decode(text: string): Uint8Array {
    const digits = [...text].map((letter) => VALUES.get(letter)).filter((value) => value !== undefined);
    const bytes = new Uint8Array(Math.floor((digits.length * 3) / 4));
    for (let i = 0, at = 0; at < bytes.length; i += 4) {
      const group =
        (digits[i] << 18) | ((digits[i + 1] ?? 0) << 12) | ((digits[i + 2] ?? 0) << 6) | (digits[i + 3] ?? 0);
      for (let shift = 16; shift >= 0 && at < bytes.length; shift -= 8) bytes[at++] = group >>> shift;
    }
    return bytes;
  },
};
