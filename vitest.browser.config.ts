import { defineConfig } from "vitest/config";

/** Tests that drive the page in headless Chromium (test/browser). They need a browser: see test/browser/chromium.ts. */
export default defineConfig({
  test: {
    include: ["test/browser/**/*.test.ts"],
    globalSetup: ["test/global-setup.ts"],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    fileParallelism: false,
  },
});
