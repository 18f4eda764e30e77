/** A few random programs on every test run; `node test/toolchain/csmith/csmith.mjs` runs as many as one has time for. */
import { spawnSync } from "node:child_process";
import { tmpdir } from "node:os";
import { expect, test } from "vitest";
import { missingTools } from "../c-run/toolchain.ts";
import { compareSeeds } from "./csmith.mjs";

// Even asked for its version, csmith leaves a file platform.info where it runs.
const hasCsmith = spawnSync("csmith", ["--version"], { cwd: tmpdir() }).status === 0;
if (!hasCsmith) console.warn("skipped: apt-get install csmith");

test.skipIf(!hasCsmith || missingTools !== undefined)(
  "programs from csmith compute the reference compiler's checksums",
  async () => {
    const first = Number(process.env["FAULTLINE_SEED"] ?? 1 + (Date.now() % 1_000_000));
    const notes: string[] = [`first seed ${first}`];

    const totals = await compareSeeds(first, 6, null, (line: string) => notes.push(line));

    expect(totals.failed, notes.join("\n")).toEqual([]);
    expect(totals.agree).toBeGreaterThan(0);
  },
  120_000,
);
