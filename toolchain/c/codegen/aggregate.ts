/** Copying and clearing memory: structs, unions, arrays, long double. Small ones word by word, larger ones by memcpy and memset. */
import { addressRegister, loadWord, stableAddress, storeWord } from "./address.ts";
import { type Address, addressAt, type FunctionBuilder } from "./builder.ts";
import { ZERO } from "./ir.ts";

/** Up to this many accesses are made inline; a call costs about as much. */
const INLINE_ACCESSES = 16;

const pieceAt = (align: number, offset: number, bytes: number): number => {
  let piece = Math.min(4, align);
  while (piece > 1 && (offset % piece !== 0 || bytes - offset < piece)) piece >>= 1;
  return piece;
};

const accessCount = (align: number, bytes: number): number => {
  const piece = Math.min(4, Math.max(1, align));
  return Math.ceil(bytes / piece) + (bytes % piece === 0 ? 0 : 1);
};

/** Copies `bytes` bytes. The two may be the same object but must not overlap otherwise (C11 6.5.16.1). */
export function copyMemory(g: FunctionBuilder, target: Address, source: Address, bytes: number): void {
  if (bytes === 0) return;
  const align = Math.min(target.align, source.align);
  if (accessCount(align, bytes) > INLINE_ACCESSES) {
    const to = addressRegister(g, target);
    const from = addressRegister(g, source);
    g.supportCall("memcpy", [to, from, g.constant(bytes)], 0);
    return;
  }
  const to = stableAddress(g, target, bytes);
  const from = stableAddress(g, source, bytes);
  // Four at a time: loads first, so that a pipeline need not wait.
  for (let offset = 0; offset < bytes; ) {
    const batch: { offset: number; piece: number; value: number }[] = [];
    while (batch.length < 4 && offset < bytes) {
      const piece = pieceAt(align, offset, bytes);
      batch.push({ offset, piece, value: loadWord(g, { ...addressAt(from, offset), align }, piece, false, false) });
      offset += piece;
    }
    for (const part of batch) {
      storeWord(g, { ...addressAt(to, part.offset), align }, part.piece, part.value);
    }
  }
}

export function clearMemory(g: FunctionBuilder, target: Address, bytes: number): void {
  if (bytes === 0) return;
  if (accessCount(target.align, bytes) > INLINE_ACCESSES) {
    g.supportCall("memset", [addressRegister(g, target), ZERO, g.constant(bytes)], 0);
    return;
  }
  const to = stableAddress(g, target, bytes);
  for (let offset = 0; offset < bytes; ) {
    const piece = pieceAt(target.align, offset, bytes);
    storeWord(g, { ...addressAt(to, offset), align: piece }, piece, ZERO);
    offset += piece;
  }
}

/** Loads the first `bytes` (1 … 8) of an object into one or two registers, as arguments and results travel. Reads no byte beyond. */
export function loadWords(g: FunctionBuilder, address: Address, bytes: number): number[] {
  const at = stableAddress(g, address, bytes);
  const words: number[] = [];
  for (let start = 0; start < bytes; start += 4) {
    words.push(loadPart(g, { ...addressAt(at, start), align: at.align }, Math.min(4, bytes - start)));
  }
  return words;
}

function loadPart(g: FunctionBuilder, address: Address, bytes: number): number {
  if (bytes === 4) return loadWord(g, { ...address, align: Math.min(address.align, 4) }, 4, false, false);
  let result = ZERO;
  for (let offset = 0; offset < bytes; ) {
    const piece = pieceAt(address.align, offset, bytes);
    const part = loadWord(g, { ...address, offset: address.offset + offset }, piece, false, false);
    const moved = offset === 0 ? part : g.aluImmediate("slli", part, offset * 8);
    result = result === ZERO ? moved : g.alu("or", result, moved);
    offset += piece;
  }
  return result;
}

/** The reverse of `loadWords`. */
export function storeWords(g: FunctionBuilder, address: Address, words: readonly number[], bytes: number): void {
  const at = stableAddress(g, address, bytes);
  for (let offset = 0; offset < bytes; ) {
    const piece = pieceAt(at.align, offset, bytes);
    const word = words[offset >> 2]!;
    const value = offset % 4 === 0 ? word : g.aluImmediate("srli", word, (offset % 4) * 8);
    storeWord(g, { ...addressAt(at, offset), align: piece }, piece, value);
    offset += piece;
  }
}
