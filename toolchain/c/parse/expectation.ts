/** Says in a few words what a parse expected, from the dozens of tokens that could have stood there. */
import type { Expectation } from "../../ohm/parse-tree.ts";

const EXPRESSION = new Set(
  "( + - * & ~ ! ++ -- && sizeof _Alignof _Generic __extension__ __builtin_va_arg __builtin_offsetof __builtin_types_compatible_p __builtin_choose_expr".split(
    " ",
  ),
);
const OPERATORS = new Set(
  "= *= /= %= += -= <<= >>= &= ^= |= ? || && | ^ & == != < > <= >= << >> + - * / % ++ -- -> . [ (".split(" "),
);
const TYPES = new Set(
  "void char short int long float double signed unsigned _Bool _Complex _Imaginary const volatile restrict _Atomic typedef extern static auto register _Thread_local inline _Noreturn __auto_type __builtin_va_list struct union enum typeof _Alignas __attribute__ __extension__ _Static_assert asm".split(
    " ",
  ),
);
const STATEMENTS = new Set("{ } ; if while do for switch return break continue goto asm case default".split(" "));
/** Shown first. */
const PREFERRED = [";", ")", "}", "]", ",", ":", "{", "("];

/** "';'", "an expression", "')' or ','": at most three things. */
export function describeExpectations(expected: readonly Expectation[]): string {
  const terminals = new Set(expected.filter((item) => item.isTerminal).map((item) => item.text));
  const words = new Set(expected.filter((item) => !item.isTerminal).map((item) => item.text));
  const found: string[] = [];
  const without = (group: ReadonlySet<string>): void => {
    for (const text of group) terminals.delete(text);
  };
  if (terminals.has("return") && terminals.has("while")) {
    const hasBrace = terminals.has("}");
    without(STATEMENTS);
    without(TYPES);
    without(EXPRESSION);
    return hasBrace ? "a statement or '}'" : "a statement";
  }
  if (words.has("an expression")) {
    found.push("an expression");
    without(EXPRESSION);
    without(TYPES);
    words.clear();
  } else if (terminals.has("int") && terminals.has("struct")) {
    found.push("a type");
    without(TYPES);
    words.delete("a type");
  }
  words.delete("an expression");
  const plain = PREFERRED.filter((text) => terminals.has(text) && !(OPERATORS.has(text) && terminals.has("+")));
  if (plain.length > 0) found.unshift(...plain.map((text) => `'${text}'`));
  if (found.length === 0 || plain.length === 0) for (const word of words) found.push(word);
  if (found.length === 0) for (const text of terminals) found.push(`'${text}'`);
  const shown = [...new Set(found)].slice(0, 3);
  if (shown.length === 0) return "something else";
  return shown.length === 1 ? shown[0]! : `${shown.slice(0, -1).join(", ")} or ${shown[shown.length - 1]}`;
}
