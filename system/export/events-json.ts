/** Events as JSON lines: one object a line, first the stamp, then `kind`, then the fields of event-schema.ts. */
import type { FaultlineEvent } from "../../kernel/events.ts";
import type { EventStamp } from "./event-schema.ts";

/** One line, without its newline. */
export const eventJson = (event: FaultlineEvent, { cycle, instruction, cpu }: EventStamp): string =>
  JSON.stringify({ cycle, instruction, cpu, ...event });
