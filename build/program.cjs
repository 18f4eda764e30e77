/**
 * Loads a bundled program of the command line: dist/cli/main.cjs or tools.cjs and, beside it, the code cache that build/command-line.mjs made of it.
 *
 * The cache is V8's compiled form of the functions that compiling and running a program needs; with it a short run need not parse and compile them
 * again. V8 itself rejects a cache that another version of V8 or other flags made; then, and when there is none, the program is simply
 * compiled from its source.
 */
const { readFileSync } = require("node:fs");
const { join } = require("node:path");
const { Script } = require("node:vm");

/**
 * The program `name` in `folder`, not yet run: its script, whose value is a function in the form of a CommonJS module, and the file name of the cache that
 * belongs to it.
 */
function readProgram(folder, name) {
  const filename = join(folder, `${name}.cjs`);
  // The bundle is ASCII; latin1 is read without decoding.
  const source = readFileSync(filename, "latin1");
  // Its first line names the cache that was made from just this text: `/* NAME */`, and begins the function.
  const cacheFile = join(folder, source.slice(3, source.indexOf(" */")));
  let cachedData;
  try {
    cachedData = readFileSync(cacheFile);
  } catch {
    // There is none: an interrupted build, or one that is still at it.
  }
  const script = new Script(source, { filename, cachedData });
  return { filename, cacheFile, script };
}

/** Runs a program that was read: what it exports. */
function startProgram({ filename, script }) {
  const module = { exports: {} };
  script.runInThisContext()(module, require, filename);
  return module.exports;
}

module.exports = { readProgram, startProgram };
