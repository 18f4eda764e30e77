/**
 * What a run has printed, with the moment of each piece, so that the terminal can show what it showed at any moment. Holds at
 * most `MOST_BYTES`; of a run that prints more the beginning is forgotten. Positions count the pieces since power-on.
 */
import type { Moment } from "../../system/machine.ts";
import { isBefore } from "../../system/moment.ts";

interface Piece {
  readonly moment: Moment;
  readonly bytes: Uint8Array;
}

const MOST_BYTES = 4 * 1024 * 1024;
const MOST_PIECES = 100_000;
/** Shown of a past at most: some thousand lines, drawn in a few milliseconds. */
const SCREEN_BYTES = 192 * 1024;
const NEWLINE = 10;

export class OutputLog {
  private pieces: Piece[] = [];
  private forgotten = 0;
  private bytes = 0;

  append(moment: Moment, bytes: Uint8Array): void {
    this.pieces.push({ moment, bytes });
    this.bytes += bytes.length;
    if (this.bytes > MOST_BYTES || this.pieces.length > MOST_PIECES) this.forget();
  }

  get end(): number {
    return this.forgotten + this.pieces.length;
  }

  /**
   * Position up to which everything was printed at a moment. A piece is printed in the middle of a kernel's action: later than
   * the moment at which the action began, not later than the one after it.
   */
  positionAt(moment: Moment): number {
    let low = 0;
    let high = this.pieces.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (isBefore(moment, this.pieces[middle].moment)) high = middle;
      else low = middle + 1;
    }
    return this.forgotten + low;
  }

  /** The bytes between two positions. */
  between(from: number, to: number): Uint8Array {
    return join(this.pieces.slice(Math.max(0, from - this.forgotten), to - this.forgotten));
  }

  /** What a terminal needs to look as it did at a position: the last lines before it. */
  screenAt(position: number): Uint8Array {
    let first = position - this.forgotten;
    for (let length = 0; first > 0 && length < SCREEN_BYTES; length += this.pieces[first].bytes.length) first--;
    const bytes = join(this.pieces.slice(first, position - this.forgotten));
    return first === 0 && this.forgotten === 0 ? bytes : bytes.subarray(bytes.indexOf(NEWLINE) + 1);
  }

  /** The run goes another way from a position on. */
  cut(position: number): void {
    this.pieces.length = Math.max(0, position - this.forgotten);
    this.bytes = this.pieces.reduce((sum, piece) => sum + piece.bytes.length, 0);
  }

  copy(): OutputLog {
    const copy = new OutputLog();
    copy.pieces = this.pieces.slice();
    copy.forgotten = this.forgotten;
    copy.bytes = this.bytes;
    return copy;
  }

  private forget(): void {
    const count = this.pieces.length >> 1;
    const dropped = this.pieces.splice(0, count);
    this.forgotten += count;
    for (const piece of dropped) this.bytes -= piece.bytes.length;
  }
}

function join(pieces: readonly Piece[]): Uint8Array {
  const whole = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.bytes.length, 0));
  let at = 0;
  for (const { bytes } of pieces) {
    whole.set(bytes, at);
    at += bytes.length;
  }
  return whole;
}
