/** A person at the page: types in the real terminal, reads the screen, looks at the strip, reloads. */
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Console, openConsole, reasonToSkip } from "./chromium.ts";
import { hasLine, hasPrompt, openPage, PROMPT, run, waitForScreen } from "./screen.ts";

describe.skipIf(reasonToSkip() !== "")("the console in Chromium", () => {
  let console_: Console;
  let page: Page;
  const problems: string[] = [];

  beforeAll(async () => {
    console_ = await openConsole();
    page = await openPage(console_, problems);
  });

  afterAll(async () => {
    await console_?.close();
    expect(problems).toEqual([]);
  });

  test("a prompt appears, and a typed program answers", async () => {
    const lines = await run(page, "hello", hasLine("ello"));
    expect(lines.some((line) => /hello/i.test(line) && !PROMPT.test(line.replace(/hello$/, "")))).toBe(true);
  });

  test("a pipeline of programs runs in the machine", async () => {
    await run(page, "echo one two three | wc -w", hasLine("3"));
  });

  test("Ctrl-C stops a program that spins, while the page stays fluid", async () => {
    await page.keyboard.type("spin\r");
    await page.waitForTimeout(300);
    // A page that a spinning program blocked would never come to draw these frames.
    await page.evaluate(`new Promise((resolve) => {
      let frames = 0;
      const tick = () => (++frames < 20 ? requestAnimationFrame(tick) : resolve());
      requestAnimationFrame(tick);
    })`);
    expect(await page.textContent("#state")).toBe("running");
    await page.keyboard.press("Control+c");
    await waitForScreen(page, (lines) => hasLine("^C")(lines) && hasPrompt(lines));
  });

  test("Ctrl-Z suspends a program, fg brings it back", async () => {
    await page.keyboard.type("spin\r");
    await page.waitForTimeout(300);
    await page.keyboard.press("Control+z");
    await waitForScreen(page, (lines) => hasLine("Stopped")(lines) && hasPrompt(lines));
    await page.keyboard.type("fg\r");
    await page.waitForTimeout(300);
    expect(await page.textContent("#state")).toBe("running");
    await page.keyboard.press("Control+c");
    await waitForScreen(page, hasPrompt);
  });

  test("a program that prints without end neither blocks the page nor outruns Ctrl-C", async () => {
    await page.keyboard.type("yes flood\r");
    await page.waitForTimeout(1500);
    await page.keyboard.press("Control+c");
    await waitForScreen(page, hasPrompt);
    await run(page, "echo still-here", hasLine("still-here"));
  });

  test("a wild pointer ends the program with a message that says where and why, and the shell goes on", async () => {
    await run(page, "clear", (lines) => lines.length === 1);
    const lines = await run(page, "segv", hasLine("[kernel]"));
    expect(lines.join(" ")).toMatch(/segv \(pid \d+\) is ended: .*0x/);
    await run(page, "echo on", hasLine("on"));
  });

  test("arrow up brings back the line before", async () => {
    await run(page, "echo remembered-$?", hasLine("remembered-"));
    await run(page, "clear", (lines) => lines.length === 1);
    await page.keyboard.press("ArrowUp");
    await page.keyboard.press("ArrowUp");
    await waitForScreen(page, hasLine("echo remembered-$?"));
    await page.keyboard.press("Control+c");
    await waitForScreen(page, hasPrompt);
  });

  test("C that is typed at the prompt is compiled in the page and runs", async () => {
    await run(page, "clear", (lines) => lines.length === 1);
    await run(
      page,
      "echo 'int main(void) { return 42; }' > /tmp/a.c; cc -o /tmp/a /tmp/a.c; /tmp/a; echo status-$?",
      hasLine("status-42"),
    );
  });

  test("the strip shows every frame exactly once", async () => {
    await run(page, "first-touch", hasPrompt);
    await page.waitForTimeout(300);
    const figures = await page.$$eval("[data-figure^='frames-']:not([data-figure='frames-total'])", (cells) =>
      cells.map((cell) => Number((cell as { textContent: string }).textContent.replaceAll(",", ""))),
    );
    expect(figures.reduce((sum, frames) => sum + frames, 0)).toBe(1024);
    expect(Number((await page.textContent("[data-figure='faults-zeroFill']"))!.replaceAll(",", ""))).toBeGreaterThan(0);
  });

  test("a file written at home and a line half typed are there after a reload", async () => {
    await run(page, "echo kept > /root/note", hasPrompt);
    await page.waitForTimeout(1500);
    await page.keyboard.type("cat /root/no");
    await waitForScreen(page, hasLine("cat /root/no"));
    await page.reload();
    await waitForScreen(page, hasLine("cat /root/no"));
    await page.keyboard.type("te");
    await page.keyboard.press("Enter");
    await waitForScreen(page, (lines) => lines.includes("kept") && hasPrompt(lines));
  });

  test("a wrong setting in the address is named, and the machine starts all the same", async () => {
    const other = await console_.browser.newPage();
    await other.goto(`${console_.address}?frames=lots&colour=red&swap=64`);
    await waitForScreen(other, hasPrompt);
    const notice = await other.textContent("#notice");
    expect(notice).toContain('not "lots"');
    expect(notice).toContain('"colour" is not a setting');
    expect(await other.textContent("[data-figure='swap']")).toContain("of 64 slots");
    await other.close();
  });
});
