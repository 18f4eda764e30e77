/** Before any test: everything that is generated or compiled is up to date, so that `npx vitest` works by itself too. */
import { buildAll } from "../build/build.mjs";

export default async function setup(): Promise<void> {
  await buildAll({ log: (line: string) => process.stderr.write(`faultline: built ${line}\n`) });
}
