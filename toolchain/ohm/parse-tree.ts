/**
 * What a generated parser returns: a plain tree over ranges of its input, or the place and the expectations of a failure.
 *
 * The tree follows Ohm's rules of arity, so that the grammar alone says what the children of a node are:
 *  - a rule application is one child, a `ParseNode`;
 *  - a terminal, a range or `any` is one child, the number of the position where it matched;
 *  - `e*`, `e+` and `e?` give one array for each child that `e` has (columns, as in Ohm);
 *  - a rule whose body is only a choice of rules makes no node of its own: the chosen rule's node stands in its place;
 *  - a rule that the generator was told to see through makes no node when it would only hold another one;
 *  - a lexical rule (lower-case name) is a token: its node has a range and no children.
 */

export interface ParseNode {
  /** The rule's name; `Rule_case` for an alternative with a case name. */
  readonly rule: string;
  /** Half-open range of positions in the input. */
  readonly start: number;
  readonly end: number;
  readonly children: readonly Child[];
}

/** A node, the position of a terminal, or the column of a repetition. */
export type Child = ParseNode | number | readonly Child[];

/** Something that would have let the parser go on. */
export interface Expectation {
  /** A terminal's own text, or a description such as "a statement". */
  readonly text: string;
  readonly isTerminal: boolean;
}

export type ParseResult =
  | { readonly ok: true; readonly node: ParseNode; readonly end: number }
  | {
      readonly ok: false;
      /** The rightmost position at which something was missed. */
      readonly position: number;
      /** True when the nesting limit stopped the parser: the position is where it gave up. */
      readonly isTooDeep: boolean;
      /** What was looked for at `position`; computed by a second, slower match when asked for. */
      expected(): readonly Expectation[];
    };

export interface ParseOptions {
  /** Position to start at. Default 0. */
  readonly start?: number;
  /** Accept a match that leaves input over. Default false: the whole input has to match. */
  readonly prefix?: boolean;
}
