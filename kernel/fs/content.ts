/**
 * The bytes of a regular file: 4 KiB chunks by index, a missing one meaning zeros, so that sparse files cost nothing.
 *
 * Chunks are copied on write. A chunk that came from the root image, or that a snapshot also holds, is not `owned`: it
 * is never changed in place, the first write replaces it by a copy. The table of chunks itself is copied on the first
 * write after a snapshot. So a snapshot of a file that nobody writes to is one small object.
 */

/** Bytes in a chunk. Equal to a page, so that a file mapping fills a frame from one chunk. */
export const CHUNK_BYTES = 4096;

/** Greatest file size: 2^31 − 1 bytes, so that every offset in a file fits in a register. */
export const MAX_FILE_BYTES = 0x7fffffff;

export interface FileContent {
  bytes: number;
  /** Chunk i holds bytes [i × 4096, …); it may be shorter than 4096 (the rest reads as zero). */
  chunks: Map<number, Uint8Array>;
  /** Indices of the chunks that may be changed in place. */
  owned: Set<number>;
  /** Whether a snapshot holds the same `chunks` map. */
  tableShared: boolean;
}

export const emptyContent = (): FileContent => ({ bytes: 0, chunks: new Map(), owned: new Set(), tableShared: false });

/** Content over bytes that nobody will change any more: views, no copy. */
export function contentOf(bytes: Uint8Array): FileContent {
  const content = emptyContent();
  content.bytes = bytes.length;
  for (let start = 0; start < bytes.length; start += CHUNK_BYTES) {
    content.chunks.set(start / CHUNK_BYTES, bytes.subarray(start, start + CHUNK_BYTES));
  }
  return content;
}

/** Copies file bytes from `offset` into `dst`; returns how many there were (0 at or past the end). */
export function readContent(content: FileContent, offset: number, dst: Uint8Array): number {
  const count = Math.max(0, Math.min(dst.length, content.bytes - offset));
  let done = 0;
  while (done < count) {
    const at = offset + done;
    const inside = at % CHUNK_BYTES;
    const part = Math.min(CHUNK_BYTES - inside, count - done);
    const target = dst.subarray(done, done + part);
    const present = content.chunks.get(Math.floor(at / CHUNK_BYTES))?.subarray(inside, inside + part);
    if (present) target.set(present);
    target.fill(0, present ? present.length : 0);
    done += part;
  }
  return count;
}

/** Chunks that a write of `length` bytes at `offset` would add (holes in its range). */
export function chunksNeeded(content: FileContent, offset: number, length: number): number {
  if (length === 0) return 0;
  let needed = 0;
  const last = Math.floor((offset + length - 1) / CHUNK_BYTES);
  for (let index = Math.floor(offset / CHUNK_BYTES); index <= last; index++) if (!content.chunks.has(index)) needed++;
  return needed;
}

/** Makes the table of chunks ours before it is changed. */
function ownTable(content: FileContent): void {
  if (!content.tableShared) return;
  content.chunks = new Map(content.chunks);
  content.tableShared = false;
}

/** The chunk as a full-length array that may be changed in place. */
function ownedChunk(content: FileContent, index: number): Uint8Array {
  const present = content.chunks.get(index);
  if (present && content.owned.has(index)) return present;
  const copy = new Uint8Array(CHUNK_BYTES);
  if (present) copy.set(present);
  ownTable(content);
  content.chunks.set(index, copy);
  content.owned.add(index);
  return copy;
}

/** Writes `src` at `offset`, growing the file. The caller has checked limits. */
export function writeContent(content: FileContent, offset: number, src: Uint8Array): void {
  let done = 0;
  while (done < src.length) {
    const at = offset + done;
    const inside = at % CHUNK_BYTES;
    const part = Math.min(CHUNK_BYTES - inside, src.length - done);
    ownedChunk(content, Math.floor(at / CHUNK_BYTES)).set(src.subarray(done, done + part), inside);
    done += part;
  }
  content.bytes = Math.max(content.bytes, offset + src.length);
}

/** Sets the length: cuts, with the tail of the cut chunk zeroed, or extends by a hole. */
export function truncateContent(content: FileContent, bytes: number): void {
  if (bytes < content.bytes) {
    const keep = Math.ceil(bytes / CHUNK_BYTES);
    ownTable(content);
    for (const index of [...content.chunks.keys()]) {
      if (index < keep) continue;
      content.chunks.delete(index);
      content.owned.delete(index);
    }
    const inside = bytes % CHUNK_BYTES;
    if (inside !== 0 && content.chunks.has(keep - 1)) ownedChunk(content, keep - 1).fill(0, inside);
  }
  content.bytes = bytes;
}

/** Makes [start, end) a hole: whole chunks go, the rest reads as zeros. The length stays. */
export function punchContent(content: FileContent, start: number, end: number): void {
  const stop = Math.min(end, content.bytes);
  if (start >= stop) return;
  ownTable(content);
  for (const index of [...content.chunks.keys()]) {
    const [from, to] = [Math.max(start, index * CHUNK_BYTES), Math.min(stop, (index + 1) * CHUNK_BYTES)];
    if (from >= to) continue;
    const isWhole = from === index * CHUNK_BYTES && (to === (index + 1) * CHUNK_BYTES || to === content.bytes);
    if (!isWhole) ownedChunk(content, index).fill(0, from % CHUNK_BYTES, (from % CHUNK_BYTES) + to - from);
    else {
      content.chunks.delete(index);
      content.owned.delete(index);
    }
  }
}

/** The first byte from `offset` on that lies in a chunk (`isData`), or in none; content.bytes or more when there is none. */
export function nextStored(content: FileContent, offset: number, isData: boolean): number {
  for (let at = offset; at < content.bytes; at = (Math.floor(at / CHUNK_BYTES) + 1) * CHUNK_BYTES) {
    if (content.chunks.has(Math.floor(at / CHUNK_BYTES)) === isData) return at;
  }
  return content.bytes;
}

/** A copy that shares the chunks; afterwards neither side changes them in place. */
export function shareContent(content: FileContent): FileContent {
  content.owned.clear();
  content.tableShared = true;
  return { bytes: content.bytes, chunks: content.chunks, owned: new Set(), tableShared: true };
}

/** All bytes in one array: a view when they lie in one piece of the root image, else a copy. */
export function contiguousContent(content: FileContent): Uint8Array {
  const first = content.chunks.get(0);
  if (first && isOnePiece(content, first)) return new Uint8Array(first.buffer, first.byteOffset, content.bytes);
  const bytes = new Uint8Array(content.bytes);
  readContent(content, 0, bytes);
  return bytes;
}

function isOnePiece(content: FileContent, first: Uint8Array): boolean {
  let end = first.byteOffset;
  for (let index = 0; index * CHUNK_BYTES < content.bytes; index++) {
    const chunk = content.chunks.get(index);
    if (!chunk || chunk.buffer !== first.buffer || chunk.byteOffset !== end) return false;
    end += chunk.length;
  }
  return end - first.byteOffset >= content.bytes;
}
