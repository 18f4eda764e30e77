/**
 * `npm run bench [-- --smoke] [-- NAME…]`: bundles and runs test/bench/*.bench.ts, each of which exports
 * `run(smoke: boolean): Promise<void>` and prints a table with ratios to a named peer or engine measured in the same run.
 */
import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";
import { buildAll } from "./build.mjs";
import { ensureInstalled, fail, root } from "./setup.mjs";

ensureInstalled();
await buildAll({ log: (line) => process.stderr.write(`faultline: built ${line}\n`) });
const smoke = process.argv.includes("--smoke");
const wanted = process.argv.slice(2).filter((argument) => !argument.startsWith("-"));
const folder = join(root, "test", "bench");
const files = readdirSync(folder).filter(
  (name) => name.endsWith(".bench.ts") && (wanted.length === 0 || wanted.some((w) => name.startsWith(w))),
);
if (files.length === 0)
  fail(
    `no benchmark is called ${wanted.join(", ")}.`,
    `the benchmarks are ${readdirSync(folder)
      .map((f) => basename(f, ".bench.ts"))
      .join(", ")}`,
  );
const out = join(root, "dist", "bench");
mkdirSync(out, { recursive: true });

/** In a bundle every module would take the bundle's place for its own: each keeps the place of its source instead. */
const ownPlaces = {
  name: "own-places",
  setup(bundle) {
    bundle.onLoad({ filter: /[\\/]test[\\/].*\.ts$/ }, ({ path }) => ({
      contents: readFileSync(path, "utf8")
        .replaceAll("import.meta.url", JSON.stringify(pathToFileURL(path).href))
        .replaceAll("import.meta.dirname", JSON.stringify(dirname(path))),
      loader: "ts",
    }));
  },
};

for (const file of files.sort()) {
  const outfile = join(out, file.replace(/\.ts$/, ".mjs"));
  await build({
    absWorkingDir: root,
    entryPoints: [join("test", "bench", file)],
    outfile,
    bundle: true,
    platform: "node",
    target: "node20",
    format: "esm",
    logLevel: "warning",
    external: ["esbuild"],
    plugins: [ownPlaces],
    banner: {
      js: 'import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);',
    },
  });
  process.stdout.write(`\n# ${basename(file, ".bench.ts")}${smoke ? " (smoke)" : ""}\n`);
  const { run } = await import(pathToFileURL(outfile));
  await run(smoke);
}
