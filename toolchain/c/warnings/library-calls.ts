/**
 * Calls of library functions that go wrong whatever happens: more bytes than the object has (-Wstringop-overflow), memset with its arguments
 * exchanged, sizeof of a pointer where its object is meant, free of what malloc never gave, exec without its closing NULL. Only sizes that are known here count.
 */
import type { Span } from "../../diagnostics.ts";
import type { Expression } from "../ast.ts";
import { sizeOf } from "../layout.ts";
import type { Expr, LValue } from "../tree.ts";
import { isCompleteType, typeName } from "../types.ts";

export interface CallReporter {
  warn(option: string, message: string, span: Span, extra?: { hint?: string }): void;
}

type Call = Extract<Expression, { kind: "call" }>;

/** Functions that write at most so many bytes: name → [index of the target, index of the number]. */
const WRITERS: ReadonlyMap<string, readonly [number, number]> = new Map(Object.entries<readonly [number, number]>({
  memset: [0, 2], memcpy: [0, 2], memmove: [0, 2], strncpy: [0, 2], fgets: [0, 1], snprintf: [0, 1], read: [1, 2], recv: [1, 2], getcwd: [0, 1],
})); // biome-ignore format: a table
/** Functions whose number is the size of what a pointer leads to. */
const SIZED: ReadonlyMap<string, readonly [number, number]> = new Map([...WRITERS, ["memcmp", [0, 2]]]);
/** Functions whose last argument has to be a null pointer: the index of the first that may be it. */
const SENTINELS: ReadonlyMap<string, number> = new Map(Object.entries({ execl: 1, execlp: 1 }));

export function checkLibraryCall(reporter: CallReporter, name: string, call: Call, args: readonly Expr[]): void {
  const { span } = call;
  const writer = WRITERS.get(name);
  if (writer !== undefined) {
    const [target, count] = [args[writer[0]], args[writer[1]]];
    const room = target === undefined ? null : roomAt(target);
    if (room !== null && count?.kind === "const-int" && count.value > BigInt(room))
      overflow(reporter, name, `writes ${isUpTo(name) ? "up to " : ""}${count.value} bytes`, room, span);
  }
  const sized = SIZED.get(name);
  if (sized !== undefined && args[sized[0]] !== undefined && unconverted(args[sized[0]]!).kind === "load")
    checkSizeof(reporter, name, call, sized);
  if (name === "memset" && args[2]?.kind === "const-int" && args[2].value === 0n && !isZero(args[1]))
    reporter.warn("Wmemset-transposed-args", "this memset sets no bytes: its last argument is 0", call.args[2]!.span, {
      hint: "memset(object, value, bytes): are the last two exchanged?",
    });
  if (name === "strcpy" || name === "strcat" || name === "sprintf") {
    const [room, text] = [args[0] === undefined ? null : roomAt(args[0]), textOf(args[1])];
    const written =
      room === null || text === null
        ? null
        : name === "sprintf"
          ? leastWritten(text, args.slice(2))
          : { bytes: text.length, isExact: true };
    if (room !== null && written !== null && written.bytes > room) {
      const bytes = `${written.isExact ? "" : "at least "}${written.bytes} bytes`;
      overflow(reporter, name, `writes ${bytes}, the closing zero among them`, room, span);
    }
  }
  if (name === "free") checkFree(reporter, args[0], call);
  const sentinel = SENTINELS.get(name);
  const last = args[args.length - 1];
  if (sentinel !== undefined && last !== undefined && (args.length <= sentinel || !isNullPointer(last)))
    reporter.warn("Wformat", `the arguments of '${name}' have to end with a null pointer`, span, {
      hint: "add (char *)NULL as the last one",
    });
}

const isUpTo = (name: string): boolean => ["fgets", "snprintf", "read", "recv", "getcwd"].includes(name);

function overflow(reporter: CallReporter, name: string, what: string, room: number, span: Span): void {
  reporter.warn("Wstringop-overflow", `'${name}' ${what}, and there is room for ${room}`, span, {
    hint: "make the array larger, or give its size: sizeof",
  });
}

const unconverted = (e: Expr): Expr => (e.kind === "convert" ? unconverted(e.operand) : e);
const isZero = (e: Expr | undefined): boolean =>
  e !== undefined && unconverted(e).kind === "const-int" && constantOf(e) === 0n;
const constantOf = (e: Expr): bigint | null => {
  const inner = unconverted(e);
  return inner.kind === "const-int" ? inner.value : null;
};
/** May it be a null pointer? */
const isNullPointer = (e: Expr): boolean => {
  const inner = unconverted(e);
  if (e.type.kind !== "pointer" || inner.kind === "address") return false;
  return inner.kind !== "const-int" || inner.value === 0n;
};

/** The bytes of a string literal, its zero included. */
function textOf(e: Expr | undefined): Uint8Array | null {
  const inner = e === undefined ? null : unconverted(e);
  if (inner?.kind !== "address" || inner.of.kind !== "var" || inner.of.var.storage !== "string") return null;
  return inner.of.var.elementBytes === 1 ? inner.of.var.bytes : null;
}

/**
 * The fewest bytes that a printf format can give with these arguments, its zero included, as far as they are known here; null for formats
 * with positions.
 */
