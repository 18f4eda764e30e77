/**
 * Random function signatures as C: a file that calls and a file that is called. Both hash every byte of meaning that travels between
 * them, so that any disagreement about where an argument or result lives changes the output.
 */
import type { Random } from "../../emulator/oracle.ts";

const SCALARS = ["char", "signed char", "short", "unsigned short", "int", "unsigned", "long", "long long", "unsigned long long", "float", "double", "long double", "void *"] as const; // biome-ignore format: a list
/** What a variable argument can be without being promoted. */
const PROMOTED = ["int", "unsigned", "long long", "unsigned long long", "double", "long double", "void *"] as const;

interface Shape {
  readonly name: string;
  /** Member paths to scalars, such as "m0" or "m1[2]", with their types. */
  readonly leaves: readonly { readonly path: string; readonly type: string }[];
}

export interface SignatureProgram {
  readonly header: string;
  readonly caller: string;
  readonly callee: string;
}

export function makeSignatures(random: Random, functions: number): SignatureProgram {
  const shapes: Shape[] = [];
  let header = '#include "support.h"\nextern unsigned long long hash;\nvoid mix(unsigned long long value);\n';
  for (let index = 0; index < 8; index++) header += makeShape(random, index, shapes);
  let caller = '#include "header.h"\n__extension__ typedef __builtin_va_list va_list;\n';
  let callee =
    '#include "header.h"\ntypedef __builtin_va_list va_list;\nunsigned long long hash = 1;\nvoid mix(unsigned long long value) { hash = (hash ^ value) * 1099511628211ULL; hash ^= hash >> 29; }\n';
  let main = "";
  for (let index = 0; index < functions; index++) {
    const types = Array.from({ length: random.below(10) }, () => pickType(random, shapes, SCALARS));
    const isVariadic = random.below(3) === 0 && types.length > 0;
    const rest = isVariadic ? Array.from({ length: random.below(7) }, () => pickType(random, shapes, PROMOTED)) : [];
    const result = pickType(random, shapes, SCALARS);
    const params = types.map((type, at) => `${type} p${at}`).join(", ") + (isVariadic ? ", ..." : "");
    const prototype = `${result} f${index}(${params === "" ? "void" : params})`;
    header += `${prototype};\n`;
    callee += calleeText(prototype, types, rest, result, shapes, random);
    const setup = [...types, ...rest].map((type, at) => valueText(type, `a${at}`, shapes, random)).join("");
    const args = [...types, ...rest].map((_, at) => `a${at}`).join(", ");
    caller += `static void call${index}(void) {\n${setup}  ${result} r = f${index}(${args});\n${hashText(result, "r", shapes)}}\n`;
    main += `  call${index}();\n  show("f${index}", hash);\n`;
  }
  caller += `int main(void) {\n${main}  return 0;\n}\n`;
  return { header, caller, callee };
}

function makeShape(random: Random, index: number, shapes: Shape[]): string {
  const kind = random.below(5) === 0 ? "union" : "struct";
  const name = `${kind} S${index}`;
  const count = 1 + random.below(4);
  const leaves: { path: string; type: string }[] = [];
  let text = `${name} {`;
  for (let at = 0; at < count; at++) {
    const nested = shapes.length > 0 && random.below(6) === 0 ? random.pick(shapes) : null;
    const type = nested?.name ?? random.pick(SCALARS);
    const length = random.below(5) === 0 ? 1 + random.below(3) : 0;
    text += ` ${type} m${at}${length > 0 ? `[${length}]` : ""};`;
    // Of a union only its first member is set and read.
    if (kind === "union" && at > 0) continue;
    for (let element = 0; element < Math.max(1, length); element++) {
      const path = `m${at}${length > 0 ? `[${element}]` : ""}`;
      if (nested === null) leaves.push({ path, type });
      else for (const leaf of nested.leaves) leaves.push({ path: `${path}.${leaf.path}`, type: leaf.type });
    }
  }
  shapes.push({ name, leaves });
  return `${text} };\n`;
}

const pickType = (random: Random, shapes: readonly Shape[], scalars: readonly string[]): string =>
  random.below(3) === 0 ? random.pick(shapes).name : random.pick(scalars);

const leavesOf = (type: string, name: string, shapes: readonly Shape[]): { path: string; type: string }[] => {
  const shape = shapes.find((candidate) => candidate.name === type);
  if (shape === undefined) return [{ path: name, type }];
  return shape.leaves.map((leaf) => ({ path: `${name}.${leaf.path}`, type: leaf.type }));
};

const hashText = (type: string, name: string, shapes: readonly Shape[]): string =>
  leavesOf(type, name, shapes)
    .map((leaf) => `  mix((unsigned long long)${leaf.type === "void *" ? "(unsigned)" : "(long long)"}${leaf.path});\n`)
    .join("");

function valueText(type: string, name: string, shapes: readonly Shape[], random: Random): string {
  return `  ${type} ${name};\n${leavesOf(type, name, shapes)
    .map((leaf) => `  ${leaf.path} = ${literal(leaf.type, random)};\n`)
    .join("")}`;
}

function literal(type: string, random: Random): string {
  if (type === "void *") return `(void *)${random.word()}u`;
  if (type.includes("float") || type.includes("double")) return `${random.below(1 << 20) - (1 << 19)}.0`;
  if (type.includes("long long")) return `(${type})0x${random.word().toString(16)}${random.word().toString(16)}ull`;
  return `(${type})${random.word()}u`;
}

function calleeText(
  prototype: string,
  types: readonly string[],
  rest: readonly string[],
  result: string,
  shapes: readonly Shape[],
  random: Random,
): string {
  let body = types.map((type, at) => hashText(type, `p${at}`, shapes)).join("");
  if (rest.length > 0) {
    body += `  va_list list;\n  __builtin_va_start(list, p${types.length - 1});\n`;
    rest.forEach((type, at) => {
      body += `  ${type} v${at} = __builtin_va_arg(list, ${type});\n${hashText(type, `v${at}`, shapes)}`;
    });
    body += "  __builtin_va_end(list);\n";
  }
  return `${prototype} {\n${body}${valueText(result, "r", shapes, random)}  return r;\n}\n`;
}
