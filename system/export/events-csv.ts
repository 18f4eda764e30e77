/**
 * Events as comma-separated values (RFC 4180): one table for all kinds. Its columns are the stamp, the kind, and then
 * every field name that occurs in any kind, in the order of event-schema.ts; a cell is empty where the kind has no such
 * field. Lists are written as JSON.
 */
import type { FaultlineEvent } from "../../kernel/events.ts";
import { EVENT_KINDS, type EventStamp, fieldsOf, STAMP_FIELDS } from "./event-schema.ts";

const FIELD_COLUMNS = [...new Set(EVENT_KINDS.flatMap((kind) => fieldsOf(kind).map(([name]) => name)))];

/** Names of all columns. */
export const CSV_COLUMNS: readonly string[] = [...STAMP_FIELDS.map(([name]) => name), "kind", ...FIELD_COLUMNS];

const LINE_END = "\r\n";

/** The first line of the file. */
export const csvHeader = (): string => CSV_COLUMNS.join(",") + LINE_END;

/** One record, with its line end. */
export function eventCsv(event: FaultlineEvent, { cycle, instruction, cpu }: EventStamp): string {
  const fields = event as unknown as Readonly<Record<string, unknown>>;
  const cells = FIELD_COLUMNS.map((name) => (Object.hasOwn(fields, name) ? cell(fields[name]) : ""));
  return [cycle, instruction, cpu, event.kind, ...cells].join(",") + LINE_END;
}

function cell(value: unknown): string {
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
