/**
 * Random C programs for what csmith does not write: floating numbers, variable arguments, structs by value with every kind of member,
 * variable-length arrays, switches that fall through into loops (Duff's device), goto, and compound assignment to bit-fields.
 *
 * Every program is defined: signed arithmetic is meant to wrap (-fwrapv for GCC), shift counts and divisors are masked, floating
 * numbers are brought into range before they become integers, and expressions call only functions without effects.
 */

export class Random {
  private state: number;

  constructor(seed: number) {
    this.state = seed >>> 0;
  }

  /** An integer from 0 to below `limit`. */
  below(limit: number): number {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(this.state ^ (this.state >>> 15), this.state | 1);
    t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % limit;
  }

  chance(percent: number): boolean {
    return this.below(100) < percent;
  }

  of<T>(list: readonly T[]): T {
    return list[this.below(list.length)]!;
  }
}

const INTEGERS = [
  "signed char",
  "unsigned char",
  "short",
  "unsigned short",
  "int",
  "unsigned",
  "long long",
  "unsigned long long",
] as const;
const FLOATS = ["float", "double"] as const;
const SCALARS: readonly string[] = [...INTEGERS, "int", "unsigned", "long long", ...FLOATS];
const isFloat = (type: string): boolean => type === "float" || type === "double";

interface Variable {
  /** How it is written, an lvalue. */
  readonly text: string;
  readonly type: string;
}

interface Struct {
  readonly name: string;
  readonly members: readonly {
    readonly name: string;
    readonly type: string;
    readonly bits: number;
    readonly length: number;
  }[];
}

interface Callable {
  readonly name: string;
  readonly returns: string;
  readonly params: readonly string[];
  readonly isVariadic: boolean;
}

export function generateProgram(seed: number): string {
  return new Generator(new Random(seed)).program();
}

class Generator {
  private readonly random: Random;
  private readonly structs: Struct[] = [];
  private readonly functions: Callable[] = [];
  private readonly globals: Variable[] = [];
  private readonly structGlobals: Variable[] = [];
  private locals: Variable[] = [];
  private structLocals: Variable[] = [];
  private next = 0;
  private labels = 0;
  private depth = 0;

  constructor(random: Random) {
    this.random = random;
  }

  program(): string {
    const parts = [PRELUDE];
    for (let i = 0; i < 3; i++) parts.push(this.struct());
    for (let i = 0; i < 6; i++) {
      const type = this.random.of(SCALARS);
      parts.push(`static ${this.random.chance(20) ? "volatile " : ""}${type} g${i} = ${this.constant(type)};`);
      this.globals.push({ text: `g${i}`, type });
    }
    for (const struct of this.structs) {
      parts.push(`static struct ${struct.name} t${struct.name};`);
      this.structGlobals.push({ text: `t${struct.name}`, type: struct.name });
    }
    const allGlobals = [...this.globals];
    const allStructs = [...this.structGlobals];
    // Functions that expressions may call see no global.
    for (let i = 0; i < 5; i++) {
      this.globals.length = 0;
      this.structGlobals.length = 0;
      parts.push(this.function(`f${i}`));
    }
    this.globals.push(...allGlobals);
    this.structGlobals.push(...allStructs);
    parts.push(this.main());
    return `${parts.join("\n")}\n`;
  }

  private struct(): string {
    const name = `s${this.structs.length}`;
    const members = Array.from({ length: 1 + this.random.below(5) }, (_, i) => {
      const isBits = this.random.chance(35);
      const type = isBits
        ? this.random.of(["int", "unsigned", "unsigned char", "long long", "short"])
        : this.random.of(SCALARS);
      const most = type === "unsigned char" ? 8 : type === "short" ? 16 : 31;
      const bits = isBits ? 1 + this.random.below(most) : 0;
      return { name: `m${i}`, type, bits, length: !isBits && this.random.chance(20) ? 1 + this.random.below(3) : 0 };
    });
    this.structs.push({ name, members });
    const lines = members.map(
      // Plain int bit-fields are signed in both compilers.
      (m) => `  ${m.type} ${m.name}${m.bits > 0 ? ` : ${m.bits}` : m.length > 0 ? `[${m.length}]` : ""};`,
    );
    const packed = this.random.chance(25) ? " __attribute__((packed))" : "";
    return `struct ${name} {\n${lines.join("\n")}\n}${packed};`;
  }

