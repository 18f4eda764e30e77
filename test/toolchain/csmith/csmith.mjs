/**
 * Differential testing: random programs from csmith, compiled by our compiler at -O0 and -O1 and by riscv64-unknown-elf-gcc, run under
 * qemu-riscv32, checksums compared.
 *
 *   node test/toolchain/csmith/csmith.mjs [first seed] [count] [folder for failures, default /tmp/csmith-failures]
 *
 * Prints one line for each disagreement and a summary; the exit status is the number of disagreements, 125 at most. Programs that run
 * longer than the limit under the reference compiler are skipped. The C library has no part in it: support functions are libgcc's.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, "../../..");
const GCC = "riscv64-unknown-elf-gcc";
const TARGET = ["-march=rv32ima", "-mabi=ilp32", "-nostdlib", "-ffreestanding"];
/** How long the reference may run; many programs of csmith never end. */
const RUN_LIMIT_MS = Number(process.env["FAULTLINE_CSMITH_LIMIT_MS"] ?? 4000);
/** Our code without optimisation may take this many times as long as the reference compiler's with it. */
const SLOWER = 6;

/** Varied by seed, so that each feature is tried with and without. */
const flavours = [
  [],
  ["--no-bitfields", "--max-funcs", "5"],
  ["--max-expr-complexity", "20", "--no-packed-struct"],
  ["--no-pointers", "--inline-function"],
  ["--max-block-depth", "3", "--max-array-dim", "2"],
  ["--no-structs", "--no-unions", "--max-funcs", "8"],
  ["--builtins", "--disable-builtin-kinds", "x86", "--no-argc", "--max-funcs", "6"],
  ["--no-volatiles", "--no-jumps", "--fixed-struct-fields", "--max-struct-fields", "14"],
  ["--no-volatile-pointers", "--no-const-pointers", "--max-pointer-depth", "4", "--max-array-len-per-dim", "5"],
  ["--no-longlong", "--no-math64", "--union-read-type-sensitive"],
  ["--float", "--strict-float", "--max-funcs", "5"],
  ["--random-random", "--max-funcs", "6"],
  ["--no-muls", "--no-divs", "--max-block-size", "3"],
  ["--int8", "--uint8", "--no-embedded-assigns", "--no-comma-operators", "--no-arrays"],
  ["--packed-struct", "--bitfields", "--max-struct-fields", "12", "--fixed-struct-fields"],
  ["--bitfields", "--longlong", "--no-divs", "--max-funcs", "4"],
  ["--builtins", "--disable-builtin-kinds", "x86", "--builtin-function-prob", "60", "--longlong", "--math64"],
  ["--float", "--packed-struct", "--max-union-fields", "8"],
  ["--float", "--builtins", "--disable-builtin-kinds", "x86", "--inline-function", "--inline-function-prob", "100"],
  ["--max-array-dim", "5", "--max-array-len-per-dim", "3", "--max-block-depth", "7", "--jumps"],
];

export async function loadDriver() {
  const folder = mkdtempSync(join(tmpdir(), "csmith-driver-"));
  const outfile = join(folder, "driver.mjs");
  const options = { absWorkingDir: root, entryPoints: ["toolchain/driver.ts"], bundle: true, format: "esm", outfile };
  await build({ ...options, platform: "neutral", mainFields: ["module", "main"], logLevel: "error" });
  const driver = await import(pathToFileURL(outfile).href);
  rmSync(folder, { recursive: true });
  return driver;
}

const host = {
  readFile: (path) => (existsSync(path) ? new Uint8Array(readFileSync(path)) : null),
  writeFile: (path, bytes, isExecutable) => {
    writeFileSync(path, bytes, { mode: isExecutable ? 0o755 : 0o644 });
    return null;
  },
  sysroot: "/nonexistent",
};

