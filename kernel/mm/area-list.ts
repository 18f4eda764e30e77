/**
 * The areas of an address space in order, in pieces of a few hundred: an area that comes or goes moves only its own piece's, however
 * many there are. (One array of 60,000 areas, into which mmap inserts from the top down, moved nearly all of them each time.
 * Linux has a maple tree.) Plain data; what areas mean stands in areas.ts.
 *
 * A piece is never empty. One that grows beyond MOST is halved; one that has become small joins a neighbour that has room.
 */
import type { AreaList, Vma } from "./vma.ts";

const MOST = 512;
const SMALL = 64;

/** Where an area stands in its list. Behind the last one: `piece` is the number of pieces. */
export interface Place {
  piece: number;
  at: number;
}

/** A list of areas that are sorted and disjoint. */
export function areaList(areas: readonly Vma[] = []): AreaList {
  const pieces: Vma[][] = [];
  for (let at = 0; at < areas.length; at += MOST / 2) pieces.push(areas.slice(at, at + MOST / 2));
  return { pieces, length: areas.length };
}

/** All areas in order, as an array of the caller's own. */
export const allAreas = ({ pieces }: AreaList): Vma[] => pieces.flat();

/** Index of the first piece whose last area ends above `vaddr`; pieces.length when there is none. */
function pieceAbove(pieces: readonly (readonly Vma[])[], vaddr: number): number {
  let low = 0;
  let high = pieces.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const piece = pieces[middle];
    if (piece[piece.length - 1].end > vaddr) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Index of the first area of a piece that ends above `vaddr`; the last one does. */
function indexAbove(areas: readonly Vma[], vaddr: number): number {
  let low = 0;
  let high = areas.length - 1;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (areas[middle].end > vaddr) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Place of the first area that ends above `vaddr`. */
export function placeAbove({ pieces }: AreaList, vaddr: number): Place {
  const piece = pieceAbove(pieces, vaddr);
  return { piece, at: piece === pieces.length ? 0 : indexAbove(pieces[piece], vaddr) };
}

/** The first area that ends above `vaddr`, or undefined: what every page fault asks, so nothing is allocated. */
export function firstAbove({ pieces }: AreaList, vaddr: number): Vma | undefined {
  const piece = pieceAbove(pieces, vaddr);
  return piece === pieces.length ? undefined : pieces[piece][indexAbove(pieces[piece], vaddr)];
}

/** The area at a place; undefined behind the last. */
export const areaAt = ({ pieces }: AreaList, { piece, at }: Place): Vma | undefined => pieces[piece]?.[at];

/** The area before a place; undefined at the first. */
export const areaBefore = ({ pieces }: AreaList, { piece, at }: Place): Vma | undefined =>
  at > 0 ? pieces[piece][at - 1] : pieces[piece - 1]?.at(-1);

/** Moves a place to the next area. */
export function stepUp({ pieces }: AreaList, place: Place): void {
  if (++place.at < pieces[place.piece].length) return;
  place.piece++;
  place.at = 0;
}

/** Moves a place to the area before it. False at the first. */
export function stepDown({ pieces }: AreaList, place: Place): boolean {
  if (place.at > 0) {
    place.at--;
    return true;
  }
  if (place.piece === 0) return false;
  place.piece--;
  place.at = pieces[place.piece].length - 1;
  return true;
}

/** Takes `count` areas from a place on out of the list and puts others, a few, in. */
export function replaceAreas(list: AreaList, { piece, at }: Place, count: number, ...others: Vma[]): void {
  const { pieces } = list;
  if (piece === pieces.length) {
    if (piece === 0) pieces.push([]);
    piece = pieces.length - 1;
    at = pieces[piece].length;
  }
  list.length += others.length - count;
  let left = count - pieces[piece].splice(at, count, ...others).length;
  while (left > 0) {
    const next = pieces[piece + 1];
    left -= next.splice(0, left).length;
    if (next.length === 0) pieces.splice(piece + 1, 1);
  }
  tidy(pieces, piece);
}

/** Brings a piece back to a size that it should have. */
function tidy(pieces: Vma[][], piece: number): void {
  const areas = pieces[piece];
  if (areas.length > MOST) pieces.splice(piece, 1, areas.slice(0, MOST / 2), areas.slice(MOST / 2));
  else if (areas.length === 0) pieces.splice(piece, 1);
  else if (areas.length < SMALL) {
    const first = piece > 0 ? piece - 1 : piece;
    if (first + 1 === pieces.length || pieces[first].length + pieces[first + 1].length > MOST) return;
    pieces.splice(first, 2, [...pieces[first], ...pieces[first + 1]]);
  }
}