function leastWritten(format: Uint8Array, args: readonly Expr[]): { bytes: number; isExact: boolean } | null {
  const end = format.indexOf(0);
  const text = String.fromCharCode(...format.subarray(0, end < 0 ? format.length : end));
  if (/%\d+\$/.test(text)) return null;
  let bytes = 1;
  let isExact = true;
  let last = 0;
  let next = 0;
  for (const match of text.matchAll(/%[-+ #0]*(\*|\d+)?(?:\.(\*|\d+)?)?(hh|h|ll|l|j|z|t|L)?([a-zA-Z%])/g)) {
    const [whole, width, precision, length, letter] = match;
    bytes += match.index - last;
    last = match.index + whole.length;
    if (width === "*") next++;
    if (precision === "*") next++;
    if (width === "*" || whole.includes(".")) isExact = false;
    if (letter === "%") {
      bytes++;
      continue;
    }
    const known = whole.includes(".") ? null : knownLength(letter!, length ?? "", args[next]);
    next++;
    if (known === null || /[+ #]/.test(whole)) isExact = false;
    bytes += Math.max(known ?? (/[sn]/.test(letter!) || whole.includes(".") ? 0 : 1), Number(width ?? 0) || 0);
  }
  return { bytes: bytes + text.length - last, isExact };
}

/** Characters that a conversion gives of a constant; null when they are not known. */
function knownLength(letter: string, length: string, arg: Expr | undefined): number | null {
  if (letter === "c") return 1;
  if (letter === "s") {
    const text = textOf(arg);
    return text === null ? null : text.indexOf(0);
  }
  const value = arg === undefined || !/^l{0,2}$/.test(length) ? null : constantOf(arg);
  if (value === null) return null;
  const bits = length === "ll" ? 64 : 32;
  if (letter === "d" || letter === "i") return BigInt.asIntN(bits, value).toString().length;
  const radix = letter === "u" ? 10 : letter === "x" || letter === "X" ? 16 : letter === "o" ? 8 : null;
  return radix === null ? null : BigInt.asUintN(bits, value).toString(radix).length;
}

/** Bytes from a pointer to the end of the variable that it points into; null when that is not known. */
function roomAt(e: Expr): number | null {
  const inner = unconverted(e);
  if (inner.kind === "pointer-add" && typeof inner.scale === "number" && inner.index.kind === "const-int") {
    const room = roomAt(inner.pointer);
    const skipped = Number(inner.index.value) * inner.scale * (inner.subtract ? -1 : 1);
    return room === null || skipped < 0 || skipped > room ? null : room - skipped;
  }
  if (inner.kind !== "address" || inner.of.kind !== "var" || inner.of.var.storage === "string") return null;
  const { type } = inner.of.type;
  if (!isCompleteType(type) || type.kind === "function") return null;
  // A struct may end in an array that is longer than it says.
  if (type.kind !== "array") return null;
  return typeof type.length === "number" && type.length > 0 ? sizeOf(type) : null;
}

/** `memset(p, 0, sizeof(p))`. */
function checkSizeof(
  reporter: CallReporter,
  name: string,
  call: Call,
  [target, count]: readonly [number, number],
): void {
  const size = call.args[count] === undefined ? null : bare(call.args[count]);
  const object = call.args[target] === undefined ? null : bare(call.args[target]);
  if (size?.kind !== "sizeof" || object?.kind !== "name") return;
  const operand = bare(size.operand);
  if (operand.kind !== "name" || operand.name !== object.name) return;
  reporter.warn(
    "Wsizeof-pointer-memaccess",
    `this is the size of the pointer '${object.name}', not of what it points to`,
    size.span,
    {
      hint: `sizeof(*${object.name}) is the size of one; '${name}' needs that of all`,
    },
  );
}

const bare = (e: Expression): Expression => (e.kind === "paren" ? bare(e.inner) : e);

function checkFree(reporter: CallReporter, pointer: Expr | undefined, call: Call): void {
  const inner = pointer === undefined ? null : unconverted(pointer);
  const base = inner?.kind === "pointer-add" ? unconverted(inner.pointer) : inner;
  if (base?.kind !== "address") return;
  const root = rootOf(base.of);
  if (root === null) return;
  const what = root.var.storage === "string" ? "a string literal" : `'${root.var.name}'`;
  reporter.warn("Wfree-nonheap-object", `${what} did not come from malloc and cannot be freed`, call.args[0]!.span);
}

function rootOf(at: LValue): Extract<LValue, { kind: "var" }> | null {
  if (at.kind === "var") return at;
  return at.kind === "member" ? rootOf(at.object) : null;
}

/** `T *p = malloc(n)` with n too small for one T. */
export function checkAllocation(reporter: CallReporter, value: Expr, target: Expr["type"], span: Span): void {
  const call = unconverted(value);
  if (
    call.kind !== "call" ||
    call.callee.kind !== "address" ||
    call.callee.of.kind !== "var" ||
    target.kind !== "pointer"
  )
    return;
  const { type } = target.to;
  if (call.callee.of.var.storage !== "global" || call.callee.of.var.name !== "malloc" || !isCompleteType(type)) return;
  const bytes = call.args[0] === undefined ? null : constantOf(call.args[0]);
  if (
    bytes === null ||
    bytes === 0n ||
    type.kind === "void" ||
    type.kind === "function" ||
    (type.kind === "array" && typeof type.length !== "number")
  )
    return;
  if (bytes < BigInt(sizeOf(type)))
    reporter.warn(
      "Walloc-size",
      `${bytes} bytes are too few for a '${typeName(target.to)}', which has ${sizeOf(type)}`,
      span,
      {
        hint: "the size of what the pointer points to is meant: sizeof(*pointer)",
      },
    );
}
