/** The grammar as data, for the second match that explains a failure (expected.ts). */
import { kindOf, type Pexpr, quote, type Rule, type Rules } from "./rules.ts";

/** Source text of a `GrammarTable`. `spaces` is the rule that skips space, if there is one. */
export function tableSource(rules: Rules, spaces: Rule | null): string {
  const row = (rule: Rule): string => {
    const described = rule.description === null ? "null" : quote(rule.description);
    return `    { isSyntactic: ${rule.isSyntactic}, described: ${described}, body: ${step(rules, rule.body)} },`;
  };
  return `{
  spaces: ${spaces?.index ?? -1},
  rules: [
${rules.all.map(row).join("\n")}
  ],
}`;
}

function step(rules: Rules, e: Pexpr): string {
  const failure = (): string => {
    const found = e.toFailure(rules.grammar);
    return quote(found.isStringTerminal() ? `"${found.getText()}` : found.getText());
  };
  const inner = (): string => step(rules, e.expr!);
  switch (kindOf(e)) {
    case "Terminal":
      return `["text", ${quote(rules.spelling(String(e.obj)))}, ${failure()}]`;
    case "Range": {
      const [from, to] = rules.rangeOf(e);
      return `["range", ${from}, ${to}, ${e.matchCodePoint === true}, ${failure()}]`;
    }
    case "CaseInsensitiveTerminal":
      return `["itext", ${quote(String((e.obj as Pexpr).obj).toLowerCase())}, ${failure()}]`;
    case "UnicodeChar":
      return `["unicode", ${quote(e.pattern!.source)}, ${failure()}]`;
    case "Alt":
    case "Extend":
    case "Splice":
      return `["alt", ${e.terms!.map((term) => step(rules, term)).join(", ")}]`;
    case "Seq":
      return `["seq"${e.factors!.map((factor) => `, ${step(rules, factor)}`).join("")}]`;
    case "Star":
      return `["star", ${inner()}]`;
    case "Plus":
      return `["plus", ${inner()}]`;
    case "Opt":
      return `["opt", ${inner()}]`;
    case "Not":
      return `["not", ${inner()}, ${failure()}]`;
    case "Lookahead":
      return `["look", ${inner()}]`;
    case "Lex":
      return `["lex", ${inner()}]`;
    case "Apply":
      return `["apply", ${rules.applied(e).index}]`;
    default:
      return e.toString() === "end" ? `["end", "end of input"]` : `["any", ${failure()}]`;
  }
}
