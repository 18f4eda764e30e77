/**
 * Quality and speed of the compiler.
 *
 *   npm run bench -- compiler
 *
 * Instructions that the programs of test/bench/programs execute, counted by our interpreter, as compiled by us at -O1 and by
 * riscv64-unknown-elf-gcc at -O0 and -O1; the same linker, entry code and support functions for all. Then compile times.
 */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { cc } from "../../toolchain/driver.ts";
import { runFlat } from "../toolchain/c-run/flat-machine.ts";
import { diskHost, HERE, missingTools, Workshop } from "../toolchain/c-run/toolchain.ts";

const folder = join(dirname(fileURLToPath(import.meta.url)), "programs");
const programs = readdirSync(folder).filter((name) => name.endsWith(".c"));

/** Instructions of one program under each compiler; throws when outputs differ. */
function measure(workshop: Workshop, name: string): { ours: number; gcc0: number; gcc1: number } {
  const source = join(folder, name);
  const count = (object: string): { instructions: number; output: string } =>
    runFlat(new Uint8Array(readFileSync(workshop.link([object], `${name}.elf`))));
  const ours = count(workshop.ours(source, "ours.o", ["-O1"]));
  const gcc0 = count(workshop.reference(source, "gcc0.o", ["-O0"]));
  const gcc1 = count(workshop.reference(source, "gcc1.o", ["-O1"]));
  if (ours.output !== gcc1.output || gcc0.output !== gcc1.output)
    throw new Error(`${name}: outputs differ\n${ours.output}${gcc1.output}`);
  return { ours: ours.instructions, gcc0: gcc0.instructions, gcc1: gcc1.instructions };
}

const geometricMean = (values: readonly number[]): number =>
  Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);

function report(): void {
  const workshop = new Workshop();
  const rows = programs.map((name) => ({ name, ...measure(workshop, name) }));
  workshop.dispose();
  console.log("program          ours -O1    gcc -O0    gcc -O1   /O0   /O1");
  for (const { name, ours, gcc0, gcc1 } of rows) {
    const columns = [ours, gcc0, gcc1].map((value) => String(value).padStart(11)).join("");
    console.log(`${name.padEnd(14)}${columns}  ${(ours / gcc0).toFixed(2)}  ${(ours / gcc1).toFixed(2)}`);
  }
  const mean0 = geometricMean(rows.map((row) => row.ours / row.gcc0));
  const mean1 = geometricMean(rows.map((row) => row.ours / row.gcc1));
  console.log(`geometric mean: ${mean0.toFixed(3)} of gcc -O0, ${mean1.toFixed(3)} of gcc -O1`);
}

/** Milliseconds of CPU for one compilation to an object, once warm. */
function compileMilliseconds(name: string, rounds: number): number {
  const host = { ...diskHost(), writeFile: () => null };
  const once = (): number => {
    const before = process.cpuUsage();
    cc(["-O1", "-w", "-nostdinc", `-I${HERE}`, "-c", join(folder, name), "-o", "x.o"], host);
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1000;
  };
  return Math.min(...Array.from({ length: rounds }, once));
}

export async function run(smoke: boolean): Promise<void> {
  if (missingTools === undefined) report();
  else console.log(`instruction counts skipped: ${missingTools}`);
  for (const name of ["sha256.c", "interpreter.c"]) {
    console.log(`compile ${name}: ${compileMilliseconds(name, smoke ? 3 : 30).toFixed(1)} ms of CPU, best`);
  }
}
