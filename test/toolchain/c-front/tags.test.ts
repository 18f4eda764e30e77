import { expect, test } from "vitest";
import { check } from "./check-c.ts";

test("a struct's own tag means that struct inside its members' prototypes (C11 §6.2.1p7)", () => {
  const { diagnostics } = check(
    `struct sink { void (*put)(struct sink *to, int n); };
static void put(struct sink *to, int n) { (void)to; (void)n; }
int main(void) { struct sink s = { put }; s.put(&s, 3); return 0; }`,
    ["Wall"],
  );
  expect(diagnostics).toEqual([]);
});

test("`struct s;` alone declares a new type in an inner scope (C11 §6.7.2.3p7)", () => {
  const { diagnostics, unit } = check(
    `struct s { int a; };
int f(void) { struct s; struct t { struct s *p; }; struct s { char c; }; return sizeof(struct s); }`,
    [],
  );
  expect(diagnostics).toEqual([]);
  expect(unit).not.toBeNull();
});

test("a static inline function that nobody uses is no cause for a warning", () => {
  expect(
    check("static inline int one(void) { return 1; }\nint main(void) { return 0; }", ["Wall", "Wextra"]).diagnostics,
  ).toEqual([]);
});

test("a tag that only a parameter list declares is warned of, as in GCC and Clang (-Wvisibility)", () => {
  const { diagnostics } = check("int f(struct later *p);\nstruct later { int a; };\nint g(struct later *p);", []);
  expect(diagnostics.map((each) => `${each.severity} ${each.message} [${each.option}]`)).toEqual([
    "warning 'struct later' is known only inside these parentheses [Wvisibility]",
  ]);
});
