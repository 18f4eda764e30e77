/** Driving the debugger's panel from tests. */
import type { Page } from "playwright-core";
import type { Moment } from "../../system/machine.ts";

export async function openDebugger(page: Page): Promise<void> {
  await page.click("#open-debugger");
  await page.waitForSelector("#debugger:not([hidden])");
}

/** The machine's fingerprint and moment where it stands. Waits for what is under way. */
export const hash = (page: Page): Promise<Moment & { hash: string }> => page.evaluate("window.faultline.stateHash()");

/** Waits until the worker has done what it was asked, and the page has drawn it. */
export async function settled(page: Page): Promise<void> {
  await page.waitForTimeout(20);
  await hash(page);
  await page.evaluate("new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)))");
}

export const status = async (page: Page): Promise<string> => (await page.textContent(".debug-status")) ?? "";

/** As dragging the thumb to an instruction. */
export async function seek(page: Page, instret: number): Promise<void> {
  await page.$eval(
    "#run-slider",
    (slider, to) => {
      (slider as { value: string } & typeof slider).value = String(to);
      slider.dispatchEvent(new Event("input", { bubbles: true }));
    },
    instret,
  );
  await settled(page);
}
