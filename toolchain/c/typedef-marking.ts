/**
 * Marks the names that stand for types. C cannot be parsed without knowing them (`(a)*b`), and the grammar has no symbol
 * table, so this pass walks the tokens once before parsing: it recognises declarations, keeps a stack of scopes in which
 * typedefs are hidden and come back, and turns <identifier> into <typedef-name> where a type is meant.
 *
 * It never reports anything and always goes forward; on wrong programs it is a good guess. Tags, members and labels are
 * names of other kinds: marking one of those by mistake does no harm, the grammar takes both classes there.
 */
import { codeOf, type Token } from "./tokens.ts";

const IDENTIFIER = codeOf("<identifier>");
const TYPEDEF = codeOf("<typedef-name>");
const set = (words: string): ReadonlySet<number> => new Set(words.split(" ").map(codeOf));
const TYPE_WORDS = set(
  "void char short int long float double signed unsigned _Bool _Complex _Imaginary __auto_type __builtin_va_list",
);
const OTHER_WORDS = set(
  "const volatile restrict extern static auto register _Thread_local inline _Noreturn __extension__",
);
const [TYPEDEF_WORD, STRUCT, UNION, ENUM, TYPEOF, ALIGNAS, ATOMIC, ATTRIBUTE, ASM] =
  ["typedef", "struct", "union", "enum", "typeof", "_Alignas", "_Atomic", "__attribute__", "asm"].map(codeOf) as [number, number, number, number, number, number, number, number, number]; // biome-ignore format: names and codes
const [OPEN, CLOSE, OPEN_BRACE, CLOSE_BRACE, OPEN_BRACKET, CLOSE_BRACKET] = ["(", ")", "{", "}", "[", "]"].map(
  codeOf,
) as [number, number, number, number, number, number];
const [SEMICOLON, COMMA, EQUALS, STAR, COLON, QUESTION, DOT, ARROW] = [";", ",", "=", "*", ":", "?", ".", "->"].map(codeOf) as [number, number, number, number, number, number, number, number]; // biome-ignore format: names and codes
const [FOR, IF, WHILE, SWITCH, ELSE, DO, CASE, DEFAULT, GOTO, STATIC_ASSERT] =
  ["for", "if", "while", "switch", "else", "do", "case", "default", "goto", "_Static_assert"].map(codeOf) as [number, number, number, number, number, number, number, number, number, number]; // biome-ignore format: names and codes

/** Nesting past which marking stops; the parser reports such programs. */
const DEPTH_LIMIT = 400;

export interface MarkedNames {
  /** Every name that is declared as something other than a type. */
  readonly ordinary: ReadonlySet<string>;
  readonly types: ReadonlySet<string>;
}

/** Changes the codes of type names in place. `codes[i]` belongs to `tokens[i]`. */
export function markTypedefs(tokens: readonly Token[], codes: Uint16Array): MarkedNames {
  const marker = new Marker(tokens, codes);
  marker.run();
  return { ordinary: marker.ordinary, types: marker.types };
}

class Marker {
  private readonly tokens: readonly Token[];
  private readonly codes: Uint16Array;
  private at = 0;
  private depth = 0;
  /** Visible names that were declared as types (true) or hide a type (false). */
  private readonly visible = new Map<string, boolean>();
  private undo: [string, boolean | undefined][] = [];
  readonly ordinary = new Set<string>();
  readonly types = new Set<string>();

  constructor(tokens: readonly Token[], codes: Uint16Array) {
    this.tokens = tokens;
    this.codes = codes;
  }

  run(): void {
    while (this.at < this.codes.length) {
      const before = this.at;
      if (this.code() === STATIC_ASSERT || this.code() === ASM) this.expression();
      else this.declaration(true);
      if (this.at === before) this.at++;
    }
  }

  private code(ahead = 0): number {
    return this.codes[this.at + ahead] ?? 0;
  }

