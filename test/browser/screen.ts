/** Reading and driving the terminal of the page from tests. */
import type { Page } from "playwright-core";
import type { Console } from "./chromium.ts";

/** A shell prompt at the end of a line. */
export const PROMPT = /[$#] ?$/;

/** What the terminal shows now, one string a line that is not empty. */
export const screen = (page: Page): Promise<string[]> =>
  page.evaluate("window.faultline.screenText().filter((line) => line !== '')");

/** Waits until the lines that are not empty satisfy the predicate; throws with the screen when they never do. */
export async function waitForScreen(
  page: Page,
  isThere: (lines: string[]) => boolean,
  milliseconds = 20_000,
): Promise<string[]> {
  const end = Date.now() + milliseconds;
  for (;;) {
    const lines = await screen(page);
    if (isThere(lines)) return lines;
    if (Date.now() > end) throw new Error(`the screen never showed it:\n${lines.join("\n")}`);
    await page.waitForTimeout(50);
  }
}

export const hasPrompt = (lines: string[]): boolean => PROMPT.test(lines.at(-1) ?? "");
export const hasLine =
  (text: string) =>
  (lines: string[]): boolean =>
    lines.some((line) => line.includes(text));

/** Types a command line and waits for what it should show, and for the next prompt. */
export async function run(page: Page, command: string, isThere: (lines: string[]) => boolean): Promise<string[]> {
  await page.keyboard.type(command);
  await page.keyboard.press("Enter");
  return waitForScreen(page, (lines) => isThere(lines) && hasPrompt(lines));
}

/** A page of the size of a laptop's with the shell's prompt in sight. Errors of the page go to `problems`. */
export async function openPage(served: Console, problems: string[]): Promise<Page> {
  const context = await served.browser.newContext({ viewport: { width: 1280, height: 800 } });
  const page = await context.newPage();
  page.on("pageerror", (error) => problems.push(error.message));
  page.on("console", (message) => {
    if (message.type() === "error") problems.push(message.text());
  });
  await page.goto(served.address);
  await waitForScreen(page, hasPrompt);
  return page;
}
