/** The limits on how much is said at once: however many warnings there are, an error is seen. */
import { expect, test } from "vitest";
import { cc, type DriverHost } from "../../../toolchain/driver.ts";

function compile(source: string): { status: number; stderr: string } {
  const host: DriverHost = {
    sysroot: "/none",
    readFile: (path) => (path === "a.c" ? new TextEncoder().encode(source) : null),
    writeFile: () => null,
  };
  return cc(["-Wall", "-c", "a.c", "-o", "a.o"], host);
}

test.each([30, 150])("%i warnings before it do not hide an error, nor those after it", (count) => {
  const warnings = (prefix: string) =>
    Array.from({ length: count }, (_, i) => `static void ${prefix}${i}(void) {}`).join("\n");
  const { status, stderr } = compile(`${warnings("f")}\nint main(void) { return missing; }\n${warnings("g")}\n`);

  expect(status).toBe(1);
  expect(stderr.match(/warning: /g)).toHaveLength(19);
  expect(stderr).toMatch(/error: .*'missing'/);
  expect(stderr).toMatch(/… and \d+ more/);
});

test("of many errors the first twenty are shown", () => {
  const lines = Array.from({ length: 40 }, (_, i) => `int f${i}(void) { return missing${i}; }`);
  const { stderr } = compile(lines.join("\n"));

  expect(stderr.match(/error: /g)).toHaveLength(20);
  expect(stderr).toMatch(/'missing0'/);
  expect(stderr).toMatch(/… and 20 more/);
});
