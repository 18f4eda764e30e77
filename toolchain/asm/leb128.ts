/** Variable-length numbers of DWARF. */

/** LEB128 (DWARF 4, section 7.6). */
export function lebBytes(value: number, isSigned: boolean): number[] {
  const out: number[] = [];
  for (let rest = BigInt(Math.trunc(value)); ; ) {
    const low = Number(rest & 0x7fn);
    rest >>= 7n;
    const done = isSigned ? (rest === 0n && (low & 0x40) === 0) || (rest === -1n && (low & 0x40) !== 0) : rest <= 0n;
    out.push(done ? low : low | 0x80);
    if (done) return out;
  }
}
