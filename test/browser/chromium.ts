/**
 * A served console and a headless Chromium for it. Without a browser the tests are skipped with the reason, unless
 * FAULTLINE_REQUIRE_TOOLS is set, as in CI, where a missing one is a failure.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { type Browser, chromium } from "playwright-core";

const CANDIDATES = [
  process.env["CHROMIUM"],
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
];

/** Path of a Chromium, or null. */
export const chromiumPath: string | null = CANDIDATES.find((path) => path !== undefined && existsSync(path)) ?? null;

/** Why browser tests are skipped, or "". Throws where they must not be. */
export function reasonToSkip(): string {
  if (chromiumPath !== null) return "";
  const reason = "no Chromium found: install the package chromium, or set CHROMIUM to its path";
  if (process.env["FAULTLINE_REQUIRE_TOOLS"] !== undefined) throw new Error(reason);
  process.stderr.write(`browser tests skipped: ${reason}\n`);
  return reason;
}

export interface Console {
  readonly browser: Browser;
  /** Address of the page, with a slash at the end. */
  readonly address: string;
  close(): Promise<void>;
}

/** Starts `npm start`'s server on a free port (or uses the one at FAULTLINE_ADDRESS), and the browser. */
export async function openConsole(): Promise<Console> {
  const root = join(import.meta.dirname ?? new URL(".", import.meta.url).pathname, "..", "..");
  const given = process.env["FAULTLINE_ADDRESS"];
  const server =
    given === undefined
      ? spawn(process.execPath, [join(root, "build", "start.mjs"), "--port", "0"], {
          cwd: root,
          stdio: ["ignore", "pipe", "inherit"],
        })
      : null;
  const address = server === null ? given! : await addressOf(server);
  const browser = await chromium.launch({
    executablePath: chromiumPath!,
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
  return {
    browser,
    address,
    async close() {
      await browser.close();
      server?.kill();
    },
  };
}

function addressOf(server: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = "";
    server.stdout!.on("data", (bytes: Buffer) => {
      text += bytes.toString();
      const found = /http:\/\/\S+\//.exec(text);
      if (found !== null) resolve(found[0]);
    });
    server.on("exit", (status) => reject(new Error(`the server ended with status ${status}: ${text}`)));
  });
}
