/** #pragma: `once`, `pack`, `push_macro` and `pop_macro`. Those of GCC, Clang and the standard are ignored, unknown ones are warned of. */
import type { Diagnostics, SourceFile } from "../../diagnostics.ts";
import { parseInteger } from "../literals.ts";
import { spanOf, type Token, TokenKind } from "../tokens.ts";
import type { Macro } from "./macros.ts";

export class Pragmas {
  /** Alignment that `pack` asks for; 0: none. */
  pack = 0;
  /** Names of the files that are read only once. */
  readonly once = new Set<string>();
  private readonly packStack: number[] = [];
  /** Of `push_macro`; null: the name was not a macro. */
  private readonly keptMacros = new Map<string, (Macro | null)[]>();
  private readonly macros: Map<string, Macro>;
  private readonly diagnostics: Diagnostics;

  constructor(macros: Map<string, Macro>, diagnostics: Diagnostics) {
    this.macros = macros;
    this.diagnostics = diagnostics;
  }

  carryOut(file: SourceFile, directive: Token, line: readonly Token[]): void {
    const name = line[0]?.text;
    if (name === "once") this.once.add(file.name);
    else if (name === "pack") this.setPack(line);
    else if (name === "push_macro" || name === "pop_macro") this.keepMacro(name, line[2]);
    else if (name !== "GCC" && name !== "STDC" && name !== "clang" && name !== "message" && name !== undefined) {
      this.diagnostics.warning(`unknown pragma '${name}' is ignored`, spanOf(line[0] ?? directive), {
        option: "Wunknown-pragmas",
      });
    }
  }

  /** push_macro("name") keeps a macro's meaning, or that it has none, and pop_macro("name") brings it back. */
  private keepMacro(action: "push_macro" | "pop_macro", text: Token | undefined): void {
    if (text?.kind !== TokenKind.String) return;
    const name = text.text.slice(1, -1);
    const kept = this.keptMacros.get(name) ?? [];
    this.keptMacros.set(name, kept);
    if (action === "push_macro") {
      kept.push(this.macros.get(name) ?? null);
      return;
    }
    const macro = kept.pop();
    if (macro === null) this.macros.delete(name);
    else if (macro !== undefined) this.macros.set(name, macro);
  }

  /** pack(n), pack(), pack(push[, n]), pack(pop). */
  private setPack(line: readonly Token[]): void {
    const words = line.slice(2).filter((token) => token.text !== "," && token.text !== ")");
    let isSet = words.length === 0;
    let value = 0;
    for (const word of words) {
      if (word.text === "push") this.packStack.push(this.pack);
      else if (word.text === "pop") {
        value = this.packStack.pop() ?? 0;
        isSet = true;
      } else {
        const number = parseInteger(word.text);
        const asked = number.ok ? Number(number.value.value) : -1;
        if (![0, 1, 2, 4, 8, 16].includes(asked)) {
          this.diagnostics.warning("#pragma pack takes 1, 2, 4, 8 or 16", spanOf(word), { option: "Wpragmas" });
          return;
        }
        value = asked;
        isSet = true;
      }
    }
    if (isSet) this.pack = value;
  }
}
