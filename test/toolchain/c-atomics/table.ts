/** Programs that use every atomic builtin on every type and print what they find. */

/** Letter, name, and how a value is printed. */
const TYPES: readonly (readonly [string, string])[] = [
  ["sc", "signed char"],
  ["us", "unsigned short"],
  ["i", "int"],
  ["u", "unsigned"],
  ["x", "long long"],
  ["b", "_Bool"],
  ["p", "char *"],
];
const VALUES = [0, 1, -1, 0x5a, -0x5a5a, 0x12345678, -0x123456789abc];
const OPERATIONS = ["add", "sub", "and", "or", "xor", "nand"];

/** The builtins `__atomic_…` and `__sync_…`. GCC's own __sync_lock_… are wrong for 2 and 8 bytes, so they are left to words. */
export function builtinTable(): string {
  const functions = TYPES.map(([letter, type]) => {
    const to = letter === "p" ? "(char *)(unsigned)" : `(${type})`;
    const from = letter === "p" ? "(unsigned long long)(unsigned)" : "(unsigned long long)";
    const operations = letter === "b" ? [] : letter === "p" ? ["add", "sub"] : OPERATIONS;
    const lines: string[] = [];
    const show = (...values: string[]): void => {
      lines.push(
        `printf("${letter}${" %llx".repeat(values.length)} %x\\n", ${values.map((v) => from + v).join(", ")}, rest());`,
      );
    };
    let order = 0;
    for (const op of operations)
      for (const value of VALUES) {
        const amount = `(${letter === "p" ? "int" : type})${value}LL`;
        for (const call of [
          `__atomic_fetch_${op}(&o.v, ${amount}, ${[0, 2, 3, 4, 5][order++ % 5]})`,
          `__atomic_${op}_fetch(&o.v, ${amount}, 5)`,
          `__sync_fetch_and_${op}(&o.v, ${amount})`,
          `__sync_${op}_and_fetch(&o.v, ${amount})`,
        ]) {
          lines.push(`r = ${call};`);
          show("r", "o.v");
        }
      }
    for (const value of VALUES) {
      const v = `${to}${value}LL`;
      lines.push(
        `__atomic_store_n(&o.v, ${v}, 3); r = __atomic_load_n(&o.v, 2); e = __atomic_exchange_n(&o.v, ${to}7LL, 4);`,
      );
      show("r", "e", "o.v");
      lines.push(`e = ${v}; done = __atomic_compare_exchange_n(&o.v, &e, ${to}5LL, 0, 5, 5);`);
      show("e", "o.v", "(long)done");
      lines.push(`done = __atomic_compare_exchange_n(&o.v, &e, ${to}77LL, 1, 2, 0);`);
      show("e", "o.v", "(long)done");
      lines.push(
        `d = ${v}; e = o.v; done = __atomic_compare_exchange(&o.v, &e, &d, 0, 5, 5); __atomic_load(&o.v, &r, 5);`,
      );
      lines.push(`e = ${to}9LL; __atomic_store(&o.v, &e, 0); __atomic_exchange(&o.v, &d, &e, 5);`);
      show("r", "e", "o.v", "(long)done");
      lines.push(
        `r = __sync_val_compare_and_swap(&o.v, ${v}, ${to}3LL); e = o.v; done = __sync_bool_compare_and_swap(&o.v, e, ${to}6LL);`,
      );
      show("r", "e", "o.v", "(long)done");
    }
    if (letter === "i" || letter === "u") {
      lines.push("r = __sync_lock_test_and_set(&o.v, 9); e = o.v; __sync_lock_release(&o.v);");
      show("r", "e", "o.v");
    }
    return `static void of_${letter}(void) {
      static struct { char before; ${type} v; unsigned char after[4]; } o = { .before = 3, .after = {1, 2, 3, 4} };
      ${type} r = 0; ${type} e; ${type} d; int done;
      #define rest() (o.before + o.after[0] * 16 + o.after[3] * 256)
      ${lines.join("\n")}
      #undef rest
    }`;
  });
  return `#include <stdio.h>
    ${functions.join("\n")}
    int main(void) {
      ${TYPES.map(([letter]) => `of_${letter}();`).join("\n")}
      static unsigned char flag;
      int was = __atomic_test_and_set(&flag, 5);
      printf("%d %d ", was, __atomic_test_and_set(&flag, 2));
      __atomic_clear(&flag, 3);
      printf("%d %d\\n", flag, __atomic_always_lock_free(4, 0));
      __atomic_thread_fence(5), __atomic_signal_fence(5), __sync_synchronize();
      return 0;
    }`;
}

