/** Events as JSON lines and CSV: every event of whole runs fits the schema, both forms say the same, and the docs list it all. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { FaultlineEvent } from "../../../kernel/events.ts";
import { EVENT_KINDS, type FieldType, fieldsOf } from "../../../system/export/event-schema.ts";
import { CSV_COLUMNS, csvHeader, eventCsv } from "../../../system/export/events-csv.ts";
import { eventJson } from "../../../system/export/events-json.ts";
import { DATA, Program } from "../../kernel/support/program.ts";
import { fileOf, prepare } from "./run.ts";

const STAMP = { cycle: 1200, instruction: 34, cpu: 1 };

/** RFC 4180, section 2, by the letter. */
function parseCsv(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  for (let at = 0; at < text.length; ) {
    let cell = "";
    if (text[at] === '"') {
      for (at++; text[at] !== '"' || text[at + 1] === '"'; at++) {
        if (text[at] === '"') at++;
        cell += text[at];
      }
      at++;
    } else while (at < text.length && text[at] !== "," && text[at] !== "\r") cell += text[at++];
    row.push(cell);
    if (text[at] === ",") at++;
    else {
      expect(text.slice(at, at + 2)).toBe("\r\n");
      at += 2;
      rows.push(row);
      row = [];
    }
  }
  return rows;
}

const isNumber = (value: unknown): boolean => typeof value === "number";
const fits = (value: unknown, type: FieldType): boolean => {
  if (type === "text") return typeof value === "string";
  if (type === "boolean") return typeof value === "boolean";
  if (type === "numbers") return Array.isArray(value) && value.every(isNumber);
  if (type === "texts") return Array.isArray(value) && value.every((item) => typeof item === "string");
  return isNumber(value);
};

function eventsOfRun(): FaultlineEvent[] {
  const program = new Program()
    .li("t0", DATA + 0x2000)
    .store("sw", "t0", "t0")
    .print("hey")
    .call("clone", 17, 0)
    .call("getpid")
    .exit(0)
    .bss(0x4000);
  const { machine, run } = prepare(fileOf(program), ["/bin/test"]);
  const events: FaultlineEvent[] = [];
  machine.subscribe((event) => events.push(event));
  run();
  return events;
}

test("every event of a run has exactly the fields that the schema names, of the types it names", () => {
  const events = eventsOfRun();
  expect(new Set(events.map((event) => event.kind)).size).toBeGreaterThan(15);
  for (const event of events) {
    const { kind, ...fields } = event;
    expect(Object.keys(fields).sort(), kind).toEqual(
      fieldsOf(kind)
        .map(([name]) => name)
        .sort(),
    );
    for (const [name, type] of fieldsOf(kind))
      expect(fits((fields as Record<string, unknown>)[name], type), `${kind}.${name}`).toBe(true);
  }
});

test("a line of JSON has the stamp, the kind and the event's fields", () => {
  const line = eventJson({ kind: "swap-done", direction: "in", pfn: 5, slot: 9, failed: false }, STAMP);
  expect(line).toBe(
    '{"cycle":1200,"instruction":34,"cpu":1,"kind":"swap-done","direction":"in","pfn":5,"slot":9,"failed":false}',
  );
});

test("CSV says the same as JSON, field by field, commas and quotes and line ends in texts included", () => {
  const events = eventsOfRun();
  events.push(
    { kind: "message", pid: 1, text: 'a "quoted", comma\r\nand a line end' },
    { kind: "process-exec", pid: 1, name: "x", argv: ["a,b", 'c"d'] },
  );
  const [header, ...rows] = parseCsv(csvHeader() + events.map((event) => eventCsv(event, STAMP)).join(""));
  expect(header).toEqual(CSV_COLUMNS);
  expect(rows).toHaveLength(events.length);
  rows.forEach((row, index) => {
    expect(row).toHaveLength(CSV_COLUMNS.length);
    const json = JSON.parse(eventJson(events[index], STAMP)) as Record<string, unknown>;
    const shown = (value: unknown) => (typeof value === "string" ? value : JSON.stringify(value));
    expect(row).toEqual(CSV_COLUMNS.map((name) => (name in json ? shown(json[name]) : "")));
  });
});

test("the documentation lists every kind with its fields", () => {
  const text = readFileSync(join(import.meta.dirname, "../../../docs/trace-export.md"), "utf8");
  for (const kind of EVENT_KINDS) {
    const row = `| \`${kind}\` | ${fieldsOf(kind)
      .map(([name, type]) => `${name} (${type})`)
      .join(", ")} |`;
    expect(text, kind).toContain(row);
  }
});
