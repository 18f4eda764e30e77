/**
 * Turns the grammars of the toolchain into parsers: toolchain/generated/<name>-grammar.ts for every row below.
 *
 * Deterministic, and quick when there is nothing to do: each output names the hash of what it was made from (grammar,
 * generator, options), and is left alone when that still fits. Run it directly or call `buildGrammars()`; returns the files written.
 */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");

/** Grammars by output name. `starts` are the rules that are asked for, by default all; `transparent` as in GenerateOptions; `tokens` names a module that exports `terminalCode(text)` for grammars that run over tokens. */
const GRAMMARS = [
  { name: "asm", grammar: "toolchain/asm/asm.ohm", starts: ["Line", "Expression"] },
  {
    name: "c",
    grammar: "toolchain/c/c.ohm",
    starts: ["External"],
    transparent: ["Expression", "Assignment", "Conditional", "Binary", "Postfix", "Statement"],
    tokens: "toolchain/c/tokens.ts",
  },
  { name: "condition", grammar: "system/debugger/condition.ohm" },
];

/** Files whose change makes every output stale. */
const GENERATOR = [
  ...["generate", "rules", "table", "token-sets"].map((name) => `toolchain/ohm/${name}.ts`),
  "build/grammars.mjs",
];

export async function buildGrammars() {
  const written = [];
  const stale = [];
  for (const row of GRAMMARS) {
    if (!existsSync(join(root, row.grammar))) continue;
    const inputs = [row.grammar, ...(row.tokens === undefined ? [] : [row.tokens]), ...GENERATOR];
    const hash = createHash("sha256");
    for (const path of inputs) hash.update(readFileSync(join(root, path)));
    const stamp = `// inputs ${hash.digest("hex").slice(0, 32)}\n`;
    const output = join(root, "toolchain/generated", `${row.name}-grammar.ts`);
    const text = existsSync(output) ? readFileSync(output, "utf8") : "";
    if (!text.startsWith(stamp)) stale.push({ ...row, stamp, output });
  }
  if (stale.length === 0) return written;
  const { generateParser } = await load("toolchain/ohm/generate.ts");
  for (const row of stale) {
    const options = {
      ...(row.starts === undefined ? {} : { starts: row.starts }),
      ...(row.transparent === undefined ? {} : { transparent: row.transparent }),
      ...(row.tokens === undefined ? {} : { tokens: (await load(row.tokens)).terminalCode }),
    };
    const source = row.stamp + generateParser(readFileSync(join(root, row.grammar), "utf8"), options);
    mkdirSync(dirname(row.output), { recursive: true });
    // Written under another name and renamed, so that a build running beside this one never sees half a file.
    const draft = `${row.output}.${process.pid}`;
    writeFileSync(draft, source);
    renameSync(draft, row.output);
    written.push(row.output);
  }
  return written;
}

/** Bundles a TypeScript module for this process and imports it. */
async function load(path) {
  const { build } = await import("esbuild");
  const outfile = join(root, "toolchain/generated", `.build-${process.pid}-${path.replace(/\W+/g, "-")}.mjs`);
  await build({
    entryPoints: [join(root, path)],
    outfile,
    bundle: true,
    platform: "node",
    format: "esm",
    external: ["ohm-js"],
    logLevel: "error",
  });
  try {
    return await import(pathToFileURL(outfile).href);
  } finally {
    rmSync(outfile, { force: true });
  }
}

if (process.argv[1] !== undefined && pathToFileURL(process.argv[1]).href === import.meta.url) {
  const written = await buildGrammars();
  for (const path of written) console.log(`wrote ${path.slice(root.length + 1)}`);
}
