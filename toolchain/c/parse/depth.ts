/** Programs nested deeper than the engine's stack become a diagnostic instead of an exception. */
import type { Diagnostics, SourceFile } from "../../diagnostics.ts";

/** Runs a recursive pass; null after a diagnostic when it used up the stack. */
export function guardDepth<T>(diagnostics: Diagnostics, file: SourceFile, run: () => T): T | null {
  try {
    return run();
  } catch (error) {
    if (!isStackOverflow(error)) throw error;
    diagnostics.error(
      "the program is nested too deeply for the compiler",
      { file, start: 0, end: 0 },
      { hint: "split the deepest expression or block into smaller ones" },
    );
    return null;
  }
}

/** V8 reports a used-up stack as a RangeError, SpiderMonkey as an InternalError. */
const isStackOverflow = (error: unknown): boolean =>
  error instanceof Error && /call stack|recursion/i.test(error.message);