  /** Scalars inside a struct variable. */
  private parts(variable: Variable): Variable[] {
    const struct = this.structs.find((item) => item.name === variable.type)!;
    return struct.members.flatMap((m): Variable[] => {
      if (m.length === 0) return [{ text: `${variable.text}.${m.name}`, type: m.type }];
      return Array.from({ length: m.length }, (_, i) => ({ text: `${variable.text}.${m.name}[${i}]`, type: m.type }));
    });
  }

  private constant(type: string): string {
    if (isFloat(type)) {
      const text = this.random.of([
        "0.0",
        "1.5",
        "-2.25",
        "1e10",
        "-3.0e-5",
        "123456.789",
        "0.1",
        "7.0",
        "-1e20",
        "3.4e-39",
      ]);
      return type === "float" ? `${text}f` : text;
    }
    const n = this.random.of([
      0,
      1,
      -1,
      2,
      7,
      127,
      128,
      255,
      256,
      -128,
      32767,
      32768,
      65535,
      -32768,
      2147483647,
      this.random.below(1000),
      -this.random.below(100000),
    ]);
    if (type.endsWith("long long") && this.random.chance(40))
      return `${this.random.of(["0x123456789abcdefLL", "-0x7fffffff00000001LL", "0x80000000LL", "0xffffffffLL", "-4294967296LL", "0x7fffffffffffffffLL"])}`;
    return n < 0 ? `(${n})` : `${n}`;
  }

  private scalars(): Variable[] {
    return [
      ...this.locals,
      ...this.globals,
      ...[...this.structLocals, ...this.structGlobals].flatMap((v) => this.parts(v)),
    ];
  }

  /** An expression whose value has the arithmetic class asked for. */
  private expression(wantsFloat: boolean, budget: number): string {
    const { random } = this;
    if (budget <= 0 || random.chance(15)) {
      const candidates = this.scalars().filter((v) => isFloat(v.type) === wantsFloat);
      if (candidates.length > 0 && random.chance(80)) return random.of(candidates).text;
      return this.constant(wantsFloat ? random.of(FLOATS) : random.of(INTEGERS));
    }
    const half = budget >> 1;
    const sub = (): string => this.expression(wantsFloat, half);
    const roll = random.below(100);
    if (roll < 12) return this.call(wantsFloat, half);
    if (roll < 18) return `(${this.expression(random.chance(30), half)} ? ${sub()} : ${sub()})`;
    if (wantsFloat) {
      if (roll < 30) return `(${random.of(FLOATS)})${this.expression(false, half)}`;
      if (roll < 36) return `-(${sub()})`;
      if (roll < 42) return `(float)(${sub()})`;
      return `(${sub()} ${random.of(["+", "-", "*", "+", "-", "*", "/"])} ${sub()})`;
    }
    if (roll < 24) {
      const [a, b] = [this.expression(true, half), this.expression(true, half)];
      return `(${a} ${random.of(["<", ">", "<=", ">=", "==", "!="])} ${b})`;
    }
    if (roll < 30) return `to_int(${this.expression(true, half)})`;
    if (roll < 34) return `to_long(${this.expression(true, half)})`;
    if (roll < 40) return `(${random.of(INTEGERS)})(${sub()})`;
    if (roll < 45) return `${random.of(["-", "~", "!"])}(${sub()})`;
    if (roll < 53) return `(${sub()} ${random.of(["<", ">", "<=", ">=", "==", "!="])} ${sub()})`;
    if (roll < 58) return `(${sub()} ${random.of(["&&", "||"])} ${sub()})`;
    if (roll < 64) return `((long long)(${sub()}) ${random.of(["<<", ">>"])} ((${sub()}) & 63))`;
    if (roll < 70) return `((unsigned long long)(${sub()}) ${random.of(["<<", ">>"])} ((${sub()}) & 63))`;
    if (roll < 75) return `((int)(${sub()}) ${random.of(["<<", ">>"])} ((${sub()}) & 31))`;
    if (roll < 80) return `((unsigned)(${sub()}) ${random.of(["/", "%"])} (((unsigned)(${sub()})) | 1))`;
    if (roll < 84)
      return `((unsigned long long)(${sub()}) ${random.of(["/", "%"])} ((unsigned long long)(${sub()}) | 1))`;
    if (roll < 87) return `((long long)(${sub()}) ${random.of(["/", "%"])} (((${sub()}) & 1023) + 2))`;
    if (roll < 90)
      return `((int)(${sub()}) ${random.of(["/", "%"])} ${random.of(["3", "-7", "8", "-16", "1000", "2", "10"])})`;
    return `(${sub()} ${random.of(["+", "-", "*", "&", "|", "^"])} ${sub()})`;
  }

