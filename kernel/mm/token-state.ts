/** Who has the swap token (progress.ts); plain data. */
export interface TokenState {
  /** The last who got it; 0 when nobody ever did. */
  pid: number;
  /** Its address space, whose pages are safe; −1 when it has the token no more. */
  spaceId: number;
  /** What it will have executed when its turn ends. */
  untilInstructions: number;
}

export const freshToken = (): TokenState => ({ pid: 0, spaceId: -1, untilInstructions: 0 });