  private isType(at: number): boolean {
    return this.codes[at] === IDENTIFIER && this.visible.get(this.tokens[at]!.text) === true;
  }

  private declare(name: string, isType: boolean): void {
    (isType ? this.types : this.ordinary).add(name);
    const known = this.visible.get(name);
    if (known === isType || (known === undefined && !isType)) return;
    this.undo.push([name, known]);
    this.visible.set(name, isType);
  }

  private scoped(run: () => void): void {
    const outer = this.undo;
    this.undo = [];
    run();
    this.leave();
    this.undo = outer;
  }

  private leave(): void {
    for (let i = this.undo.length - 1; i >= 0; i--) {
      const [name, before] = this.undo[i]!;
      if (before === undefined) this.visible.delete(name);
      else this.visible.set(name, before);
    }
  }

  private startsSpecifier(): boolean {
    const code = this.code();
    if (TYPE_WORDS.has(code) || OTHER_WORDS.has(code)) return true;
    if (
      code === TYPEDEF_WORD ||
      code === STRUCT ||
      code === UNION ||
      code === ENUM ||
      code === TYPEOF ||
      code === ALIGNAS ||
      code === ATOMIC
    )
      return true;
    return this.isType(this.at) && this.code(1) !== COLON;
  }

  // ---- declarations ----

  private declaration(isFileScope: boolean): void {
    const { isTypedef } = this.specifiers();
    if (isFileScope && this.code() === IDENTIFIER && this.code(1) === STAR) this.at++; // `foo *x` with an unknown foo
    for (;;) {
      const parameters: { undo: [string, boolean | undefined][] | null } = { undo: null };
      const name = this.declarator(parameters);
      if (name !== null) this.declare(name, isTypedef);
      while (this.code() === ASM || this.code() === ATTRIBUTE) this.wordAndGroup();
      if (isFileScope && parameters.undo !== null && this.code() !== OPEN_BRACE) {
        while (this.startsSpecifier()) this.declaration(false); // K&R parameters
      }
      if (this.code() === OPEN_BRACE && (parameters.undo !== null || isFileScope)) {
        this.functionBody(parameters.undo ?? []);
        return;
      }
      if (this.code() === COLON) this.at++;
      if (this.code() === EQUALS) this.initializer();
      if (this.code() !== COMMA) break;
      this.at++;
      while (this.code() === ATTRIBUTE) this.wordAndGroup();
    }
    if (this.code() !== SEMICOLON) this.expression();
    if (this.code() === SEMICOLON) this.at++;
  }

  private functionBody(parameters: readonly [string, boolean | undefined][]): void {
    this.scoped(() => {
      for (const [name] of parameters) this.declare(name, false);
      this.block();
    });
  }

  private specifiers(): { isTypedef: boolean } {
    let isTypedef = false;
    let hasType = false;
    for (;;) {
      const code = this.code();
      if (OTHER_WORDS.has(code)) this.at++;
      else if (code === TYPEDEF_WORD) {
        isTypedef = true;
        this.at++;
      } else if (TYPE_WORDS.has(code)) {
        hasType = true;
        this.at++;
      } else if (code === STRUCT || code === UNION) {
        hasType = true;
        this.record();
      } else if (code === ENUM) {
        hasType = true;
        this.enumeration();
      } else if (code === TYPEOF) {
        hasType = true;
        this.wordAndGroup();
      } else if (code === ATTRIBUTE || code === ALIGNAS) this.wordAndGroup();
      else if (code === ATOMIC) {
        if (this.code(1) === OPEN) hasType = true;
        this.wordAndGroup();
      } else if (!hasType && this.isType(this.at)) {
        this.codes[this.at++] = TYPEDEF;
        hasType = true;
      } else if (!hasType && code === IDENTIFIER && this.code(1) === IDENTIFIER) {
        // A type that nothing declares: `foo x`. Skipped, so that x is what gets declared.
        hasType = true;
        this.at++;
      } else return { isTypedef };
    }
  }