  private anyOf(type: string, budget: number): string {
    const value = this.expression(isFloat(type), budget);
    return isFloat(type) ? `in_range(${value})` : value;
  }

  private structValue(type: string): string {
    const same = [...this.structLocals, ...this.structGlobals].filter((v) => v.type === type);
    const makers = this.functions.filter((f) => f.returns === type);
    if (makers.length > 0 && this.depth < 2 && this.random.chance(40)) return this.invoke(this.random.of(makers), 2);
    if (same.length > 0 && this.random.chance(70)) return this.random.of(same).text;
    return `(struct ${type}){0}`;
  }

  private call(wantsFloat: boolean, budget: number): string {
    const fitting = this.functions.filter((f) => SCALARS.includes(f.returns) && isFloat(f.returns) === wantsFloat);
    if (fitting.length === 0 || this.depth > 1) return this.expression(wantsFloat, 0);
    return this.invoke(this.random.of(fitting), budget);
  }

  private invoke(callee: Callable, budget: number): string {
    this.depth++;
    const args = callee.params.map((type) =>
      SCALARS.includes(type) ? this.anyOf(type, budget >> 1) : this.structValue(type),
    );
    if (callee.isVariadic) {
      let kinds = "";
      const rest: string[] = [];
      for (let i = this.random.below(9); i > 0; i--) {
        const kind = this.random.of(["i", "l", "d", ...this.structs.map((_, at) => String(at))]);
        kinds += kind;
        if (kind === "i") rest.push(`(int)(${this.expression(false, 1)})`);
        else if (kind === "l") rest.push(`(long long)(${this.expression(false, 1)})`);
        else if (kind === "d") rest.push(`(double)in_range(${this.expression(true, 1)})`);
        else rest.push(this.structValue(this.structs[Number(kind)]!.name));
      }
      args.push(`"${kinds}"`, ...rest);
    }
    this.depth--;
    return `${callee.name}(${args.join(", ")})`;
  }

  private function(name: string): string {
    const returns = this.random.chance(30) ? this.random.of(this.structs).name : this.random.of(SCALARS);
    const params = Array.from({ length: this.random.below(6) }, () =>
      this.random.chance(30) ? this.random.of(this.structs).name : this.random.of(SCALARS),
    );
    const isVariadic = this.random.chance(35);
    this.locals = [];
    this.structLocals = [];
    const written = params.map((type, i) => {
      (SCALARS.includes(type) ? this.locals : this.structLocals).push({ text: `p${i}`, type });
      return `${spell(type)} p${i}`;
    });
    if (isVariadic) written.push("const char *kinds", "...");
    const lines = [`static ${spell(returns)} ${name}(${written.join(", ") || "void"}) {`];
    lines.push(...this.declarations());
    if (isVariadic) lines.push(this.variadicBody());
    lines.push(...this.statements(3, 2));
    if (SCALARS.includes(returns)) lines.push(`  return ${this.anyOf(returns, 4)};`);
    else lines.push(`  return ${this.structValue(returns)};`);
    lines.push("}");
    this.functions.push({ name, returns, params, isVariadic });
    return lines.join("\n");
  }

