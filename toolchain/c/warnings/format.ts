/**
 * -Wformat: the conversions of a printf or scanf format against the arguments, one message for each that does not fit, with the
 * conversion that would. Leaves out `%n$` positions and the `'` flag's locale.
 */
import type { Span } from "../../diagnostics.ts";
import type { Expression } from "../ast.ts";
import { parseText } from "../literals.ts";
import type { Expr } from "../tree.ts";
import { type CType, integerOf, isInteger, type QualType, qual, typeName } from "../types.ts";

/** What is needed of the checker. */
export interface FormatReporter {
  warn(option: string, message: string, span: Span, extra?: { hint?: string }): void;
}

export interface FormatRule {
  readonly kind: "printf" | "scanf";
  /** Index of the format among the arguments. */
  readonly formatIndex: number;
  /** Index of the first argument that the format reads, or −1 when they come as a va_list. */
  readonly firstArgument: number;
}

interface Conversion {
  readonly text: string;
  readonly stars: number;
  readonly length: string;
  readonly letter: string;
  readonly isSuppressed: boolean;
}

export function checkFormat(
  reporter: FormatReporter,
  rule: FormatRule,
  call: Extract<Expression, { kind: "call" }>,
  args: readonly Expr[],
): void {
  let source = call.args[rule.formatIndex];
  while (source?.kind === "paren") source = source.inner;
  if (source === undefined) return;
  if (source.kind !== "string") {
    if (source.kind === "name" && rule.firstArgument >= args.length && rule.firstArgument >= 0) {
      reporter.warn("Wformat-security", "the format is not a literal and there are no arguments", source.span, {
        hint: 'print a text with "%s"',
      });
    }
    return;
  }
  const text = source.tokens.map((token) => decode(token.text)).join("");
  if (rule.firstArgument < 0) return;
  let next = rule.firstArgument;
  let usesPositions = false;
  for (const conversion of conversionsOf(text, rule.kind)) {
    if (/%\d+\$/.test(conversion.text)) usesPositions = true;
    if (usesPositions || conversion.letter === "%") continue;
    if (conversion.letter === "") {
      reporter.warn("Wformat", `the format ends inside the conversion '${conversion.text}'`, source.span);
      return;
    }
    if (!isKnown(conversion.letter, rule.kind)) {
      reporter.warn("Wformat", `'${conversion.text}' is not a conversion of ${rule.kind}`, source.span);
      return;
    }
    for (let star = 0; star < conversion.stars; star++)
      checkOne(
        reporter,
        { ...conversion, text: "*", letter: "d", length: "", stars: 0 },
        "printf",
        call,
        args,
        next++,
        source.span,
      );
    if (!conversion.isSuppressed) checkOne(reporter, conversion, rule.kind, call, args, next++, source.span);
  }
  if (!usesPositions && next < call.args.length) {
    reporter.warn(
      "Wformat-extra-args",
      `the format uses ${next - rule.firstArgument} argument${next - rule.firstArgument === 1 ? "" : "s"}; ${call.args.length - rule.firstArgument} are given`,
      call.args[next]!.span,
    );
  }
}

function checkOne(
  reporter: FormatReporter,
  conversion: Conversion,
  kind: "printf" | "scanf",
  call: Extract<Expression, { kind: "call" }>,
  args: readonly Expr[],
  index: number,
  span: Span,
): void {
  const source = call.args[index];
  const arg = args[index];
  if (source === undefined || arg === undefined) {
    reporter.warn("Wformat", `'${conversion.text}' has no argument`, span);
    return;
  }
  const type = kind === "printf" ? arg.type : arg.type.kind === "pointer" ? arg.type.to.type : null;
  const wanted = wantedType(conversion, kind);
  if (wanted === null) return;
  if (type !== null && (kind === "printf" ? fitsPrintf(wanted, type, arg) : fitsScanf(wanted, type))) return;
  const better = kind === "printf" ? suggestion(arg.type) : type === null ? null : scanSuggestion(type);
  const name = kind === "scanf" ? `${wanted} *`.replace("* *", "**") : wanted;
  const hint =
    type === null
      ? { hint: "is an & missing?" }
      : better === null
        ? {}
        : {
            hint: `'${better}' prints or reads a '${typeName(qual(arg.type))}'`.replace(
              "prints or reads",
              kind === "printf" ? "prints" : "reads into",
            ),
          };
  reporter.warn(
    "Wformat",
    `'${conversion.text}' needs a '${name}', and the argument is a '${typeName(shown(arg))}'`,
    source.span,
    hint,
  );
}

const shown = (arg: Expr): QualType => qual(arg.type);

function decode(token: string): string {
  const parsed = parseText(token, "");
  return parsed.ok ? String.fromCharCode(...parsed.value.units) : "";
}