  /** A word and, if there is one, the group in parentheses after it. */
  private wordAndGroup(): void {
    this.at++;
    if (this.code() === OPEN) this.group();
  }

  private group(): void {
    this.at++;
    this.expression();
    if (this.code() === CLOSE || this.code() === CLOSE_BRACKET) this.at++;
  }

  private record(): void {
    this.at++;
    while (this.code() === ATTRIBUTE) this.wordAndGroup();
    if (this.code() === IDENTIFIER) this.at++;
    if (this.code() !== OPEN_BRACE || this.depth > DEPTH_LIMIT) return;
    this.at++;
    this.depth++;
    while (this.code() !== CLOSE_BRACE && this.at < this.codes.length) {
      const before = this.at;
      if (this.code() === STATIC_ASSERT) this.expression();
      this.specifiers();
      while (this.code() !== SEMICOLON && this.code() !== CLOSE_BRACE && this.at < this.codes.length) {
        const start = this.at;
        this.declarator({ undo: null });
        if (this.code() === COLON) {
          this.at++;
          this.expression(true);
        }
        while (this.code() === ATTRIBUTE) this.wordAndGroup();
        if (this.code() === COMMA) this.at++;
        if (this.at === start) break;
      }
      if (this.code() === SEMICOLON) this.at++;
      if (this.at === before) this.at++;
    }
    this.depth--;
    this.at++;
  }

  private enumeration(): void {
    this.at++;
    while (this.code() === ATTRIBUTE) this.wordAndGroup();
    if (this.code() === IDENTIFIER) this.at++;
    if (this.code() !== OPEN_BRACE) return;
    this.at++;
    while (this.code() !== CLOSE_BRACE && this.at < this.codes.length) {
      const before = this.at;
      if (this.code() === IDENTIFIER) this.declare(this.tokens[this.at++]!.text, false);
      while (this.code() === ATTRIBUTE) this.wordAndGroup();
      if (this.code() === EQUALS) {
        this.at++;
        this.expression(true);
      }
      if (this.code() === COMMA) this.at++;
      if (this.at === before) this.at++;
    }
    this.at++;
  }

  /** The name that is declared, or null in an abstract declarator. The first parameter list's names go to `parameters`. */
  private declarator(parameters: { undo: [string, boolean | undefined][] | null }): string | null {
    let name: string | null = null;
    if (this.depth++ < DEPTH_LIMIT) {
      for (
        let code = this.code();
        code === STAR || OTHER_WORDS.has(code) || code === ATTRIBUTE || code === ATOMIC;
        code = this.code()
      ) {
        if (code === ATTRIBUTE) this.wordAndGroup();
        else this.at++;
      }
      if (this.code() === IDENTIFIER) name = this.tokens[this.at++]!.text;
      else if (this.code() === OPEN && !this.opensParameters()) {
        this.at++;
        name = this.declarator(parameters);
        if (this.code() === CLOSE) this.at++;
      }
      for (;;) {
        if (this.code() === OPEN_BRACKET) this.group();
        else if (this.code() === OPEN) this.parameterList(parameters);
        else break;
      }
    }
    this.depth--;
    return name;
  }

  /** In an abstract declarator: does this parenthesis open a parameter list rather than a nested declarator? */
  private opensParameters(): boolean {
    this.at++;
    const opens = this.code() === CLOSE || this.startsSpecifier();
    this.at--;
    return opens;
  }

