/** The page for people who do not use a mouse, do not see it, use a phone, or sit at the back of a lecture hall. */
import { AxeBuilder } from "@axe-core/playwright";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Console, openConsole, reasonToSkip } from "./chromium.ts";
import { hasPrompt, waitForScreen } from "./screen.ts";

describe.skipIf(reasonToSkip() !== "")("the page is accessible", () => {
  let console_: Console;

  beforeAll(async () => {
    console_ = await openConsole();
  });
  afterAll(async () => {
    await console_?.close();
  });

  for (const colorScheme of ["dark", "light"] as const) {
    test(`axe finds nothing to mend on the page and in its settings (${colorScheme})`, async () => {
      const context = await console_.browser.newContext({ viewport: { width: 1280, height: 800 }, colorScheme });
      const page = await context.newPage();
      await page.goto(console_.address);
      await waitForScreen(page, hasPrompt);
      // xterm draws the screen in its own elements; its text reaches a screen reader by its own live region.
      const check = async () =>
        (await new AxeBuilder({ page }).exclude(".xterm-rows").analyze()).violations.map(
          (v) => `${v.id}: ${v.nodes.map((n) => n.target).join(", ")}`,
        );
      expect(await check()).toEqual([]);
      await page.click("#open-settings");
      expect(await check()).toEqual([]);
      await context.close();
    });
  }

  test("F6 leads out of the terminal and back, and Tab walks the buttons", async () => {
    const page = await console_.browser.newPage();
    await page.goto(console_.address);
    await waitForScreen(page, hasPrompt);
    const focused = () => page.evaluate("document.activeElement.id || document.activeElement.className");
    expect(await focused()).toContain("xterm");
    await page.keyboard.press("F6");
    expect(await focused()).toBe("pause");
    await page.keyboard.press("Tab");
    expect(await focused()).toBe("restart");
    await page.keyboard.press("F6");
    expect(await focused()).toContain("xterm");
    await page.close();
  });

  for (const [name, width, height] of [
    ["laptop", 1280, 800],
    ["phone", 390, 844],
    ["projector", 1024, 768],
  ] as const) {
    test(`nothing sticks out sideways, and a prompt is in sight, at ${width} × ${height} (${name})`, async () => {
      const page = await console_.browser.newPage({ viewport: { width, height }, hasTouch: name === "phone" });
      await page.goto(console_.address);
      await waitForScreen(page, hasPrompt);
      expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(width);
      const box = (await page.locator("#terminal").boundingBox())!;
      expect(box.y + 60).toBeLessThan(height);
      expect(box.width).toBeGreaterThan(width * 0.5);
      await page.close();
    });
  }
});
