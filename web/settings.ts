/**
 * Settings of machine and page: read from the address (a share link), checked by the same rows as the command line's
 * options, shown in a dialog, written back to the address.
 */
import { POLICY_NAMES } from "../kernel/mm/replacement/policies.ts";
import { type MachineConfig, type OptionRow, optionRows } from "../system/options.ts";
import { element } from "./dom.ts";

export const rows: readonly OptionRow[] = optionRows(POLICY_NAMES);

/** Option texts by name, as they stand in the address. */
export type SettingTexts = Readonly<Record<string, string>>;

/** The settings in an address's query, the configuration they make, and what was wrong with them. */
export function parseSettings(query: string): {
  texts: SettingTexts;
  config: Partial<MachineConfig>;
  problems: string[];
} {
  const parameters = new URLSearchParams(query);
  const texts: Record<string, string> = {};
  const problems: string[] = [];
  let config: Partial<MachineConfig> = {};
  for (const [name, text] of parameters) {
    const row = rows.find((candidate) => candidate.name === name);
    if (row === undefined) {
      problems.push(`"${name}" is not a setting`);
      continue;
    }
    const parsed = row.parse(text);
    if (parsed.ok) {
      texts[name] = text;
      config = { ...config, ...parsed.fields };
    } else problems.push(parsed.message.replace(/^--/, ""));
  }
  return { texts, config, problems };
}

/** The query that stands for these settings ("" for none). */
export function queryOf(texts: SettingTexts): string {
  const parameters = new URLSearchParams(Object.entries(texts).filter(([, text]) => text !== ""));
  const query = parameters.toString();
  return query === "" ? "" : `?${query}`;
}

/** What concerns the page and not the machine; kept in local storage. */
export interface PageSettings {
  readonly fontSize: number;
  readonly screenReader: boolean;
  /** The kernel sanitizer looks at every event. */
  readonly sanitize: boolean;
}

const PAGE_KEY = "faultline.page.v1";
/** A phone's width gets smaller text, so that a line of the terminal holds about 55 characters. */
const NARROW_PIXELS = 600;
export const DEFAULT_PAGE_SETTINGS: PageSettings = {
  fontSize: globalThis.innerWidth < NARROW_PIXELS ? 11 : 15,
  screenReader: false,
  sanitize: false,
};

export function loadPageSettings(): PageSettings {
  try {
    const stored = JSON.parse(localStorage.getItem(PAGE_KEY) ?? "{}") as Partial<PageSettings>;
    const fontSize = Number(stored.fontSize);
    return {
      fontSize: fontSize >= 8 && fontSize <= 40 ? fontSize : DEFAULT_PAGE_SETTINGS.fontSize,
      screenReader: stored.screenReader === true,
      sanitize: stored.sanitize === true,
    };
  } catch {
    return DEFAULT_PAGE_SETTINGS;
  }
}

export function savePageSettings(settings: PageSettings): void {
  try {
    localStorage.setItem(PAGE_KEY, JSON.stringify(settings));
  } catch {
    // Without local storage the settings hold until the page is closed.
  }
}

export interface SettingsDoor {
  /** Machine settings were confirmed: restart with them. */
  restart(texts: SettingTexts): void;
  page(settings: PageSettings): void;
}

/** Fills the dialog and opens it. Invalid values keep it open and are named at their field. */
export function openSettings(
  dialog: HTMLDialogElement,
  texts: SettingTexts,
  page: PageSettings,
  door: SettingsDoor,
): void {
  const form = element("form", { method: "dialog" });
  const errors = new Map<string, HTMLElement>();
  form.append(element("h2", { id: "settings-title" }, "Settings"));

  const machine = element(
    "fieldset",
    {},
    element("legend", {}, "Machine (a change restarts it; files in /root are kept)"),
  );
  for (const row of rows) machine.append(field(row, texts[row.name] ?? "", errors));
  form.append(machine);

  const fontSize = element("input", {
    id: "font-size",
    type: "number",
    min: "8",
    max: "40",
    value: String(page.fontSize),
  });
  const reader = element("input", { id: "screen-reader", type: "checkbox" });
  reader.checked = page.screenReader;
  const sanitize = element("input", { id: "sanitize", type: "checkbox" });
  sanitize.checked = page.sanitize;
  form.append(
    element(
      "fieldset",
      {},
      element("legend", {}, "Page"),
      element("p", { class: "field" }, element("label", { for: "font-size" }, "Terminal text, in pixels"), fontSize),
      element(
        "p",
        { class: "field" },
        element("label", { for: "screen-reader" }, "Announce terminal output to a screen reader"),
        reader,
      ),
      element(
        "p",
        { class: "field" },
        element("label", { for: "sanitize" }, "Check the kernel's books at every event (slower; a change restarts)"),
        sanitize,
      ),
    ),
  );

  const cancel = element("button", { type: "button" }, "Cancel");
  const apply = element("button", { type: "submit", class: "primary" }, "Apply");
  form.append(element("p", { class: "actions" }, cancel, apply));
  cancel.addEventListener("click", () => dialog.close());
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const chosen = readFields(form, errors);
    if (chosen === null) return;
    const pixels = Math.min(40, Math.max(8, Number(fontSize.value) || DEFAULT_PAGE_SETTINGS.fontSize));
    door.page({ fontSize: pixels, screenReader: reader.checked, sanitize: sanitize.checked });
    dialog.close();
    if (queryOf(chosen) !== queryOf(texts) || sanitize.checked !== page.sanitize) door.restart(chosen);
  });
  dialog.replaceChildren(form);
  dialog.showModal();
}

function field(row: OptionRow, text: string, errors: Map<string, HTMLElement>): HTMLElement {
  const id = `setting-${row.name}`;
  const input =
    row.choices === undefined
      ? element("input", {
          id,
          name: row.name,
          value: text,
          placeholder: row.byDefault,
          autocomplete: "off",
          spellcheck: "false",
          "aria-describedby": `${id}-error`,
        })
      : element(
          "select",
          { id, name: row.name, "aria-describedby": `${id}-error` },
          ...row.choices.map((choice) =>
            element(
              "option",
              choice === (text || row.byDefault) ? { selected: "", value: choice } : { value: choice },
              choice,
            ),
          ),
        );
  const error = element("span", { id: `${id}-error`, class: "error" });
  errors.set(row.name, error);
  // What is more than a number says how it is written.
  const shape = row.choices === undefined && row.value !== "N" ? ` (${row.value})` : "";
  const label = element("label", { for: id }, `${row.name}${shape}: ${row.meaning}`);
  return element("p", { class: "field" }, label, input, error);
}

/** The texts that differ from the defaults, or null when one of them is wrong (its field then says how). */
function readFields(form: HTMLFormElement, errors: ReadonlyMap<string, HTMLElement>): SettingTexts | null {
  const texts: Record<string, string> = {};
  let firstWrong: HTMLElement | null = null;
  for (const row of rows) {
    const input = form.elements.namedItem(row.name) as HTMLInputElement | HTMLSelectElement;
    const text = input.value.trim();
    const error = errors.get(row.name);
    if (error !== undefined) error.textContent = "";
    input.removeAttribute("aria-invalid");
    if (text === "" || text === row.byDefault) continue;
    const parsed = row.parse(text);
    if (parsed.ok) texts[row.name] = text;
    else {
      if (error !== undefined) error.textContent = parsed.message.replace(/^--/, "");
      input.setAttribute("aria-invalid", "true");
      firstWrong ??= input;
    }
  }
  firstWrong?.focus();
  return firstWrong === null ? texts : null;
}
