/**
 * The build, in the order in which one thing needs another:
 *
 *   grammars   .ohm files            -> toolchain/generated/*.ts
 *   stubs      kernel/abi.ts         -> dist/gen/libc        (system-call stubs in assembly)
 *   sysroot    libc/, programs/      -> dist/sysroot, dist/rootfs.tar   (with our own compiler)
 *   cli        system/cli/           -> dist/cli.cjs, and dist/cli/ (its two programs and V8's compiled form of them)
 *   web        web/                  -> dist/web
 *
 * Every step is skipped when nothing that it reads has changed.
 */
import { cpSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { bundleCommandLine } from "./command-line.mjs";
import { isUpToDate, recordBuild, sourcesNow } from "./freshness.cjs";
import { fail, root } from "./setup.mjs";

export const dist = join(root, "dist");

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
  const sources = sourcesNow();
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
    await step("command line", () => bundleCommandLine({ root, outDir: dist }));
    await step("web page", bundleWeb);
  } catch (error) {
    fail(
      `the build failed: ${error.message}`,
      "the message above names file and line; run the same command again once it is corrected.",
    );
  }
  recordBuild(sources);
}

if (process.argv[1] === new URL(import.meta.url).pathname) {
  await buildAll({
    log: (line) => process.stderr.write(`faultline: built ${line}\n`),
    force: process.argv.includes("--force"),
  });
}
