/**
 * The typed tree: what the checker hands to the code generator. Every implicit conversion of C is explicit here, names
 * are resolved to objects, initialisers are flattened, and lvalues are kept apart from values, so that the generator
 * never has to ask what the program means, only how to do it.
 */
import type { Span } from "../diagnostics.ts";
import type { CType, FunctionType, Member, QualType } from "./types.ts";

/** A variable with automatic storage: local, parameter or temporary. `id` is unique in its function. */
export interface LocalVar {
  readonly storage: "local";
  readonly id: number;
  readonly name: string;
  readonly type: QualType;
  readonly isParameter: boolean;
  /** Set when `&` is applied, or when it is an aggregate, or volatile: it must live in memory. */
  isAddressTaken: boolean;
  /** Alignment asked for by _Alignas, or 0. */
  readonly alignAs: number;
  /** `register int x asm("a0")`: fixed register for operands of asm statements, or null. */
  readonly asmRegister: string | null;
  readonly span: Span;
}

/** An object or function with a symbol: globals, functions, statics (file and block scope). */
export interface GlobalSymbol {
  readonly storage: "global";
  /** Name in C. */
  readonly name: string;
  /** Name in the object file (block-scope statics and asm labels differ). */
  readonly symbol: string;
  type: QualType;
  linkage: "external" | "internal";
  isWeak: boolean;
  isThreadLocal: boolean;
  alignAs: number;
  section: string | null;
  /** Of __attribute__((visibility("hidden"))). */
  isHidden: boolean;
  span: Span;
}

/** A string literal's bytes (with terminating zero), to be pooled in .rodata; referenced by `label`. */
export interface StringObject {
  readonly storage: "string";
  readonly label: string;
  readonly bytes: Uint8Array;
  readonly elementBytes: 1 | 2 | 4;
}

// ---- lvalues ----------------------------------------------------------------------------------------------------------

export type LValue =
  | { kind: "var"; var: LocalVar | GlobalSymbol | StringObject; type: QualType; span: Span }
  /** *pointer */
  | { kind: "deref"; pointer: Expr; type: QualType; span: Span }
  /** object.member; a bit-field when member.bitField is set. The object may be an rvalue struct (call().m) through `temp`. */
  | { kind: "member"; object: LValue; member: Member; type: QualType; span: Span }
  /** Evaluates `init` (assignments to `local`) and designates it: compound literals and struct rvalues. */
  | { kind: "temp"; local: LocalVar; init: readonly Stmt[]; type: QualType; span: Span };

// ---- values -----------------------------------------------------------------------------------------------------------

export type UnaryOp = "neg" | "not" | "lognot";
/** Both operands have the same type already, except shifts (right operand: int-promoted) and pointer forms. */
export type BinaryOp =
  | "add"
  | "sub"
  | "mul"
  | "div"
  | "rem"
  | "and"
  | "or"
  | "xor"
  | "shl"
  | "shr"
  | "eq"
  | "ne"
  | "lt"
  | "le"
  | "gt"
  | "ge";

/** `type` is unqualified. Signedness, width and float-ness of an operation follow from the operands' types. */
export type Expr =
  /** Integer, enum or pointer constant; value as a bigint within the range of its type. */
  | { kind: "const-int"; value: bigint; type: CType; span: Span }
  /** `quad`: the bits of a long double; without it the value is exactly `value`. */
  | { kind: "const-float"; value: number; quad?: bigint; type: CType; span: Span }
  /** The value of an lvalue (scalars and whole structs). */
  | { kind: "load"; from: LValue; type: CType; span: Span }
  /** Address of an object, of a function, or of an array's first element (decay). */
  | { kind: "address"; of: LValue; type: CType; span: Span }
  /** pointer + index × scale bytes; `index` is an int-promoted 32-bit integer (long long is truncated before). `scale` is an Expr for VLAs. */
  | {
      kind: "pointer-add";
      pointer: Expr;
      index: Expr;
      scale: number | Expr;
      subtract: boolean;
      type: CType;
      span: Span;
    }
  /** (a − b) / scale bytes, as int */
  | { kind: "pointer-diff"; left: Expr; right: Expr; scale: number | Expr; type: CType; span: Span }
  | { kind: "unary"; op: UnaryOp; operand: Expr; type: CType; span: Span }
  | { kind: "binary"; op: BinaryOp; left: Expr; right: Expr; type: CType; span: Span }
  /** && and ||: int 0 or 1. */
  | { kind: "logical"; op: "and" | "or"; left: Expr; right: Expr; type: CType; span: Span }
  | { kind: "conditional"; test: Expr; then: Expr; otherwise: Expr; type: CType; span: Span }
  | { kind: "comma"; left: Expr; right: Expr; type: CType; span: Span }
  /** Conversion between scalar types, or to void. */
  | { kind: "convert"; operand: Expr; type: CType; span: Span }
  /** target = value; the value of the expression is the value stored (after conversion). Structs are copied whole. */
  | { kind: "assign"; target: LValue; value: Expr; type: CType; span: Span }
  /**
   * target op= value, ++ and −−: load the target once, convert to computeType, combine, convert back, store.
   * With `scale` set it is pointer arithmetic. `result` says which value the expression has.
   */
  | {
      kind: "update";
      op: BinaryOp;
      target: LValue;
      value: Expr;
      computeType: CType;
      scale: number | Expr | null;
      result: "old" | "new";
      type: CType;
      span: Span;
    }
  | {
      kind: "call";
      callee: Expr /** the function type called */;
      fn: FunctionType;
      args: readonly Expr[];
      type: CType;
      span: Span;
    }
  /** GNU ({ … }): the statements, then the value (or none). */
  | { kind: "statement-expr"; body: readonly Stmt[]; value: Expr | null; type: CType; span: Span }
  /** Struct value made by evaluating an lvalue `temp`. Builtins that need the generator: */
  | {
      kind: "builtin";
      name: BuiltinName;
      args: readonly Expr[] /** va_arg's type */;
      argType: QualType | null;
      type: CType;
      span: Span;
    }
  /** GNU &&label. */
  | { kind: "label-address"; label: string; type: CType; span: Span };

