/** What the warnings of this folder need of the checker. */
import type { Diagnostic, Span } from "../../diagnostics.ts";
import type { WarningOptions } from "./options.ts";

export interface FlowReporter {
  readonly warnings: WarningOptions;
  warn(option: string, message: string, span: Span, extra?: { hint?: string; notes?: Diagnostic[] }): void;
  note(message: string, span: Span): Diagnostic;
}
