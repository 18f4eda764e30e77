/**
 * The command line as one file, dist/cli/program.cjs, with its code cache; and dist/cli.cjs, which starts it. `node build/command-line.mjs CACHE` is
 * the process that makes the cache: it runs typical commands, so that the functions they need are compiled, and has V8 write them down.
 */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { setFlagsFromString } from "node:v8";
import { readProgram, startProgram } from "./program.cjs";

const LAUNCHER = `const { readProgram, startProgram } = require("../build/program.cjs");

startProgram(readProgram(\`\${__dirname}/cli\`)).main(process.argv);
`;

/** A file that is complete whenever it is there: another process may be reading. */
function writeWhole(path, content) {
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, content);
  renameSync(draft, path);
}

/** @param {{ root: string, outDir: string }} options */
export async function bundleCommandLine({ root, outDir }) {
  const { build } = await import("esbuild");
  const folder = join(outDir, "cli");
  const result = await build({
    absWorkingDir: root,
    entryPoints: ["system/cli/main.ts"],
    outfile: join(folder, "program.cjs"),
    bundle: true,
    platform: "node",
    target: "node20",
    format: "cjs",
    sourcemap: "linked",
    logLevel: "warning",
    write: false,
    define: { "import.meta.url": "bundleUrl" },
    banner: { js: 'const bundleUrl = require("node:url").pathToFileURL(__filename).href;' },
  });
  mkdirSync(folder, { recursive: true });
  const [map, program] = ["program.cjs.map", "program.cjs"].map((name) =>
    result.outputFiles.find(({ path }) => path.endsWith(name)),
  );
  const cacheName = `${createHash("sha256").update(program.contents).digest("hex").slice(0, 16)}.cache`;
  // One line more than the map knows of: the map counts from an empty line.
  writeWhole(join(folder, "program.cjs.map"), map.text.replace('"mappings": "', '"mappings": ";'));
  writeWhole(
    join(folder, "program.cjs"),
    `/* ${cacheName} */ (function (module, require, __filename) {\n${program.text}\n})`,
  );
  writeWhole(join(outDir, "cli.cjs"), LAUNCHER);
  for (const name of readdirSync(folder)) if (name.endsWith(".cache")) rmSync(join(folder, name));
  // Without the cache everything works, more slowly; so a failure to make it fails no build.
  spawnSync(process.execPath, [fileURLToPath(import.meta.url), folder, root], { stdio: "ignore" });
}

/** Commands that use what people's commands use; the functions that they call are cached. */
function typicalCommands(root, output) {
  const program = (name) => join(root, "programs", `${name}.c`);
  return [
    ...["sort", "pmap", "printf", "blocks"].map((name) => [
      "cc",
      "-O1",
      "-Wall",
      "-I",
      join(root, "programs/lib"),
      program(name),
      "-o",
      output,
    ]),
    ["run", program("hello")],
  ];
}

async function makeCache(folder, root) {
  const program = readProgram(folder);
  if (program.script.cachedDataRejected === false) return;
  // V8 forgets compiled functions that are not used for a while. Which flags are set is part of the cache, hence the way back.
  setFlagsFromString("--no-flush-bytecode");
  const { main } = startProgram(program);
  const scratch = mkdtempSync(join(tmpdir(), "faultline-cache-"));
  try {
    for (const command of typicalCommands(root, join(scratch, "out")))
      await main([process.execPath, "faultline", ...command]);
  } finally {
    rmSync(scratch, { recursive: true });
  }
  setFlagsFromString("--flush-bytecode");
  writeWhole(program.cacheFile, program.script.createCachedData());
  process.exit(0);
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  await makeCache(process.argv[2], process.argv[3]);
}
