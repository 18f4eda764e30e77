/**
 * The command line: its two programs as one file each, dist/cli/main.cjs and tools.cjs (the compiler and its companions), with their code caches; and
 * dist/cli.cjs, which starts the right one. `node build/command-line.mjs FOLDER ROOT` is the process that makes the caches: it
 * runs typical commands, so that the functions they need are compiled, and has V8 write them down.
 */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { setFlagsFromString } from "node:v8";
import { readProgram, startProgram } from "./program.cjs";

/** The programs: entry points in system/cli, and names of the bundles. */
const PROGRAMS = ["main", "tools"];

/** @param {readonly string[]} tools names of commands */
const launcher = (tools) => `const { readProgram, startProgram } = require("../build/program.cjs");

const TOOLS = new Set(${JSON.stringify(tools)});

/** Carries out a command line; resolves to true when the process may be ended at once. */
module.exports = (argv) =>
  startProgram(readProgram(\`\${__dirname}/cli\`, TOOLS.has(argv[2]) ? "tools" : "main")).main(argv);

if (require.main === module) module.exports(process.argv);
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
  mkdirSync(folder, { recursive: true });
  const result = await build({
    absWorkingDir: root,
    entryPoints: Object.fromEntries(PROGRAMS.map((name) => [name, `system/cli/${name}.ts`])),
    outdir: folder,
    outExtension: { ".js": ".cjs" },
    bundle: true,
    platform: "node",
    target: "node20",
    format: "cjs",
    // Names stay, for the sake of stack traces.
    minifyWhitespace: true,
    minifySyntax: true,
    sourcemap: "linked",
    logLevel: "warning",
    write: false,
    define: { "import.meta.url": "bundleUrl" },
    banner: { js: 'const bundleUrl = require("node:url").pathToFileURL(__filename).href;' },
  });
  const output = (name) => result.outputFiles.find(({ path }) => path === join(folder, name)).text;
  for (const name of PROGRAMS) {
    const text = output(`${name}.cjs`);
    const cacheName = `${createHash("sha256").update(text).digest("hex").slice(0, 16)}.cache`;
    // One line more than the map knows of: the map counts from an empty line.
    writeWhole(join(folder, `${name}.cjs.map`), output(`${name}.cjs.map`).replace('"mappings": "', '"mappings": ";'));
    writeWhole(
      join(folder, `${name}.cjs`),
      `/* ${cacheName} */ (function (module, require, __filename) {\n${text}\n})`,
    );
  }
  writeWhole(join(outDir, "cli.cjs"), launcher(await toolNames(root)));
  const isOurs = (name) => PROGRAMS.some((program) => name === `${program}.cjs` || name === `${program}.cjs.map`);
  for (const name of readdirSync(folder)) if (!isOurs(name)) rmSync(join(folder, name));
  // Without the caches everything works, more slowly; so a failure to make them fails no build.
  spawnSync(process.execPath, [fileURLToPath(import.meta.url), folder, root], { stdio: "ignore" });
}

async function toolNames(root) {
  const { transformSync } = await import("esbuild");
  const { code } = transformSync(readFileSync(join(root, "system/cli/tool-names.ts"), "utf8"), { loader: "ts" });
  return Object.keys((await import(`data:text/javascript,${encodeURIComponent(code)}`)).TOOL_NAMES);
}

/** Commands that use what people's commands use; the functions that they call are cached. */
function typicalCommands(root, output) {
  const source = (name) => join(root, "programs", `${name}.c`);
  const sources = ["sort", "pmap", "printf", "blocks"].map(source);
  const options = ["-O1", "-Wall", "-I", join(root, "programs/lib"), "-o", output];
  return {
    main: [source("pmap"), source("hello")].map((file) => ["run", file]),
    tools: sources.map((file) => ["cc", ...options, file]),
  };
}

async function makeCaches(folder, root) {
  const programs = PROGRAMS.map((name) => ({ name, program: readProgram(folder, name) }));
  // V8 forgets compiled functions that are not used for a while. Which flags are set is part of the cache, hence the way back.
  setFlagsFromString("--no-flush-bytecode");
  const scratch = mkdtempSync(join(tmpdir(), "faultline-cache-"));
  const commands = typicalCommands(root, join(scratch, "out"));
  try {
    for (const { name, program } of programs) {
      const { main } = startProgram(program);
      for (const command of commands[name]) await main([process.execPath, "faultline", ...command]);
    }
  } finally {
    rmSync(scratch, { recursive: true });
  }
  setFlagsFromString("--flush-bytecode");
  for (const { program } of programs) writeWhole(program.cacheFile, program.script.createCachedData());
  process.exit(0);
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  await makeCaches(process.argv[2], process.argv[3]);
}
