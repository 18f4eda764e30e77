/** Strings that pass through the kernel: names, arguments, environments. The expected characters are those of RFC 3629. */
import { expect, test } from "vitest";
import { decodeUtf8, encodeUtf8 } from "../../../kernel/mm/user-memory.ts";

test("well-formed UTF-8 is decoded as RFC 3629 says", () => {
  const bytes = Uint8Array.of(0x41, 0xc3, 0x9f, 0xe2, 0x82, 0xac, 0xf0, 0x9f, 0x98, 0x80);
  expect(decodeUtf8(bytes)).toBe("A\u00df\u20ac\u{1f600}");
  expect([...encodeUtf8("A\u00df\u20ac\u{1f600}")]).toEqual([...bytes]);
});

test("every sequence of up to three bytes of interest comes back as it was, well-formed or not", () => {
  const interesting = [
    0x00, 0x41, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc2, 0xdf, 0xe0, 0xed, 0xef, 0xf0, 0xf4, 0xf5, 0xff,
  ];
  for (const a of interesting) {
    for (const b of interesting) {
      for (const c of interesting) {
        for (const tail of [[], [0x80], [0xbf, 0x41]]) {
          const bytes = [a, b, c, ...tail];
          expect([...encodeUtf8(decodeUtf8(Uint8Array.from(bytes)))]).toEqual(bytes);
        }
      }
    }
  }
});