  private parameterList(parameters: { undo: [string, boolean | undefined][] | null }): void {
    this.at++;
    const outer = this.undo;
    this.undo = [];
    const names: [string, boolean | undefined][] = [];
    while (this.code() !== CLOSE && this.at < this.codes.length) {
      const before = this.at;
      this.specifiers();
      if (this.code() === IDENTIFIER && this.code(1) === STAR) this.at++;
      const name = this.declarator({ undo: null });
      if (name !== null) {
        names.push([name, undefined]);
        this.declare(name, false);
      }
      while (this.code() === ATTRIBUTE) this.wordAndGroup();
      if (this.code() === COMMA) this.at++;
      if (this.at === before) {
        const code = this.code();
        if (code === SEMICOLON || code === OPEN_BRACE || code === CLOSE_BRACE) break;
        this.at++;
      }
    }
    if (this.code() === CLOSE) this.at++;
    this.leave();
    this.undo = outer;
    parameters.undo ??= names;
  }

  private initializer(): void {
    this.at++;
    this.expression(true);
  }

  // ---- statements and expressions ----

  private block(): void {
    this.at++;
    if (++this.depth > DEPTH_LIMIT) this.at = this.codes.length;
    this.scoped(() => {
      while (this.code() !== CLOSE_BRACE && this.at < this.codes.length) {
        const before = this.at;
        this.statement();
        if (this.at === before) this.at++;
      }
    });
    this.depth--;
    this.at++;
  }

  private statement(): void {
    const code = this.code();
    if (code === OPEN_BRACE) this.block();
    else if (code === IDENTIFIER && this.code(1) === COLON) this.at += 2;
    else if (code === DEFAULT) this.at += 2;
    else if (code === ELSE || code === DO) this.at++;
    else if (code === GOTO && this.code(1) === IDENTIFIER) this.at += 2;
    else if (code === CASE) this.caseLabel();
    else if (code === IF || code === WHILE || code === SWITCH) this.wordAndGroup();
    else if (code === FOR) this.forStatement();
    else if (this.startsSpecifier()) this.declaration(false);
    else {
      this.expression();
      if (this.code() === SEMICOLON) this.at++;
    }
  }

  private caseLabel(): void {
    this.at++;
    let questions = 0;
    while (this.at < this.codes.length) {
      const code = this.code();
      if (code === SEMICOLON || code === OPEN_BRACE || code === CLOSE_BRACE) return;
      if (code === QUESTION) questions++;
      else if (code === COLON && questions-- === 0) break;
      else if (this.isType(this.at)) this.codes[this.at] = TYPEDEF;
      this.at++;
    }
    this.at++;
  }

  private forStatement(): void {
    this.at++;
    if (this.code() !== OPEN || this.depth > DEPTH_LIMIT) return;
    this.at++;
    this.depth++;
    this.scoped(() => {
      if (this.startsSpecifier()) this.declaration(false);
      for (let part = 0; part < 3 && this.code() !== CLOSE && this.at < this.codes.length; part++) {
        this.expression();
        if (this.code() === SEMICOLON) this.at++;
      }
      if (this.code() === CLOSE) this.at++;
      this.statement();
    });
    this.depth--;
  }

  /** Up to a semicolon, a closing bracket that was not opened here, or (if asked) a comma. */
  private expression(stopsAtComma = false): void {
    let nesting = 0;
    while (this.at < this.codes.length) {
      const code = this.code();
      if (code === OPEN || code === OPEN_BRACKET || code === OPEN_BRACE) {
        if (code === OPEN && this.code(1) === OPEN_BRACE) {
          this.at++;
          this.block();
          continue;
        }
        nesting++;
      } else if (code === CLOSE || code === CLOSE_BRACKET || code === CLOSE_BRACE) {
        if (nesting-- === 0) return;
      } else if (code === SEMICOLON) {
        if (nesting === 0) return;
      } else if (code === COMMA) {
        if (stopsAtComma && nesting === 0) return;
      } else if (code === DOT || code === ARROW) {
        this.at++;
        if (this.code() === IDENTIFIER) this.at++;
        continue;
      } else if (code === STRUCT || code === UNION) {
        this.record();
        continue;
      } else if (code === ENUM) {
        this.enumeration();
        continue;
      } else if (this.isType(this.at)) this.codes[this.at] = TYPEDEF;
      this.at++;
    }
  }
}
