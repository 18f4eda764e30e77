/**
 * Folding on the typed tree: constant operands, neutral elements, nested offsets, conversions that change nothing, conditions that are
 * known. Works bottom-up and shares what it leaves unchanged. Arithmetic wraps as the machine's does.
 */
import { bytesOf, classOf, isBool, isFloat, isSigned } from "../codegen/layout.ts";
import { convertConstant, foldUnary as foldConstant, foldBinary as foldConstants, truthOf } from "../constant.ts";
import type { AsmOperand, BinaryOp, Expr, FunctionDefinition, LValue, Stmt } from "../tree.ts";
import type { CType } from "../types.ts";

export const foldFunction = (definition: FunctionDefinition): FunctionDefinition => ({
  ...definition,
  body: foldStmt(definition.body),
});

export function foldStmt(stmt: Stmt): Stmt {
  switch (stmt.kind) {
    case "expr":
      return { ...stmt, expr: foldExpr(stmt.expr) };
    case "block":
      return { ...stmt, body: stmt.body.map(foldStmt) };
    case "if":
      return {
        ...stmt,
        test: foldExpr(stmt.test),
        // biome-ignore lint/suspicious/noThenProperty: the tree's own name
        then: foldStmt(stmt.then),
        otherwise: stmt.otherwise === null ? null : foldStmt(stmt.otherwise),
      };
    case "while":
    case "do":
      return { ...stmt, test: foldExpr(stmt.test), body: foldStmt(stmt.body) };
    case "for": {
      const test = stmt.test === null ? null : foldExpr(stmt.test);
      return {
        ...stmt,
        init: stmt.init.map(foldStmt),
        test: test?.kind === "const-int" && test.value !== 0n ? null : test,
        step: stmt.step === null ? null : foldExpr(stmt.step),
        body: foldStmt(stmt.body),
      };
    }
    case "switch":
      return { ...stmt, value: foldExpr(stmt.value), body: foldStmt(stmt.body) };
    case "goto-computed":
      return { ...stmt, target: foldExpr(stmt.target) };
    case "return":
      return stmt.value === null ? stmt : { ...stmt, value: foldExpr(stmt.value) };
    case "vla":
      return { ...stmt, bytes: foldExpr(stmt.bytes) };
    case "asm":
      return { ...stmt, outputs: stmt.outputs.map(foldOperand), inputs: stmt.inputs.map(foldOperand) };
    default:
      return stmt;
  }
}

const foldOperand = (operand: AsmOperand): AsmOperand => ({
  ...operand,
  target: operand.target === null ? null : foldLValue(operand.target),
  value: operand.value === null ? null : foldExpr(operand.value),
});

function foldLValue(lvalue: LValue): LValue {
  switch (lvalue.kind) {
    case "var":
      return lvalue;
    case "deref": {
      const pointer = foldExpr(lvalue.pointer);
      // *&x is x when the types agree in kind and qualifiers.
      if (
        pointer.kind === "address" &&
        pointer.of.type.type === lvalue.type.type &&
        sameQualifiers(pointer.of, lvalue)
      ) {
        return pointer.of;
      }
      return { ...lvalue, pointer };
    }
    case "member":
      return { ...lvalue, object: foldLValue(lvalue.object) };
    case "temp":
      return { ...lvalue, init: lvalue.init.map(foldStmt) };
  }
}

const sameQualifiers = (a: LValue, b: LValue): boolean => a.type.isVolatile === b.type.isVolatile;