function* conversionsOf(text: string, kind: "printf" | "scanf"): IterableIterator<Conversion> {
  const pattern =
    kind === "printf"
      ? /%(?:\d+\$)?[-+ #0'I]*(\*|\d*)(?:\.(\*|-?\d*))?(hh|h|ll|l|j|z|t|L|q)?([a-zA-Z%]?)/g
      : /%(\*?)\d*()(hh|h|ll|l|j|z|t|L|q|m)?(\[\^?\]?[^\]]*\]|[a-zA-Z%]?)/g;
  for (const match of text.matchAll(pattern)) {
    const isScan = kind === "scanf";
    yield {
      text: match[0],
      stars: isScan ? 0 : [match[1], match[2]].filter((part) => part === "*").length,
      length: match[3] ?? "",
      letter: (match[4] ?? "").startsWith("[") ? "[" : (match[4] ?? ""),
      isSuppressed: isScan && match[1] === "*",
    };
  }
}

const isKnown = (letter: string, kind: "printf" | "scanf"): boolean =>
  (kind === "printf" ? "diouxXeEfFgGaAcspnmCS" : "diouxXeEfFgGaAcsp[nCS").includes(letter);

/** The type that a conversion reads, by name; null when it is not checked. */
function wantedType({ letter, length }: Conversion, kind: "printf" | "scanf"): string | null {
  const signed: Record<string, string> = {
    "": "int",
    hh: "signed char",
    h: "short",
    l: "long",
    ll: "long long",
    q: "long long",
    j: "long long",
    z: "int",
    t: "int",
  };
  const unsigned: Record<string, string> = {
    "": "unsigned int",
    hh: "unsigned char",
    h: "unsigned short",
    l: "unsigned long",
    ll: "unsigned long long",
    q: "unsigned long long",
    j: "unsigned long long",
    z: "unsigned int",
    t: "unsigned int",
  };
  if ("di".includes(letter)) return signed[length] ?? null;
  if ("ouxX".includes(letter)) return unsigned[length] ?? null;
  if ("eEfFgGaA".includes(letter))
    return length === "L" ? "long double" : kind === "scanf" && length === "" ? "float" : "double";
  if (letter === "c") return length === "l" ? "unsigned int" : kind === "scanf" ? "char" : "int";
  if (letter === "s" || letter === "[") return length === "l" ? "int *" : kind === "scanf" ? "char" : "char *";
  if (letter === "p") return "void *";
  if (letter === "n") return kind === "scanf" ? "int" : "int *";
  return null;
}

function fitsPrintf(wanted: string, type: CType, arg: Expr): boolean {
  if (wanted === "void *") return type.kind === "pointer";
  if (wanted === "char *")
    return type.kind === "pointer" && isInteger(type.to.type) && integerOf(type.to.type).bytes === 1;
  if (wanted === "int *") return type.kind === "pointer" && isInteger(type.to.type);
  if (type.kind === "float") return type.name === wanted;
  if (!isInteger(type)) return false;
  const plain = integerOf(type);
  // Narrow types are promoted on the way; signedness is left to the reader, as in GCC without -Wformat-signedness.
  const short = wanted.replace("unsigned ", "").replace("signed ", "");
  const own = plain.name.replace("unsigned ", "").replace("signed ", "");
  void arg;
  if (short === "int" || short === "char" || short === "short") return plain.bytes <= 4 && own !== "long";
  return own === short;
}

function fitsScanf(wanted: string, type: CType): boolean {
  if (wanted === "void *") return type.kind === "pointer";
  if (type.kind === "float") return type.name === wanted;
  if (!isInteger(type)) return false;
  const plain = integerOf(type).name;
  if (wanted === "char") return integerOf(type).bytes === 1;
  const bare = (name: string): string => name.replace("unsigned ", "").replace("signed ", "");
  return bare(plain) === bare(wanted);
}

/** The printf conversion for a type. */
function suggestion(type: CType): string | null {
  if (type.kind === "float") return type.bytes === 16 ? "%Lf" : "%f";
  if (type.kind === "pointer") return isInteger(type.to.type) && integerOf(type.to.type).bytes === 1 ? "%s" : "%p";
  if (!isInteger(type)) return null;
  const plain = integerOf(type);
  const length = plain.bytes === 8 ? "ll" : plain.name.includes("long") ? "l" : "";
  return `%${length}${plain.signed || plain.rank < 3 ? "d" : "u"}`;
}

function scanSuggestion(type: CType): string | null {
  if (type.kind === "float") return type.bytes === 16 ? "%Lf" : type.bytes === 8 ? "%lf" : "%f";
  if (!isInteger(type)) return null;
  const plain = integerOf(type);
  if (plain.bytes === 1) return "%s";
  const length = plain.bytes === 8 ? "ll" : plain.bytes === 2 ? "h" : plain.name.includes("long") ? "l" : "";
  return `%${length}${plain.signed ? "d" : "u"}`;
}