/** Builtins that the generator expands itself; all others are mapped to ordinary calls or constants by the checker. */
export type BuiltinName =
  | "va_start"
  | "va_arg"
  | "va_copy"
  | "va_end"
  | "alloca"
  | "frame_address"
  | "return_address"
  | "unreachable"
  | "trap"
  | "memory_barrier"
  // The last argument is the memory order (__ATOMIC_RELAXED 0 … __ATOMIC_SEQ_CST 5), argType the object's type, a scalar of 1, 2, 4 or 8
  // bytes. All but the store give the value that was there; `swap` stores its third argument when it finds its second.
  | "atomic_load"
  | "atomic_store"
  | "atomic_exchange"
  | "atomic_swap"
  | "atomic_add"
  | "atomic_sub"
  | "atomic_and"
  | "atomic_or"
  | "atomic_xor"
  | "atomic_nand";

// ---- statements --------------------------------------------------------------------------------------------------------

export interface SwitchCase {
  readonly low: bigint;
  readonly high: bigint;
  readonly label: number;
}

export type Stmt =
  | { kind: "expr"; expr: Expr; span: Span }
  | {
      kind: "block";
      body: readonly Stmt[] /** locals whose scope is this block, for debug information and VLA release */;
      locals: readonly LocalVar[];
      span: Span;
    }
  | { kind: "if"; test: Expr; then: Stmt; otherwise: Stmt | null; span: Span }
  | { kind: "while"; test: Expr; body: Stmt; span: Span }
  | { kind: "do"; body: Stmt; test: Expr; span: Span }
  | {
      kind: "for";
      init: readonly Stmt[];
      test: Expr | null;
      step: Expr | null;
      body: Stmt;
      locals: readonly LocalVar[];
      span: Span;
    }
  /** The value is int-promoted (32 or 64 bits). Case labels stand in the body as `case` statements with these numbers. */
  | { kind: "switch"; value: Expr; cases: readonly SwitchCase[]; defaultLabel: number | null; body: Stmt; span: Span }
  | { kind: "case"; label: number; span: Span }
  | { kind: "label"; name: string; span: Span }
  | { kind: "goto"; name: string; span: Span }
  | { kind: "goto-computed"; target: Expr; span: Span }
  | { kind: "break"; span: Span }
  | { kind: "continue"; span: Span }
  | { kind: "return"; value: Expr | null; span: Span }
  /** Zero-fills a local (before partial initialisers), then `init` statements follow as ordinary assignments. */
  | { kind: "zero"; local: LocalVar; span: Span }
  /** Allocates a VLA on the stack; `bytes` was computed into sizeLocal before. */
  | { kind: "vla"; local: LocalVar; bytes: Expr; span: Span }
  /** From here to the end of the block: however that is left, the call is made (GNU's attribute `cleanup`). */
  | { kind: "cleanup"; call: Expr; span: Span }
  | {
      kind: "asm";
      template: string;
      isVolatile: boolean;
      outputs: readonly AsmOperand[];
      inputs: readonly AsmOperand[];
      clobbers: readonly string[] /** basic asm has no % escapes */;
      isBasic: boolean;
      span: Span;
    };

export interface AsmOperand {
  readonly name: string;
  readonly constraint: string /** outputs */;
  readonly target: LValue | null /** inputs */;
  readonly value: Expr | null;
}

// ---- a translation unit ------------------------------------------------------------------------------------------------

/** A label of C whose address is part of a static object. */
export interface LabelTarget {
  readonly storage: "label";
  readonly fn: GlobalSymbol;
  readonly label: string;
}

/** Part of a static object's image: bytes, or the address of a symbol plus an offset, less a label's address. Gaps are zeros. */
export type StaticPart =
  | { kind: "bytes"; offset: number; bytes: Uint8Array }
  | {
      kind: "address";
      offset: number;
      bytes: 4;
      target: GlobalSymbol | StringObject | LabelTarget;
      addend: number;
      minus: LabelTarget | null;
    };

export interface FunctionDefinition {
  readonly symbol: GlobalSymbol;
  readonly type: FunctionType;
  readonly params: readonly LocalVar[];
  /** All locals of the function, parameters included, by id. */
  readonly locals: readonly LocalVar[];
  readonly body: Stmt;
  /** GNU's constructor and destructor attributes: the priority, 65535 where none is given; null when it is neither. */
  readonly constructorPriority: number | null;
  readonly destructorPriority: number | null;
  readonly span: Span;
}

export interface ObjectDefinition {
  readonly symbol: GlobalSymbol;
  readonly bytes: number;
  readonly align: number;
  readonly isReadOnly: boolean;
  /** `int x;` at file scope without initialiser. */
  readonly isTentative: boolean;
  readonly image: readonly StaticPart[];
}

export interface TranslationUnit {
  readonly fileName: string;
  readonly functions: readonly FunctionDefinition[];
  readonly objects: readonly ObjectDefinition[];
  readonly strings: readonly StringObject[];
  /** Names declared and used but not defined here. */
  readonly externals: readonly GlobalSymbol[];
  /** File-scope asm("…"). */
  readonly fileAsm: readonly { readonly text: string; readonly span: Span }[];
  /** Types worth describing in debug information: typedefs and tags seen. */
  readonly typedefs: readonly { readonly name: string; readonly type: QualType; readonly span: Span }[];
}
