/**
 * `npm run typecheck`: each of the four TypeScript configurations, by the native compiler of TypeScript 7, which takes a
 * seventh of the processor time of version 6. Version 6 stays for dependency-cruiser, which parses by its JavaScript API.
 */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { root } from "./setup.mjs";

const compiler = join(root, "node_modules", "typescript-7", "bin", "tsc");
const failed = ["tsconfig.json", "tsconfig.node.json", "tsconfig.web.json", "tsconfig.worker.json"].filter(
  (configuration) =>
    spawnSync(process.execPath, [compiler, "-p", configuration], { cwd: root, stdio: "inherit" }).status !== 0,
);
process.exit(failed.length === 0 ? 0 : 1);
