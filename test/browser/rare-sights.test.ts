/** What is seldom there and must be seen when it is: page priorities on the standby list, guard faults, an option's setting. */
import { AxeBuilder } from "@axe-core/playwright";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { POLICY_NAMES } from "../../kernel/mm/replacement/policies.ts";
import { optionRows } from "../../system/options.ts";
import { type Console, openConsole, reasonToSkip } from "./chromium.ts";
import { openDebugger, settled, status } from "./debugging.ts";
import { hasLine, hasPrompt, openPage, run, waitForScreen } from "./screen.ts";

/** Reads seven new pages and gives up five of them (they get page priority 1), then waits. */
const COLD = [
  "#include <sys/mman.h>",
  "#include <unistd.h>",
  "int main(void) {",
  "  volatile char *p = mmap(0, 7 * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);",
  "  for (int i = 0; i < 7; i++) p[i * 4096];",
  "  return madvise((void *)p, 5 * 4096, MADV_COLD) == 0 ? pause() : 1;",
  "}",
];

const GUARD = [
  "#include <sys/virtualalloc.h>",
  "int main(void) {",
  "  char *p = VirtualAlloc(0, 4096, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE | PAGE_GUARD);",
  "  p[0] = 1;",
  "  return 0;",
  "}",
];

describe.skipIf(reasonToSkip() !== "")("rare sights in Chromium", () => {
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

  const compile = async (name: string, source: readonly string[]): Promise<void> => {
    const lines = source.map((line) => `'${line}'`).join(" ");
    await run(page, "clear", (screen) => screen.length === 1);
    await run(page, `printf '%s\\n' ${lines} > ${name}.c; cc -g -o ${name} ${name}.c; echo made-$?`, hasLine("made-0"));
  };
  const figure = (name: string) => page.textContent(`[data-figure='${name}']`);

  test("the standby list is shown by page priority as soon as one differs from 5", async () => {
    await compile("cold", COLD);
    expect(await page.isVisible(".priorities")).toBe(false);
    await run(page, "./cold &", hasLine("[1]"));
    await page.waitForSelector(".priorities:not([hidden])");
    const rows = await page.$$eval(".priorities tr", (found) =>
      found.map((row) => [...row.children].map((cell) => cell.textContent)),
    );
    expect(rows).toEqual([
      ["priority", "standby", "taken"],
      ["1", "5", "0"],
    ]);
    expect(await figure("frames-standby")).toBe("5");
    // A table with a name, whose cells a screen reader can place.
    expect(await page.getByRole("table", { name: "Standby by page priority" }).count()).toBe(1);
    expect(await page.getByRole("rowheader", { name: "1" }).count()).toBe(1);
    expect((await new AxeBuilder({ page }).include("#strip").analyze()).violations).toEqual([]);
    await run(page, "kill %1; wait; echo gone", hasLine("gone"));
    await page.waitForSelector(".priorities", { state: "hidden" });
  });

  test("a guard fault is a kind of its own: in the strip, along the run, in the microscope", async () => {
    await compile("guard", GUARD);
    expect(await figure("faults-guard")).toBe("0");
    await run(page, "./guard", hasLine("which it does not handle"));
    await page.waitForFunction("document.querySelector(\"[data-figure='faults-guard']\").textContent === '1'");
    expect(await figure("faults-segv")).toBe("0");
    await openDebugger(page);
    await page.keyboard.press("F8");
    await settled(page);
    const legend = page.getByRole("list", { name: "Page faults of the run, by kind" }).getByRole("listitem");
    expect(await legend.allTextContents()).toContain(" guard page 1");
    const colour = (kind: string) =>
      page.evaluate(`getComputedStyle(document.querySelector(".fault-legend .mark-${kind}")).color`);
    expect(await colour("guard")).not.toBe(await colour("file"));
    for (let i = 0; i < 8 && !(await status(page)).includes("guard"); i++) {
      await page.keyboard.press("Shift+F7");
      await settled(page);
    }
    expect(await status(page)).toMatch(/^Page fault \(guard\): guard \(pid \d+\) is about to store to 0x/);
    expect(await page.textContent(".fault .where b")).toMatch(/^Fault \d+ of \d+: guard$/);
    const steps = await page.$$eval(".step .title", (titles) => titles.map((title) => title.textContent));
    expect(steps).toContain("decision: a guard page (PAGE_GUARD): SIGSEGV, and from now on it is an ordinary page");
  });

  test("arrow keys walk the fault from a button of the panel, too", async () => {
    await page.focus(".run-button");
    await page.keyboard.press("ArrowDown");
    expect(await page.getAttribute(".step[data-step='1']", "aria-selected")).toBe("true");
    expect(await page.evaluate("document.activeElement.dataset.step")).toBe("1");
    await page.keyboard.press("Shift+F8");
    await page.click("#open-debugger");
  });

  test("every option of the command line that makes a machine has a field, and one that is chosen holds", async () => {
    await page.click("#open-settings");
    for (const { name, meaning } of optionRows(POLICY_NAMES)) {
      const label = (await page.textContent(`label[for='setting-${name}']`)) ?? "";
      expect(label.startsWith(name) && label.endsWith(`: ${meaning}`), label).toBe(true);
    }
    expect(await page.textContent("label[for='setting-watermarks']")).toContain("(MIN,LOW,HIGH)");
    await page.fill("#setting-swappiness", "201");
    await page.click("#settings .primary");
    expect(await page.textContent("#setting-swappiness-error")).toContain(
      "swappiness 201 is out of range: it takes 0 to 200",
    );
    await page.fill("#setting-swappiness", "10");
    await page.click("#settings .primary");
    await page.waitForFunction("location.search === '?swappiness=10'");
    await waitForScreen(page, (lines) => lines.length === 4 && hasPrompt(lines));
    await page.focus(".xterm-helper-textarea");
    await run(page, "cat /proc/sys/vm/swappiness", (lines) => lines.includes("10"));
  });

  test("what has the focus in the settings is never behind their buttons", async () => {
    await page.click("#open-settings");
    // Nor does a field show below them.
    const [dialog, actions] = await Promise.all(
      ["#settings", "#settings .actions"].map((part) => page.locator(part).boundingBox()),
    );
    expect(dialog!.y + dialog!.height - (actions!.y + actions!.height)).toBeLessThan(3);
    const fields = await page.locator("#settings [id^='setting-'][name]").count();
    for (let i = 0; i < fields + 3; i++) {
      const [bottom, top] = await page.evaluate<number[]>(
        "[document.activeElement, document.querySelector('#settings .actions')].map((e, i) => e.getBoundingClientRect()[i === 0 ? 'bottom' : 'top'])",
      );
      expect(bottom, `field ${i}`).toBeLessThanOrEqual(top);
      await page.keyboard.press("Tab");
    }
    await page.keyboard.press("Escape");
  });
});
