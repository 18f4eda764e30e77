/** A translation unit: its declarations in order, and at its end what is still open: tentative definitions, aliases, unused static names. */
import type { Span } from "../../diagnostics.ts";
import type * as ast from "../ast.ts";
import { sizeOf } from "../layout.ts";
import { parseText } from "../literals.ts";
import type { GlobalSymbol, TranslationUnit } from "../tree.ts";
import { arrayOf, isCompleteType, typeName } from "../types.ts";
import { isConstObject } from "./declarations.ts";
import { FunctionChecker } from "./functions.ts";
import type { SymbolFacts } from "./scope.ts";

/** The whole checker: the last of the classes that extend each other. */
export class Checker extends FunctionChecker {
  private readonly fileAsm: { text: string; span: Span }[] = [];

  checkUnit(fileName: string, externals: readonly ast.External[]): TranslationUnit {
    for (const external of externals) this.external(external);
    return this.finish(fileName);
  }

  private external(item: ast.External): void {
    switch (item.kind) {
      case "declaration":
        this.fileDeclaration(item);
        return;
      case "function":
        this.functionDefinition(item);
        return;
      case "static-assert":
        this.checkStaticAssert(item);
        return;
      case "asm-declaration":
        this.fileAsm.push({ text: this.text(item.text), span: item.span });
        return;
      case "empty-declaration":
        return;
    }
  }

  private text(tokens: readonly { text: string }[]): string {
    return tokens
      .map((token) => parseText(token.text, ""))
      .map((parsed) => (parsed.ok ? new TextDecoder().decode(Uint8Array.from(parsed.value.units)) : ""))
      .join("");
  }

  private finish(fileName: string): TranslationUnit {
    for (const [symbol, facts] of this.facts) {
      if (facts.definition === "tentative" && facts.alias === null) this.defineTentative(symbol, facts);
      if (facts.alias !== null) this.emitAlias(symbol, facts.alias);
      const isWanted =
        facts.isUsed || facts.isExempt || facts.constructorPriority !== null || facts.destructorPriority !== null;
      if (!isWanted && symbol.linkage === "internal" && !this.poisoned.has(symbol.name))
        this.checkUnusedStatic(symbol, facts);
      if (
        facts.isUsed &&
        symbol.linkage === "internal" &&
        facts.definition === "none" &&
        facts.isFunction &&
        facts.alias === null
      ) {
        this.error(`the static function '${symbol.name}' is used and never defined`, facts.span);
      }
    }
    const kept = this.functions.filter(({ symbol, constructorPriority, destructorPriority }) => {
      const facts = this.facts.get(symbol)!;
      return (
        symbol.linkage === "external" ||
        facts.isUsed ||
        facts.isExempt ||
        (constructorPriority ?? destructorPriority) !== null
      );
    });
    const externals = [...this.facts]
      .filter(([, facts]) => facts.definition === "none" && facts.isUsed)
      .map(([symbol]) => symbol);
    return {
      fileName,
      functions: kept,
      objects: this.objects,
      strings: this.strings,
      externals,
      fileAsm: this.fileAsm,
      typedefs: this.typedefs,
    };
  }

  private checkUnusedStatic(symbol: GlobalSymbol, facts: SymbolFacts): void {
    if (facts.isFunction) {
      if (facts.definition === "defined" && !facts.isInlineOnly)
        this.warn("Wunused-function", `the static function '${symbol.name}' is never used`, facts.span);
    } else if (
      facts.definition !== "none" &&
      symbol.name !== "" &&
      symbol.symbol === symbol.name &&
      !isConstObject(symbol.type)
    )
      this.warn("Wunused-variable", `the static variable '${symbol.name}' is never used`, facts.span);
  }

  private defineTentative(symbol: GlobalSymbol, facts: SymbolFacts): void {
    let t = symbol.type.type;
    if (t.kind === "array" && t.length === null) {
      this.warn("Wextra-tokens", `the array '${symbol.name}' is taken to have one element`, facts.span);
      symbol.type = { ...symbol.type, type: (t = arrayOf(t.of, 1)) };
    }
    if (!isCompleteType(t)) {
      if (!this.isError(t))
        this.error(`'${symbol.name}' has the incomplete type '${typeName(symbol.type)}'`, facts.span);
      return;
    }
    facts.definition = "defined";
    this.objects.push({
      symbol,
      bytes: sizeOf(t),
      align: this.objectAlign(symbol),
      isReadOnly: false,
      isTentative: true,
      image: [],
    });
  }

  private emitAlias(symbol: GlobalSymbol, target: string): void {
    const visibility = symbol.isWeak
      ? `\t.weak ${symbol.symbol}\n`
      : symbol.linkage === "external"
        ? `\t.globl ${symbol.symbol}\n`
        : "";
    this.fileAsm.push({ text: `${visibility}\t.set ${symbol.symbol}, ${target}\n`, span: symbol.span });
    for (const [other, facts] of this.facts) if (other.symbol === target) facts.isUsed = true;
  }
}