export function foldExpr(expr: Expr): Expr {
  switch (expr.kind) {
    case "load":
      return { ...expr, from: foldLValue(expr.from) };
    case "address":
      return foldAddress(expr);
    case "pointer-add":
      return foldPointerAdd(expr);
    case "pointer-diff":
      return { ...expr, left: foldExpr(expr.left), right: foldExpr(expr.right), scale: foldScale(expr.scale) };
    case "unary":
      return foldUnary({ ...expr, operand: foldExpr(expr.operand) });
    case "binary":
      return foldBinary({ ...expr, left: foldExpr(expr.left), right: foldExpr(expr.right) });
    case "logical":
      return foldLogical({ ...expr, left: foldExpr(expr.left), right: foldExpr(expr.right) });
    case "conditional": {
      const test = foldExpr(expr.test);
      const known = truthOfConstant(test);
      if (known === true && !hasLabels(expr.otherwise)) return foldExpr(expr.then);
      if (known === false && !hasLabels(expr.then)) return foldExpr(expr.otherwise);
      // biome-ignore lint/suspicious/noThenProperty: the tree's own name
      return { ...expr, test, then: foldExpr(expr.then), otherwise: foldExpr(expr.otherwise) };
    }
    case "comma": {
      const left = foldExpr(expr.left);
      const right = foldExpr(expr.right);
      return isPure(left) ? right : { ...expr, left, right };
    }
    case "convert":
      return foldConvert({ ...expr, operand: foldExpr(expr.operand) });
    case "assign":
      return { ...expr, target: foldLValue(expr.target), value: foldExpr(expr.value) };
    case "update":
      return {
        ...expr,
        target: foldLValue(expr.target),
        value: foldExpr(expr.value),
        scale: expr.scale === null ? null : foldScale(expr.scale),
      };
    case "call":
      return { ...expr, callee: foldExpr(expr.callee), args: expr.args.map(foldExpr) };
    case "statement-expr":
      return { ...expr, body: expr.body.map(foldStmt), value: expr.value === null ? null : foldExpr(expr.value) };
    case "builtin":
      return { ...expr, args: expr.args.map(foldExpr) };
    default:
      return expr;
  }
}

/** Statement expressions may hold labels that a goto elsewhere leads to. */
function hasLabels(expr: Expr): boolean {
  switch (expr.kind) {
    case "const-int":
    case "const-float":
      return false;
    case "load":
      return expr.from.kind !== "var";
    case "binary":
    case "logical":
    case "comma":
      return hasLabels(expr.left) || hasLabels(expr.right);
    case "unary":
    case "convert":
      return hasLabels(expr.operand);
    default:
      return !isPure(expr);
  }
}

const foldScale = (scale: number | Expr): number | Expr => {
  if (typeof scale === "number") return scale;
  const folded = foldExpr(scale);
  return folded.kind === "const-int" ? Number(folded.value) : folded;
};

/** Evaluation has no effect and cannot trap. */
function isPure(expr: Expr): boolean {
  switch (expr.kind) {
    case "const-int":
    case "const-float":
    case "label-address":
      return true;
    case "load":
      return expr.from.kind === "var" && !expr.from.type.isVolatile;
    case "address":
      return expr.of.kind === "var";
    case "unary":
    case "convert":
      return isPure(expr.operand);
    case "binary":
    case "logical":
      return isPure(expr.left) && isPure(expr.right);
    default:
      return false;
  }
}

/** The value of an integer type that the bits of `value` stand for. */
export function wrapTo(type: CType, value: bigint): bigint {
  if (isBool(type)) return value === 0n ? 0n : 1n;
  const bits = bytesOf(type) * 8;
  return isSigned(type) ? BigInt.asIntN(bits, value) : BigInt.asUintN(bits, value);
}

const integer = (value: bigint, like: Expr): Expr => ({
  kind: "const-int",
  value: wrapTo(like.type, value),
  type: like.type,
  span: like.span,
});

const isInteger = (type: CType): boolean => type.kind === "int" || type.kind === "enum";

function truthOfConstant(expr: Expr): boolean | null {
  if (expr.kind === "const-int") return expr.value !== 0n;
  return expr.kind === "const-float" ? truthOf(expr) : null;
}

/** &*p is p. */
function foldAddress(expr: Extract<Expr, { kind: "address" }>): Expr {
  const of = foldLValue(expr.of);
  if (of.kind === "deref" && of.pointer.type.kind === "pointer") return { ...of.pointer, type: expr.type };
  return { ...expr, of };
}

