/** What the last stages of the assembler (relax.ts, finish.ts) see of its state. */

import type { Span } from "../diagnostics.ts";
import type { FrameTable } from "./frame-table.ts";
import type { LineTable } from "./line-table.ts";
import type { AsmSymbol, SectionBuilder } from "./section-builder.ts";

export interface Assembly {
  /** How messages and the linker call the object. */
  readonly name: string;
  readonly sections: readonly SectionBuilder[];
  readonly symbols: ReadonlyMap<string, AsmSymbol>;
  /** Labels without a name that relocations refer to. */
  readonly anonymous: readonly AsmSymbol[];
  readonly lines: LineTable;
  readonly frames: FrameTable;
  /** From `.file "name"`; empty when there was none. */
  readonly fileName: string;
  /** Whether any 16-bit instruction was written (e_flags). */
  readonly usesCompressed: boolean;
  use(name: string, span?: Span): AsmSymbol;
  error(message: string, span: Span | undefined, hint?: string): void;
}
