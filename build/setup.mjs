/**
 * Makes a fresh clone usable with nothing but Node: checks Node's version and installs the packages of the lock file
 * when they are missing or older than it. Imports nothing but Node's own modules.
 */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The folder of the clone. */
export const root = dirname(dirname(fileURLToPath(import.meta.url)));

const OLDEST_NODE = 20;
const lockFile = join(root, "package-lock.json");
const stampFile = join(root, "node_modules", ".faultline-lock");

/** Prints what happened and what to do, and ends the process with status 1. */
export function fail(what, remedy) {
  process.stderr.write(`\nfaultline: ${what}\n  To mend it: ${remedy}\n`);
  process.exit(1);
}

/** Installs the locked packages unless that is done already. Prints progress to stderr. */
export function ensureInstalled() {
  const major = Number(process.versions.node.split(".")[0]);
  if (major < OLDEST_NODE) {
    fail(
      `Node ${process.versions.node} is too old; Faultline needs Node ${OLDEST_NODE} or newer.`,
      `install Node ${OLDEST_NODE} (https://nodejs.org) and run the same command again.`,
    );
  }
  const wanted = createHash("sha256").update(readFileSync(lockFile)).digest("hex");
  if (existsSync(stampFile) && readFileSync(stampFile, "utf8") === wanted) return;

  process.stderr.write("faultline: installing packages from package-lock.json (once, about a minute) …\n");
  const started = performance.now();
  const npm = process.platform === "win32" ? "npm.cmd" : "npm";
  const result = spawnSync(npm, ["ci", "--no-audit", "--no-fund", "--loglevel=error"], {
    cwd: root,
    stdio: ["ignore", "inherit", "inherit"],
    shell: process.platform === "win32",
  });
  if (result.error)
    fail(
      `npm could not be started (${result.error.message}).`,
      "install npm, which comes with Node, and run the same command again.",
    );
  if (result.status !== 0) {
    fail(
      `npm ci ended with status ${result.status}; its own message stands above.`,
      "check the network connection and free disk space, then run the same command again; `npm ci` in this folder repeats just this step.",
    );
  }
  writeFileSync(stampFile, wanted);
  process.stderr.write(`faultline: packages installed in ${((performance.now() - started) / 1000).toFixed(0)} s\n`);
}