/** (p + 1) + 2 is p + 3, in bytes when the scales differ. */
function foldPointerAdd(expr: Extract<Expr, { kind: "pointer-add" }>): Expr {
  const pointer = foldExpr(expr.pointer);
  const index = foldExpr(expr.index);
  const scale = foldScale(expr.scale);
  const folded: Expr = { ...expr, pointer, index, scale };
  if (index.kind !== "const-int" || typeof scale !== "number") return splitIndex(folded);
  const delta = BigInt.asIntN(32, index.value) * BigInt(scale) * (expr.subtract ? -1n : 1n);
  if (delta === 0n) return { ...pointer, type: expr.type } as Expr;
  const inner = pointer.kind === "pointer-add" ? pointer : null;
  if (inner?.index.kind === "const-int" && typeof inner.scale === "number") {
    const innerDelta = BigInt.asIntN(32, inner.index.value) * BigInt(inner.scale) * (inner.subtract ? -1n : 1n);
    return byteOffset(inner.pointer, delta + innerDelta, expr);
  }
  return folded;
}

/** p + (i + 3) is (p + i) + 3, so that the 3 can become part of a load's offset. */
function splitIndex(expr: Extract<Expr, { kind: "pointer-add" }>): Expr {
  const { index, scale } = expr;
  if (index.kind !== "binary" || typeof scale !== "number" || expr.subtract) return expr;
  if ((index.op !== "add" && index.op !== "sub") || index.right.kind !== "const-int") return expr;
  if (bytesOf(index.type) !== 4) return expr;
  const constant = index.op === "add" ? index.right.value : -index.right.value;
  const delta = BigInt.asIntN(32, constant * BigInt(scale));
  if (delta < -2048n || delta > 2047n) return expr;
  return byteOffset({ ...expr, index: index.left }, delta, expr);
}

function byteOffset(pointer: Expr, delta: bigint, like: Extract<Expr, { kind: "pointer-add" }>): Expr {
  if (BigInt.asIntN(32, delta) === 0n) return { ...pointer, type: like.type } as Expr;
  const index: Expr = { kind: "const-int", value: BigInt.asIntN(32, delta), type: like.index.type, span: like.span };
  return { ...like, pointer, index, scale: 1, subtract: false };
}

function foldUnary(expr: Extract<Expr, { kind: "unary" }>): Expr {
  const { operand } = expr;
  if (expr.op === "lognot") {
    const known = truthOfConstant(operand);
    return known === null ? expr : integer(known ? 0n : 1n, expr);
  }
  if (operand.kind === "const-int" && isInteger(expr.type)) {
    return integer(expr.op === "neg" ? -operand.value : ~operand.value, expr);
  }
  if (operand.kind === "const-float" && expr.op === "neg") return foldConstant("neg", operand, operand.type) ?? expr;
  return expr;
}

const COMMUTATIVE = new Set<BinaryOp>(["add", "mul", "and", "or", "xor"]);

function foldBinary(expr: Extract<Expr, { kind: "binary" }>): Expr {
  const { op, left, right } = expr;
  if (left.kind === "const-float" && right.kind === "const-float")
    return foldConstants(op, left, right, expr.type) ?? expr;
  if (left.kind === "const-int" && right.kind === "const-int") return foldIntegers(expr, left, right) ?? expr;
  if (!isInteger(expr.type) || isFloat(left.type)) return expr;
  if (left.kind === "const-int" && COMMUTATIVE.has(op)) return foldBinary({ ...expr, left: right, right: left });
  return right.kind === "const-int" ? foldByConstant(expr, right.value) : expr;
}

/** Operations whose right operand is a known integer. */
function foldByConstant(expr: Extract<Expr, { kind: "binary" }>, value: bigint): Expr {
  const { op, left } = expr;
  const keep = (): Expr => ({ ...left, type: expr.type }) as Expr;
  const isSame = bytesOf(left.type) === bytesOf(expr.type) && left.kind !== "assign" && left.kind !== "update";
  switch (op) {
    case "add":
    case "sub": {
      if (value === 0n && isSame) return keep();
      const inner = left.kind === "binary" && left.right.kind === "const-int" ? left : null;
      if (inner !== null && (inner.op === "add" || inner.op === "sub") && isInteger(inner.type)) {
        const signedInner =
          inner.op === "add" ? (inner.right as { value: bigint }).value : -(inner.right as { value: bigint }).value;
        const sum = integer(signedInner + (op === "add" ? value : -value), expr);
        return foldBinary({ ...expr, op: "add", left: inner.left, right: sum });
      }
      return expr;
    }
    case "or":
    case "xor":
    case "shl":
    case "shr":
      return value === 0n && isSame ? keep() : expr;
    case "mul":
      if (value === 1n && isSame) return keep();
      return value === 0n && isPure(left) ? integer(0n, expr) : expr;
    case "div":
      return value === 1n && isSame ? keep() : expr;
    case "and":
      if (value === 0n && isPure(left)) return integer(0n, expr);
      return BigInt.asIntN(bytesOf(expr.type) * 8, value) === -1n && isSame ? keep() : expr;
    default:
      return expr;
  }
}

