/** A person with the debugger's panel: back to a fault, through it and out again, along the run, and on. */
import { AxeBuilder } from "@axe-core/playwright";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Console, openConsole, reasonToSkip } from "./chromium.ts";
import { hash, openDebugger, seek, settled, status } from "./debugging.ts";
import { hasLine, hasPrompt, openPage, run, waitForScreen } from "./screen.ts";

describe.skipIf(reasonToSkip() !== "")("the debugger in Chromium", () => {
  let console_: Console;
  let page: Page;
  const problems: string[] = [];

  beforeAll(async () => {
    console_ = await openConsole();
    page = await openPage(console_, problems);
    await run(page, "first-touch", hasLine("on the second"));
    await openDebugger(page);
    await page.keyboard.press("F8");
    await settled(page);
  });

  afterAll(async () => {
    await console_?.close();
    expect(problems).toEqual([]);
  });

  const pressed = async (key: string): Promise<string> => {
    await page.keyboard.press(key);
    await settled(page);
    return status(page);
  };
  const chosen = () => page.textContent(".step[aria-selected='true'] .title");
  const pte = async (): Promise<string> => {
    await page.waitForFunction("!document.querySelector('.fault-state dd').textContent.includes('…')");
    return (await page.textContent(".fault-state dd")) ?? "";
  };

  test("goes back to the faults of the touched pages, and the terminal shows what it showed then", async () => {
    // The last faults of the run are the shell's own and the program's end; the touches come before them.
    for (let i = 0; i < 12 && !(await status(page)).includes("main+"); i++) await pressed("Shift+F7");
    expect(await status(page)).toMatch(/^Page fault \(zero-fill\): first-touch \(pid \d+\) is about to store to 0x/);
    await waitForScreen(page, (lines) => lines.at(-1)!.startsWith("after it, nothing touched"));
    expect(await page.textContent("#state")).toBe("in the past");
    expect(await page.textContent(".past-note")).toContain("begins a new future");
  });

  test("shows the instruction that faults between the lines of its source", async () => {
    const code = await page.$$eval(".code-lines li", (rows) => rows.map((row) => row.textContent ?? ""));
    const here = (await page.textContent(".code-lines [aria-current]")) ?? "";
    expect(here).toMatch(/sb a\d,0\(a\d\)/);
    expect(code.some((line) => line.includes("for (size_t at = 0; at < bytes; at += PAGE_BYTES)"))).toBe(true);
    expect(await page.textContent(".calls li")).toMatch(/^main first-touch\.c:\d+$/);
  });

  test("the microscope is walked to the end of the fault and back by arrow keys, with the state of each step", async () => {
    await page.focus(".step[tabindex='0']");
    const titles: string[] = [];
    const ptes: string[] = [];
    const count = await page.locator(".step").count();
    for (let i = 0; i < count; i++) {
      titles.push((await chosen()) ?? "");
      ptes.push(await pte());
      await page.keyboard.press("ArrowDown");
    }
    // The story of a first touch (ARCHITECTURE.md), in its order.
    const order = [
      /sb a/,
      /TLB miss/,
      /level 1/,
      /level 0/,
      /trap: scause 15/,
      /area 0x/,
      /decision/,
      /zeroed list/,
      /writes the PTE/,
      /sfence/,
      /sret/,
      /TLB fill/,
      /retires/,
    ];
    let at = -1;
    for (const wanted of order) {
      at = titles.findIndex((title, i) => i > at && wanted.test(title));
      expect(at, `${wanted} in ${titles.join(" | ")}`).toBeGreaterThanOrEqual(0);
    }
    expect(ptes[0]).toContain("V=0");
    expect(ptes.at(-1)).toContain("V=1");
    for (let i = count - 2; i >= 0; i--) {
      await page.keyboard.press("ArrowUp");
      expect(await chosen()).toBe(titles[i]);
      expect(await pte()).toBe(ptes[i]);
    }
    await page.keyboard.press("End");
    expect(await chosen()).toMatch(/retires/);
    await page.click(".step >> nth=1");
    expect(await chosen()).toMatch(/TLB miss/);
  });

  test("a step and a step back return to the same state", async () => {
    const before = await hash(page);
    await pressed("F11");
    const after = await hash(page);
    expect(after.instret).toBe(before.instret + 1);
    expect(after.hash).not.toBe(before.hash);
    await pressed("Shift+F11");
    expect(await hash(page)).toEqual(before);
    await page.click("[aria-label='Step over calls']");
    await settled(page);
    await pressed("Shift+F10");
    expect(await hash(page)).toEqual(before);
  });

  test("steps by line, and the choice is kept", async () => {
    const line = async () => Number(/, line (\d+)/.exec(await status(page))?.[1]);
    await page.selectOption("[aria-label='Step by']", "line");
    const from = await line();
    for (let i = 0; i < 4; i++) await pressed("F10");
    expect(await line()).not.toBe(from);
    await page.selectOption("[aria-label='Step by']", "instruction");
  });

  test("the run is dragged along, and its ends are where they are", async () => {
    const box = (await page.locator("#run-slider").boundingBox())!;
    await page.mouse.move(box.x + box.width * 0.7, box.y + box.height / 2);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2, { steps: 8 });
    await page.mouse.up();
    await settled(page);
    const { instret } = await hash(page);
    const end = Number(await page.getAttribute("#run-slider", "max"));
    expect(instret / end).toBeGreaterThan(0.45);
    expect(instret / end).toBeLessThan(0.55);
    await page.focus("#run-slider");
    await pressed("Home");
    expect((await hash(page)).instret).toBe(0);
    await pressed("ArrowRight");
    expect((await hash(page)).instret).toBe(Math.round(end / 200));
  });

  test("any place is the same however one comes to it", async () => {
    const end = Number(await page.getAttribute("#run-slider", "max"));
    const places = [0.9, 0.2, 0.6].map((part) => Math.round(end * part));
    const first = new Map<number, string>();
    for (const place of [...places, ...places.reverse(), places[1]]) {
      await seek(page, place);
      const { hash: found, instret } = await hash(page);
      expect(instret).toBe(place);
      expect(found).toBe(first.get(place) ?? found);
      first.set(place, found);
    }
  });

  test("returns to live, where typing goes on", async () => {
    await page.click("text=Return to live");
    await page.waitForFunction("document.querySelector('#state').textContent === 'waiting for input'");
    await page.focus(".xterm-helper-textarea");
    await run(page, "echo still-$((40 + 2))", hasLine("still-42"));
  });

  let promptInstret = 0;

  test("beyond the end of the run, the next fault is waited for", async () => {
    promptInstret = (await hash(page)).instret;
    await page.keyboard.press("F7");
    await page.waitForFunction("document.querySelector('.debug-status').textContent.startsWith('Running until')");
    await page.keyboard.type("hello\r");
    await page.waitForFunction("document.querySelector('.debug-status').textContent.startsWith('Page fault')");
    await settled(page);
    expect(await page.isVisible(".steps")).toBe(true);
    await page.keyboard.press("F8");
    await waitForScreen(page, (lines) => hasPrompt(lines) && lines.at(-2)!.toLowerCase().includes("hello"));
  });

  test("typing in the past begins a new future, and the old one can be gone back to", async () => {
    await page.keyboard.press("F8");
    await settled(page);
    const old = await hash(page);
    // Back to the prompt at which `hello` had not been typed yet.
    await seek(page, promptInstret);
    let lines = await waitForScreen(page, (seen) => seen.at(-1) === "~ $ " && seen.at(-2) === "still-42");
    await page.focus(".xterm-helper-textarea");
    await page.keyboard.type("echo other-$((1 + 1))\r");
    await waitForScreen(page, hasLine("other-2"));
    expect(await status(page)).toMatch(/^A new future has begun at instruction \d+/);
    // While it runs, too.
    await page.waitForSelector(".futures:not([hidden])");
    await page.keyboard.press("F8");
    await settled(page);
    await page.selectOption("[aria-label='Futures that were left']", "0");
    await page.waitForFunction("document.querySelector('.debug-status').textContent.startsWith('The other future')");
    await settled(page);
    expect(await hash(page)).toEqual(old);
    lines = await waitForScreen(page, hasPrompt);
    expect(lines.some((line) => line.includes("other-2"))).toBe(false);
    expect(lines.at(-2)!.toLowerCase()).toContain("hello");
    await page.keyboard.press("F8");
  });

  test("a program that was compiled here with -g shows its source, and a crash is walked back from", async () => {
    await page.focus(".xterm-helper-textarea");
    await run(
      page,
      "echo 'int main(void) { int *p = 0;' > w.c; echo '  *p = 7;' >> w.c; echo '  return 0; }' >> w.c",
      hasPrompt,
    );
    await run(page, "cc -g -o w w.c; ./w", hasLine("segmentation fault"));
    for (let i = 0; i < 8 && !(await status(page)).includes("segv"); i++) await pressed("Shift+F7");
    expect(await status(page)).toMatch(/Page fault \(segv\): w \(pid \d+\) is about to store to 0x00000000/);
    const source = await page.$$eval(".code-lines .source", (rows) => rows.map((row) => row.textContent ?? ""));
    expect(source.some((text) => text.includes("*p = 7;"))).toBe(true);
    await page.keyboard.press("Shift+F8");
  });

  test("a long run is gone through without holding up the page, and the way can be given up", async () => {
    await page.focus(".xterm-helper-textarea");
    await page.keyboard.type("spin\r");
    await page.waitForTimeout(2500);
    await page.keyboard.press("F8");
    await settled(page);
    const end = Number(await page.getAttribute("#run-slider", "max"));
    await seek(page, Math.round(end / 3));
    expect((await hash(page)).instret).toBe(Math.round(end / 3));
    // Out of main, which never returns.
    await page.keyboard.press("F9");
    await page.click(".busy button");
    await settled(page);
    expect(await status(page)).toMatch(/^Given up on the way/);
    expect(await page.isVisible(".busy")).toBe(false);
    await page.keyboard.press("Shift+F8");
    await page.focus(".xterm-helper-textarea");
    await page.keyboard.press("Control+c");
    await waitForScreen(page, (lines) => hasLine("^C")(lines) && hasPrompt(lines));
  });

  test("the panel is open again after a reload", async () => {
    await page.reload();
    await waitForScreen(page, hasPrompt);
    expect(await page.isVisible("#debugger")).toBe(true);
    await page.keyboard.press("F8");
    await settled(page);
    expect(await status(page)).toMatch(/Instruction \d+/);
  });

  for (const colorScheme of ["dark", "light"] as const) {
    test(`axe finds nothing to mend in the panel (${colorScheme})`, async () => {
      const context = await console_.browser.newContext({ viewport: { width: 1280, height: 800 }, colorScheme });
      const other = await context.newPage();
      await other.goto(console_.address);
      await waitForScreen(other, hasPrompt);
      const check = async () =>
        (await new AxeBuilder({ page: other }).exclude(".xterm-rows").analyze()).violations.map(
          (v) => `${v.id}: ${v.nodes.map((n) => n.target).join(", ")}`,
        );
      await openDebugger(other);
      expect(await check()).toEqual([]);
      await other.keyboard.press("Shift+F7");
      await settled(other);
      expect(await other.isVisible(".steps")).toBe(true);
      expect(await check()).toEqual([]);
      await context.close();
    });
  }

  for (const [name, width, height] of [
    ["laptop", 1280, 800],
    ["phone", 390, 844],
    ["projector", 1024, 768],
  ] as const) {
    test(`terminal, slider and steps are in sight, and nothing sticks out, at ${width} × ${height} (${name})`, async () => {
      const context = await console_.browser.newContext({ viewport: { width, height }, hasTouch: name === "phone" });
      const other = await context.newPage();
      await other.goto(console_.address);
      await waitForScreen(other, hasPrompt);
      await openDebugger(other);
      await other.keyboard.press("Shift+F7");
      await settled(other);
      if (name !== "laptop") await other.click("[data-part='fault']");
      expect(await other.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(width);
      for (const part of ["#terminal", "#run-slider", ".step[aria-selected='true']"]) {
        const box = (await other.locator(part).boundingBox())!;
        expect(box.y, part).toBeGreaterThanOrEqual(0);
        expect(box.y + Math.min(box.height, 24), part).toBeLessThanOrEqual(height);
      }
      await context.close();
    });
  }
});