  private variadicBody(): string {
    const hash = this.locals[0];
    const target = hash === undefined || isFloat(hash.type) ? "extra" : hash.text;
    const cases = this.structs.map((struct, at) => {
      const sums = this.parts({ text: "s", type: struct.name }).map(
        (part) => `${target} += ${isFloat(part.type) ? `to_int(${part.text})` : part.text};`,
      );
      return `      case '${at}': { struct ${struct.name} s = va_arg(list, struct ${struct.name}); ${sums.join(" ")} break; }`;
    });
    return [
      "  va_list list;",
      "  va_start(list, kinds);",
      "  for (; *kinds; kinds++)",
      "    switch (*kinds) {",
      `      case 'i': ${target} += va_arg(list, int); break;`,
      `      case 'l': ${target} ^= va_arg(list, long long); break;`,
      `      case 'd': ${target} += to_int(va_arg(list, double)); break;`,
      ...cases,
      "    }",
      "  va_end(list);",
    ].join("\n");
  }

  private declarations(): string[] {
    const lines = ["  int extra = 0;"];
    this.locals.push({ text: "extra", type: "int" });
    for (let i = 1 + this.random.below(4); i > 0; i--) {
      const type = this.random.of(SCALARS);
      const name = `v${this.next++}`;
      lines.push(`  ${type} ${name} = ${this.anyOf(type, 3)};`);
      this.locals.push({ text: name, type });
    }
    for (const struct of this.structs) {
      if (!this.random.chance(60)) continue;
      const name = `v${this.next++}`;
      lines.push(`  struct ${struct.name} ${name} = ${this.structValue(struct.name)};`);
      this.structLocals.push({ text: name, type: struct.name });
    }
    return lines;
  }

  private statements(count: number, nesting: number): string[] {
    return Array.from({ length: count }, () => this.statement(nesting)).flat();
  }

  private assignment(): string {
    const target = this.random.of(this.scalars());
    if (isFloat(target.type)) {
      const operator = this.random.of(["=", "+=", "-=", "*="]);
      return `  ${target.text} ${operator} ${this.expression(true, 5)}; ${target.text} = in_range(${target.text});`;
    }
    const roll = this.random.below(10);
    if (roll < 2) return `  ${this.random.of(["++", "--"])}${target.text};`;
    if (roll < 3) return `  ${target.text}${this.random.of(["++", "--"])};`;
    if (roll < 4) return `  ${target.text} ${this.random.of(["<<=", ">>="])} (${this.expression(false, 3)}) & 7;`;
    if (roll < 5) return `  ${target.text} ${this.random.of(["/=", "%="])} ((${this.expression(false, 2)}) & 63) + 2;`;
    if (roll < 6 && target.text !== "extra")
      return `  extra += (${target.text} ${this.random.of(["=", "+=", "^=", "|="])} ${this.expression(false, 3)});`;
    return `  ${target.text} ${this.random.of(["=", "=", "+=", "-=", "*=", "&=", "|=", "^="])} ${this.expression(false, 6)};`;
  }