/** null where the result is undefined or traps: division by zero, shifts out of range. */
function foldIntegers(
  expr: Extract<Expr, { kind: "binary" }>,
  left: Extract<Expr, { kind: "const-int" }>,
  right: Extract<Expr, { kind: "const-int" }>,
): Expr | null {
  const type = left.type;
  const a = wrapTo(type, left.value);
  const shifts = expr.op === "shl" || expr.op === "shr";
  const b = shifts ? right.value : wrapTo(type, right.value);
  if (shifts && (b < 0n || b >= BigInt(bytesOf(type) * 8))) return null;
  if ((expr.op === "div" || expr.op === "rem") && b === 0n) return null;
  const truth = (value: boolean): Expr => integer(value ? 1n : 0n, expr);
  switch (expr.op) {
    case "add":
      return integer(a + b, expr);
    case "sub":
      return integer(a - b, expr);
    case "mul":
      return integer(a * b, expr);
    case "div":
      return integer(a / b, expr);
    case "rem":
      return integer(a % b, expr);
    case "and":
      return integer(a & b, expr);
    case "or":
      return integer(a | b, expr);
    case "xor":
      return integer(a ^ b, expr);
    case "shl":
      return integer(a << b, expr);
    case "shr":
      return integer(a >> b, expr);
    case "eq":
      return truth(a === b);
    case "ne":
      return truth(a !== b);
    case "lt":
      return truth(a < b);
    case "le":
      return truth(a <= b);
    case "gt":
      return truth(a > b);
    case "ge":
      return truth(a >= b);
  }
}

function foldLogical(expr: Extract<Expr, { kind: "logical" }>): Expr {
  const left = truthOfConstant(expr.left);
  const short = expr.op === "or";
  if (left === short && !hasLabels(expr.right)) return integer(short ? 1n : 0n, expr);
  const right = truthOfConstant(expr.right);
  return left !== null && left !== short && right !== null ? integer(right ? 1n : 0n, expr) : expr;
}

function foldConvert(expr: Extract<Expr, { kind: "convert" }>): Expr {
  const { operand, type } = expr;
  if (operand.kind === "const-int") {
    if (isInteger(type) || type.kind === "pointer") return integer(operand.value, expr);
    if (isFloat(type)) return convertConstant(operand, type) ?? expr;
  }
  if (operand.kind === "const-float" && type.kind !== "void") return convertConstant(operand, type) ?? expr;
  if (operand.type === type && operand.kind !== "assign") return operand;
  // A narrowing after a widening of the same value: (int)(long long)x.
  if (operand.kind === "convert" && isInteger(type) && isInteger(operand.type) && isInteger(operand.operand.type)) {
    const source = operand.operand.type;
    const widened = bytesOf(operand.type) > bytesOf(source) && !isBool(operand.type) && !isBool(type);
    if (widened && bytesOf(type) <= bytesOf(source)) return foldConvert({ ...expr, operand: operand.operand });
  }
  return narrowArithmetic(expr);
}

/** (int)(a + b) with 64-bit a, b needs only their low words. */
function narrowArithmetic(expr: Extract<Expr, { kind: "convert" }>): Expr {
  const { operand, type } = expr;
  if (operand.kind !== "binary" || !isInteger(type) || isBool(type) || bytesOf(type) !== 4) return expr;
  if (classOf(operand.type) !== "wide" || isFloat(operand.left.type) || classOf(operand.left.type) !== "wide")
    return expr;
  if (!["add", "sub", "mul", "and", "or", "xor"].includes(operand.op)) return expr;
  const low = (part: Expr): Expr => foldConvert({ kind: "convert", operand: part, type, span: part.span });
  return foldBinary({
    kind: "binary",
    op: operand.op,
    left: low(operand.left),
    right: low(operand.right),
    type,
    span: expr.span,
  });
}
