/**
 * The syntax tree: what was written, before names and types are resolved. Built from the parse tree by parse/build.ts,
 * read by the checker.
 */
import type { Span } from "../diagnostics.ts";
import type { Token } from "./tokens.ts";

export interface Name {
  readonly text: string;
  readonly span: Span;
}

// ---- expressions --------------------------------------------------------------------------------------------------------

export type BinaryOperator =
  | "||"
  | "&&"
  | "|"
  | "^"
  | "&"
  | "=="
  | "!="
  | "<"
  | ">"
  | "<="
  | ">="
  | "<<"
  | ">>"
  | "+"
  | "-"
  | "*"
  | "/"
  | "%";
export type PrefixOperator = "++" | "--" | "&" | "*" | "+" | "-" | "~" | "!";

export type Expression =
  | { readonly kind: "name"; readonly name: string; readonly span: Span }
  | { readonly kind: "number"; readonly text: string; readonly span: Span }
  | { readonly kind: "character"; readonly text: string; readonly span: Span }
  | { readonly kind: "string"; readonly tokens: readonly Token[]; readonly span: Span }
  | { readonly kind: "paren"; readonly inner: Expression; readonly span: Span }
  | { readonly kind: "prefix"; readonly operator: PrefixOperator; readonly operand: Expression; readonly span: Span }
  | { readonly kind: "postfix"; readonly operator: "++" | "--"; readonly operand: Expression; readonly span: Span }
  | {
      readonly kind: "binary";
      readonly operator: BinaryOperator;
      readonly left: Expression;
      readonly right: Expression /** of the operator */;
      readonly operatorSpan: Span;
      readonly span: Span;
    }
  | {
      readonly kind: "assign";
      readonly operator: string;
      readonly target: Expression;
      readonly value: Expression;
      readonly operatorSpan: Span;
      readonly span: Span;
    }
  /** `then` is null in GNU's `a ?: b`. */
  | {
      readonly kind: "conditional";
      readonly test: Expression;
      readonly then: Expression | null;
      readonly otherwise: Expression;
      readonly span: Span;
    }
  | { readonly kind: "comma"; readonly left: Expression; readonly right: Expression; readonly span: Span }
  | { readonly kind: "cast"; readonly type: TypeName; readonly operand: Expression; readonly span: Span }
  | { readonly kind: "compound"; readonly type: TypeName; readonly initializer: Initializer; readonly span: Span }
  | { readonly kind: "call"; readonly callee: Expression; readonly args: readonly Expression[]; readonly span: Span }
  | { readonly kind: "index"; readonly base: Expression; readonly index: Expression; readonly span: Span }
  | {
      readonly kind: "member";
      readonly object: Expression;
      readonly name: Name;
      readonly isArrow: boolean;
      readonly span: Span;
    }
  | { readonly kind: "sizeof-type" | "alignof-type"; readonly type: TypeName; readonly span: Span }
  | { readonly kind: "sizeof" | "alignof"; readonly operand: Expression; readonly span: Span }
  | {
      readonly kind: "generic";
      readonly control: Expression;
      readonly cases: readonly { readonly type: TypeName | null; readonly value: Expression }[];
      readonly span: Span;
    }
  | { readonly kind: "statements"; readonly body: CompoundStatement; readonly span: Span }
  | { readonly kind: "label-address"; readonly label: Name; readonly span: Span }
  | { readonly kind: "va-arg"; readonly list: Expression; readonly type: TypeName; readonly span: Span }
  | { readonly kind: "offsetof"; readonly type: TypeName; readonly path: readonly OffsetPart[]; readonly span: Span }
  | { readonly kind: "types-compatible"; readonly left: TypeName; readonly right: TypeName; readonly span: Span }
  | {
      readonly kind: "choose";
      readonly test: Expression;
      readonly then: Expression;
      readonly otherwise: Expression;
      readonly span: Span;
    };

export type OffsetPart =
  | { readonly kind: "member"; readonly name: Name }
  | { readonly kind: "index"; readonly index: Expression };

// ---- declarations -------------------------------------------------------------------------------------------------------

export interface Attribute {
  /** Without the underscores around it. */
  readonly name: string;
  readonly args: readonly AttributeArgument[];
  readonly span: Span;
}
export type AttributeArgument =
  | { readonly kind: "value"; readonly value: Expression }
  | { readonly kind: "type"; readonly type: TypeName };

export type Specifier =
  | { readonly kind: "word"; readonly word: string; readonly span: Span }
  | { readonly kind: "typedef-name"; readonly name: string; readonly span: Span }
  | {
      readonly kind: "record";
      readonly keyword: "struct" | "union";
      readonly tag: Name | null;
      readonly members: readonly MemberItem[] | null;
      readonly attributes: readonly Attribute[] /** #pragma pack, or 0 */;
      readonly pack: number;
      readonly span: Span;
    }
  | {
      readonly kind: "enum";
      readonly tag: Name | null;
      readonly enumerators: readonly Enumerator[] | null;
      readonly attributes: readonly Attribute[];
      readonly span: Span;
    }
  | { readonly kind: "typeof-type"; readonly type: TypeName; readonly span: Span }
  | { readonly kind: "typeof-value"; readonly value: Expression; readonly span: Span }
  | { readonly kind: "alignas-type"; readonly type: TypeName; readonly span: Span }
  | { readonly kind: "alignas-value"; readonly value: Expression; readonly span: Span }
  | { readonly kind: "atomic"; readonly type: TypeName; readonly span: Span };

export interface Specifiers {
  readonly items: readonly Specifier[];
  readonly attributes: readonly Attribute[];
  readonly span: Span;
}