  private statement(nesting: number): string[] {
    const { random } = this;
    const structs = [...this.structLocals, ...this.structGlobals];
    const roll = nesting > 0 ? random.below(100) : random.below(55);
    if (roll < 45 || (roll < 55 && structs.length === 0)) return [this.assignment()];
    if (roll < 55) {
      const target = random.of(structs);
      return [`  ${target.text} = ${this.structValue(target.type)};`];
    }
    const body = (): string => this.statements(2, nesting - 1).join("\n");
    if (roll < 65) return [`  if (${this.expression(random.chance(20), 4)}) {\n${body()}\n  } else {\n${body()}\n  }`];
    const index = `i${this.next++}`;
    if (roll < 72)
      return [
        `  for (int ${index} = 0; ${index} < ${1 + random.below(6)}; ${index}++) {\n${body()}\n    if ((extra & 15) == ${random.below(16)}) ${random.of(["break", "continue"])};\n  }`,
      ];
    if (roll < 78) {
      const label = `l${this.labels++}`;
      return [`  { int ${index} = 0;\n  ${label}:\n${body()}\n  if (++${index} < 3) goto ${label}; }`];
    }
    if (roll < 84) {
      // A variable-length array, filled and summed.
      const array = `a${this.next++}`;
      const type = random.of(SCALARS);
      return [
        `  { int ${index}n = ((${this.expression(false, 3)}) & 7) + 1; ${type} ${array}[${index}n][2];`,
        `    for (int ${index} = 0; ${index} < ${index}n; ${index}++) ${array}[${index}][${index} & 1] = ${array}[${index}][~${index} & 1] = ${this.anyOf(type, 3)};`,
        `    extra += ${isFloat(type) ? `to_int(${array}[${index}n - 1][1])` : `${array}[${index}n - 1][1]`} + sizeof ${array}; }`,
      ];
    }
    if (roll < 90) {
      // Duff's device.
      const count = `((${this.expression(false, 3)}) & 15)`;
      return [
        `  { int ${index} = ${count} + 1; int ${index}r = (${index} + 3) / 4;`,
        `    switch (${index} % 4) { case 0: do { extra += 1; case 3:\n${this.assignment()}\n case 2: extra ^= ${index}; case 1:\n${this.assignment()}\n } while (--${index}r > 0); } }`,
      ];
    }
    const cases = Array.from(
      { length: 2 + random.below(4) },
      (_, at) =>
        `    case ${at * (1 + random.below(1)) + (at > 2 ? 1000 * at : 0)}:\n${this.assignment()}${random.chance(60) ? "\n      break;" : ""}`,
    );
    const wide = random.chance(30) ? "(long long)" : "";
    return [
      `  switch (${wide}((${this.expression(false, 3)}) & ${random.of(["3", "7", "4095"])})) {\n${cases.join("\n")}\n    default:\n${this.assignment()}\n  }`,
    ];
  }

  private main(): string {
    this.locals = [];
    this.structLocals = [];
    const lines = ["int main(void) {", ...this.declarations(), ...this.statements(12, 3)];
    for (const part of this.scalars()) lines.push(`  hash_${isFloat(part.type) ? "real" : "integer"}(${part.text});`);
    lines.push("  show();", "  return 0;", "}");
    return lines.join("\n");
  }
}

const spell = (type: string): string => (SCALARS.includes(type) ? type : `struct ${type}`);

const PRELUDE = `typedef __builtin_va_list va_list;
#define va_start __builtin_va_start
#define va_arg __builtin_va_arg
#define va_end __builtin_va_end
void put_wide(unsigned long long value);
static unsigned long long hash = 1469598103934665603ULL;
static void hash_integer(long long n) { hash = (hash ^ n) * 1099511628211ULL; }
static void hash_real(double x) {
  union { double real; unsigned long long bits; } u = {x};
  hash_integer(x != x ? 42 : (long long)u.bits);
}
static void show(void) { put_wide(hash); }
static int to_int(double x) { return x > -2e9 && x < 2e9 ? (int)x : x != x ? 3 : 7; }
static long long to_long(double x) { return x > -9e18 && x < 9e18 ? (long long)x : x != x ? 3 : 7; }
static double in_range(double x) { return x > -1e30 && x < 1e30 ? x : x != x ? 0.5 : 2.5; }`;
