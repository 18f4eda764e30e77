/** `npm test`: installs when needed, builds when needed, then runs the tests; further arguments go to vitest. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { buildAll } from "./build.mjs";
import { ensureInstalled, root } from "./setup.mjs";

ensureInstalled();
await buildAll({ log: (line) => process.stderr.write(`faultline: built ${line}\n`) });
const vitest = join(root, "node_modules", "vitest", "vitest.mjs");
const result = spawnSync(process.execPath, [vitest, "run", ...process.argv.slice(2)], { cwd: root, stdio: "inherit" });
process.exit(result.status ?? 1);