const OBJECTS: readonly (readonly [string, string])[] = [
  ["sc", "signed char"],
  ["uc", "unsigned char"],
  ["us", "unsigned short"],
  ["i", "int"],
  ["u", "unsigned"],
  ["x", "long long"],
  ["ux", "unsigned long long"],
  ["b", "_Bool"],
  ["f", "float"],
  ["d", "double"],
];

/** Objects of `_Atomic` types under all operators, and structs. */
export function qualifierTable(): string {
  const functions = OBJECTS.map(([letter, type]) => {
    const isFloating = letter === "f" || letter === "d";
    const lines: string[] = [];
    for (const amount of ["1", "-7", "100", "1.5", "0x123456789LL", "200u"])
      for (const op of ["+", "-", "*", "/", "%", "&", "|", "^", "<<", ">>"]) {
        const needsInteger = !"+-*/".includes(op);
        if (needsInteger && (isFloating || amount === "1.5")) continue;
        const value = op === "<<" || op === ">>" ? "3" : letter === "b" && (op === "/" || op === "%") ? "1" : amount;
        lines.push(`o.v = 11; r = (o.v ${op}= ${value}); local = 11; local ${op}= ${value};`);
        lines.push(
          `printf("${letter} %.15g %.15g %.15g %d\\n", (double)r, (double)o.v, (double)local, o.before * 10 + o.after);`,
        );
      }
    const steps = letter === "b" ? [] : ["o.v++", "++o.v", "local--", "--local"];
    for (const step of steps)
      lines.push(`r = ${step}; printf("%.15g %.15g %.15g\\n", (double)r, (double)o.v, (double)local);`);
    return `static void of_${letter}(void) {
      static struct { char before; _Atomic ${type} v; char after; } o = {3, 0, 4};
      _Atomic ${type} local = 5; ${type} r;
      ${lines.join("\n")}
      r = o.v = local;
      printf("%.15g %d %d %d %d\\n", (double)r, (int)sizeof o, (int)sizeof local, o.v ? 1 : 2, o.v == local && !(o.v != local));
    }`;
  });
  return `#include <stdio.h>
    struct s3 { char c[3]; }; struct s4 { short a, b; }; struct s8 { int a, b; }; struct s12 { int a, b, c; };
    static _Atomic struct s3 g3; static _Atomic struct s4 g4; static _Atomic struct s8 g8; static _Atomic struct s12 g12;
    static _Atomic long double quad;
    struct host { char c; _Atomic struct s8 m; char d; _Atomic struct s4 k; _Atomic(int *) p; _Atomic int list[3]; };
    static void of_structs(void) {
      struct s3 a = {"ab"}; struct s4 b = {5, 6}; struct s8 c = {1, 2}; struct s12 d = {1, 2, 3};
      g3 = a; g4 = b; g8 = c; g12 = d; quad = 2.5L;
      a.c[0] = 'x';
      struct s3 copy = g3;
      printf("%s %d %d %d %g\\n", copy.c, ((struct s4)g4).b, ((struct s8)g8).b, ((struct s12)g12).c, (double)quad);
      struct s8 e8 = {1, 2}, n8 = {7, 8}; struct s12 e12 = {0}, n12 = {9, 9, 9}; struct s4 e4 = {5, 6}, n4 = {1, 1};
      int first = __atomic_compare_exchange(&g8, &e8, &n8, 0, 5, 5), second = __atomic_compare_exchange(&g12, &e12, &n12, 0, 5, 5);
      int third = __atomic_compare_exchange(&g4, &e4, &n4, 0, 5, 5);
      __atomic_exchange(&g8, &c, &e8, 5);
      printf("%d %d %d %d %d %d\\n", first, second, third, e8.b, e12.c, ((struct s4)g4).a);
      printf("%d %d %d %d %d %d\\n", (int)sizeof(struct host), (int)__builtin_offsetof(struct host, m), (int)__builtin_offsetof(struct host, k),
             (int)__builtin_offsetof(struct host, p), (int)_Alignof(struct host), (int)sizeof g3);
      static int numbers[4]; struct host h; h.p = numbers; h.p++; h.p += 2;
      int *old = h.p--;
      h.list[1] = 4; h.list[1] *= h.list[1]; _Atomic int *at = h.list; at[1]--; *at = 3;
      volatile _Atomic unsigned short last = 65535; last++;
      printf("%d %d %d %d %d\\n", (int)(h.p - numbers), (int)(old - numbers), h.list[1], *at, last);
    }
    ${functions.join("\n")}
    int main(void) { ${OBJECTS.map(([letter]) => `of_${letter}();`).join(" ")} of_structs(); return 0; }`;
}