function run(program, limitMs) {
  const result = spawnSync("qemu-riscv32", [program], { encoding: "utf8", timeout: limitMs });
  if (result.error?.code === "ETIMEDOUT") return { kind: "timeout" };
  if (result.signal !== null) return { kind: "crash", text: result.signal };
  return { kind: "done", text: `${result.stdout} exit ${result.status}` };
}

/** Compares one seed. Returns "agree", "skip" or what went wrong. */
export function compareSeed(driver, seed, folder) {
  const source = join(folder, `${seed}.c`);
  const flavour = flavours[seed % flavours.length];
  const made = spawnSync("csmith", ["--seed", String(seed), ...flavour, "-o", source], {
    cwd: folder, // where it leaves a file platform.info
    encoding: "utf8",
    timeout: 10_000,
  });
  if (made.status !== 0) return "skip";
  // The reference uses volatile and packed exactly as we do; csmith's own header is replaced by ours.
  const reference = join(folder, `${seed}.gcc`);
  const runtime = join(folder, "runtime.o");
  const include = `-I${here}`;
  const gcc = spawnSync(
    GCC,
    [...TARGET, "-w", "-O1", "-Wl,--no-relax", include, source, runtime, "-lgcc", "-o", reference],
    {
      encoding: "utf8",
    },
  );
  if (gcc.status !== 0) return `reference compiler failed: ${gcc.stderr.slice(0, 200)}`;
  const expected = run(reference, RUN_LIMIT_MS);
  if (expected.kind !== "done") return "skip";
  const libgcc = libgccPath();
  for (const level of ["-O0", "-O1"]) {
    const ours = join(folder, `${seed}${level}`);
    let result;
    try {
      result = driver.cc([level, "-w", "-nostdlib", "-nostdinc", include, source, runtime, libgcc, "-o", ours], host);
    } catch (error) {
      return `${level}: compiler threw: ${error.stack.split("\n").slice(0, 4).join(" | ")}`;
    }
    if (result.status !== 0) return `${level}: ${result.stderr.split("\n").slice(0, 3).join(" | ")}`;
    const actual = run(ours, RUN_LIMIT_MS * SLOWER);
    if (actual.text !== expected.text)
      return `${level}: expected ${expected.text?.trim()}, got ${actual.kind} ${actual.text?.trim()}`;
  }
  return "agree";
}

let libgccFile = null;
function libgccPath() {
  libgccFile ??= execFileSync(GCC, [...TARGET, "-print-libgcc-file-name"], { encoding: "utf8" }).trim();
  return libgccFile;
}

/** Compiles the runtime into the folder. */
export function prepare(folder) {
  mkdirSync(folder, { recursive: true });
  execFileSync(GCC, [...TARGET, "-O1", "-c", join(here, "runtime.c"), "-o", join(folder, "runtime.o")]);
}

export async function compareSeeds(first, count, failures, log) {
  const driver = await loadDriver();
  const folder = mkdtempSync(join(tmpdir(), "csmith-"));
  prepare(folder);
  const totals = { agree: 0, skip: 0, failed: [] };
  for (let seed = first; seed < first + count; seed++) {
    const outcome = compareSeed(driver, seed, folder);
    if (outcome === "agree" || outcome === "skip") totals[outcome]++;
    else {
      totals.failed.push(seed);
      log(`seed ${seed}: ${outcome}`);
      if (failures !== null) {
        mkdirSync(failures, { recursive: true });
        writeFileSync(join(failures, `${seed}.c`), readFileSync(join(folder, `${seed}.c`)));
      }
    }
    for (const suffix of [".c", ".gcc", "-O0", "-O1"]) rmSync(join(folder, `${seed}${suffix}`), { force: true });
  }
  rmSync(folder, { recursive: true });
  return totals;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const [first = "1", count = "100", failures = "/tmp/csmith-failures"] = process.argv.slice(2);
  const totals = await compareSeeds(Number(first), Number(count), failures, console.log);
  console.log(`${totals.agree} agree, ${totals.failed.length} differ, ${totals.skip} skipped (too slow)`);
  process.exitCode = Math.min(125, totals.failed.length);
}
