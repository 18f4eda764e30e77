/**
 * The build, in the order in which one thing needs another:
 *
 *   grammars   .ohm files            -> toolchain/generated/*.ts
 *   stubs      kernel/abi.ts         -> dist/gen/libc        (system-call stubs in assembly)
 *   sysroot    libc/, programs/      -> dist/sysroot, dist/rootfs.tar   (with our own compiler)
 *   cli        system/cli/main.ts    -> dist/cli.mjs
 *   web        web/                  -> dist/web
 *
 * Every step is skipped when nothing that it reads has changed.
 */
import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { fail, root } from "./setup.mjs";

export const dist = join(root, "dist");
const sourceFolders = ["emulator", "kernel", "toolchain", "system", "web", "libc", "programs", "build"];
const stampFile = join(dist, ".built");

/** One digest over names, sizes and times of change of all that the build reads. */
function fingerprint() {
  const hash = createHash("sha256");
  const visit = (folder) => {
    for (const entry of readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) {
        if (entry.name !== "generated") visit(path);
      } else {
        const { size, mtimeMs } = statSync(path);
        hash.update(`${relative(root, path)} ${size} ${mtimeMs}\n`);
      }
    }
  };
  for (const folder of sourceFolders) visit(join(root, folder));
  hash.update(readFileSync(join(root, "package-lock.json")));
  return hash.digest("hex");
}

/** True when dist/ was built from the sources as they stand. */
export function isUpToDate() {
  return existsSync(stampFile) && readFileSync(stampFile, "utf8") === fingerprint();
}

async function bundleCli() {
  const { build } = await import("esbuild");
  await build({
    absWorkingDir: root,
    entryPoints: ["system/cli/main.ts"],
    outfile: "dist/cli.mjs",
    bundle: true,
    platform: "node",
    target: "node20",
    format: "esm",
    sourcemap: "linked",
    logLevel: "warning",
    // commander is CommonJS inside; ESM bundles need a require for it.
    banner: {
      js: 'import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);',
    },
  });
}

async function bundleWeb() {
  const { build } = await import("esbuild");
  const out = join(dist, "web");
  mkdirSync(out, { recursive: true });
  await build({
    absWorkingDir: root,
    entryPoints: { main: "web/main.ts", worker: "web/worker.ts", style: "web/style/main.css" },
    outdir: out,
    bundle: true,
    platform: "browser",
    target: "es2022",
    format: "esm",
    minify: true,
    sourcemap: "linked",
    logLevel: "warning",
    loader: { ".woff2": "file", ".svg": "file" },
  });
  cpSync(join(root, "web", "static"), out, { recursive: true });
  cpSync(join(dist, "rootfs.tar"), join(out, "rootfs.tar"));
}

/**
 * Builds everything that is out of date.
 * @param {{ log?: (line: string) => void, force?: boolean }} [options] `log` gets one line a step.
 */
export async function buildAll({ log = () => {}, force = false } = {}) {
  if (!force && isUpToDate()) return;
  mkdirSync(dist, { recursive: true });
  const step = async (name, work) => {
    const started = performance.now();
    await work();
    log(`${name} (${((performance.now() - started) / 1000).toFixed(1)} s)`);
  };
  try {
    await step("grammars", async () => (await import("./grammars.mjs")).buildGrammars({ root }));
    await step("system-call stubs", async () =>
      (await import("./stubs.mjs")).buildStubs({ root, outDir: join(dist, "gen", "libc") }),
    );
    await step("libc and programs, compiled by our own compiler", async () =>
      (await import("./sysroot.mjs")).buildSysroot({ root, outDir: dist, log }),
    );
    await step("command line", bundleCli);
    await step("web page", bundleWeb);
  } catch (error) {
    fail(
      `the build failed: ${error.message}`,
      "the message above names file and line; run the same command again once it is corrected.",
    );
  }
  writeFileSync(stampFile, fingerprint());
}

if (process.argv[1] === new URL(import.meta.url).pathname) {
  await buildAll({
    log: (line) => process.stderr.write(`faultline: built ${line}\n`),
    force: process.argv.includes("--force"),
  });
}
