/** Random changes to texts, repeatable from a seed (environment variable FAULTLINE_SEED). */

export const SEED = Number(process.env.FAULTLINE_SEED ?? Math.floor(Math.random() * 2 ** 31));

/** Numbers in [0, 1) from a seed (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

const FRAGMENTS = [
  "(",
  ")",
  "{",
  "}",
  "[",
  "]",
  ";",
  ",",
  "*",
  "&",
  "=",
  "int ",
  "struct ",
  "typedef ",
  "T ",
  "0x",
  '"',
  "'",
  "\\",
  "#",
  "##",
  "\n",
  "\n#if 1\n",
  "#define F(x) x F(x)\n",
  "1e",
  "...",
  "->",
  "return ",
  "/*",
  "//",
  "é",
  "\u0000",
  "sizeof ",
  "?",
  ":",
  "case ",
  "goto ",
];

/** The text with up to `changes` pieces deleted, doubled, swapped in or inserted. */
export function mutate(text: string, random: () => number, changes: number): string {
  let out = text;
  const count = 1 + Math.floor(random() * changes);
  for (let i = 0; i < count; i++) {
    const at = Math.floor(random() * out.length);
    const end = Math.min(out.length, at + Math.floor(random() * 8));
    const kind = Math.floor(random() * 4);
    if (kind === 0) out = out.slice(0, at) + out.slice(end);
    else if (kind === 1) out = out.slice(0, end) + out.slice(at, end) + out.slice(end);
    else if (kind === 2) out = out.slice(0, at) + FRAGMENTS[Math.floor(random() * FRAGMENTS.length)]! + out.slice(at);
    else out = out.slice(0, at) + FRAGMENTS[Math.floor(random() * FRAGMENTS.length)]! + out.slice(end);
  }
  return out;
}