export interface Enumerator {
  readonly name: Name;
  readonly value: Expression | null;
}

export type MemberItem =
  | {
      readonly kind: "members";
      readonly specifiers: Specifiers;
      readonly declarators: readonly MemberDeclarator[];
      readonly span: Span;
    }
  | StaticAssert;
export interface MemberDeclarator {
  readonly declarator: Declarator;
  readonly width: Expression | null;
}

/** A part of a declarator. The parts of a declarator are listed from the name outwards. */
export type DeclaratorPart =
  | { readonly kind: "pointer"; readonly qualifiers: readonly string[]; readonly span: Span }
  | {
      readonly kind: "array";
      readonly size: Expression | null;
      readonly isStar: boolean;
      readonly words: readonly string[];
      readonly span: Span;
    }
  | {
      readonly kind: "function";
      readonly parameters: readonly Parameter[];
      readonly isVariadic: boolean /** K&R: names only */;
      readonly names: readonly Name[];
      readonly isPrototype: boolean;
      readonly span: Span;
    };

export interface Declarator {
  readonly name: Name | null;
  readonly parts: readonly DeclaratorPart[];
  readonly attributes: readonly Attribute[];
  readonly asmLabel: string | null;
  readonly span: Span;
}
export interface Parameter {
  readonly specifiers: Specifiers;
  readonly declarator: Declarator;
  readonly span: Span;
}
export interface TypeName {
  readonly specifiers: Specifiers;
  readonly declarator: Declarator;
  readonly span: Span;
}

export interface InitDeclarator {
  readonly declarator: Declarator;
  readonly initializer: Initializer | null;
}
export type Initializer =
  | { readonly kind: "value"; readonly value: Expression; readonly span: Span }
  | { readonly kind: "list"; readonly items: readonly InitializerItem[]; readonly span: Span };
export interface InitializerItem {
  readonly designators: readonly Designator[];
  readonly initializer: Initializer;
}
export type Designator =
  | { readonly kind: "member"; readonly name: Name }
  | { readonly kind: "index"; readonly low: Expression; readonly high: Expression | null; readonly span: Span };

export interface Declaration {
  readonly kind: "declaration";
  readonly specifiers: Specifiers;
  readonly declarators: readonly InitDeclarator[];
  readonly span: Span;
}
export interface StaticAssert {
  readonly kind: "static-assert";
  readonly test: Expression;
  readonly message: readonly Token[] | null;
  readonly span: Span;
}
export interface FunctionDefinition {
  readonly kind: "function";
  readonly specifiers: Specifiers;
  readonly declarator: Declarator;
  /** K&R declarations of the parameters. */
  readonly oldParameters: readonly Declaration[];
  readonly body: CompoundStatement;
  readonly span: Span;
}
export type External =
  | Declaration
  | FunctionDefinition
  | StaticAssert
  | { readonly kind: "asm-declaration"; readonly text: readonly Token[]; readonly span: Span }
  | { readonly kind: "empty-declaration"; readonly span: Span };

// ---- statements ---------------------------------------------------------------------------------------------------------

export interface CompoundStatement {
  readonly kind: "compound";
  readonly items: readonly BlockItem[];
  /** GNU __label__. */
  readonly localLabels: readonly Name[];
  readonly span: Span;
}
export type BlockItem = Declaration | StaticAssert | Statement;

export type Label =
  | { readonly kind: "name"; readonly name: Name; readonly attributes: readonly Attribute[] }
  | { readonly kind: "case"; readonly low: Expression; readonly high: Expression | null; readonly span: Span }
  | { readonly kind: "default"; readonly span: Span };

export type Statement =
  | CompoundStatement
  | {
      readonly kind: "labelled";
      readonly labels: readonly Label[];
      readonly body: Statement | Declaration;
      readonly span: Span;
    }
  | {
      readonly kind: "if";
      readonly test: Expression;
      readonly then: Statement;
      readonly otherwise: Statement | null;
      readonly span: Span;
    }
  | { readonly kind: "while"; readonly test: Expression; readonly body: Statement; readonly span: Span }
  | { readonly kind: "do"; readonly body: Statement; readonly test: Expression; readonly span: Span }
  | {
      readonly kind: "for";
      readonly init: Declaration | Expression | null;
      readonly test: Expression | null;
      readonly step: Expression | null;
      readonly body: Statement;
      readonly span: Span;
    }
  | { readonly kind: "switch"; readonly value: Expression; readonly body: Statement; readonly span: Span }
  | { readonly kind: "return"; readonly value: Expression | null; readonly span: Span }
  | { readonly kind: "break" | "continue"; readonly span: Span }
  | { readonly kind: "goto"; readonly label: Name; readonly span: Span }
  | { readonly kind: "goto-computed"; readonly target: Expression; readonly span: Span }
  | {
      readonly kind: "asm";
      readonly words: readonly string[];
      readonly template: readonly Token[];
      readonly outputs: readonly AsmOperand[];
      readonly inputs: readonly AsmOperand[];
      readonly clobbers: readonly (readonly Token[])[];
      readonly isBasic: boolean;
      readonly span: Span;
    }
  | {
      readonly kind: "empty" /** `__attribute__((fallthrough));` */;
      readonly attributes: readonly Attribute[];
      readonly span: Span;
    }
  | { readonly kind: "expression"; readonly value: Expression; readonly span: Span }
  | { readonly kind: "declared"; readonly declaration: Declaration; readonly span: Span };

export interface AsmOperand {
  readonly name: string;
  readonly constraint: readonly Token[];
  readonly value: Expression;
}

/** Without parentheses around it. */
export function strip(e: Expression): Expression {
  return e.kind === "paren" ? strip(e.inner) : e;
}
