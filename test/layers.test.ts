/** The direction of imports holds, by dependency-cruiser's reading of every file (.dependency-cruiser.cjs). */
import { createRequire } from "node:module";
import { join } from "node:path";
import { cruise } from "dependency-cruiser";
import { expect, test } from "vitest";

const root = join(import.meta.dirname ?? new URL(".", import.meta.url).pathname, "..");
const FOLDERS = ["emulator", "kernel", "toolchain", "system", "web"];

const rules = createRequire(import.meta.url)(join(root, ".dependency-cruiser.cjs"));

async function violations(folders: string[]): Promise<string[]> {
  const result = await cruise(folders, {
    ...rules.options,
    ruleSet: { forbidden: rules.forbidden },
    validate: true,
    baseDir: root,
  });
  const { output } = result;
  if (typeof output === "string") throw new Error(output);
  if (output.summary.totalCruised < 50) throw new Error(`only ${output.summary.totalCruised} modules were read`);
  return output.summary.violations.map((v) => `${v.rule.name}: ${v.from} -> ${v.to}`);
}

test("imports run emulator -> kernel -> system -> web, toolchain beside kernel, without circles", async () => {
  expect(await violations(FOLDERS)).toEqual([]);
});
