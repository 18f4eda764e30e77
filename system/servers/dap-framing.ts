/** Messages of the debug adapter protocol on a stream of bytes: a Content-Length header, an empty line, JSON. */

export type DapIncoming =
  | { readonly kind: "message"; readonly value: unknown }
  | { readonly kind: "malformed"; readonly why: string };

const MOST_HEADER_BYTES = 4096;
const MOST_BODY_BYTES = 1 << 24;
const HEADER_END = Buffer.from("\r\n\r\n");

/** Takes a stream apart; keeps what is incomplete. After a header that cannot be read it goes on at the next one. */
export class DapReader {
  private pending: Buffer = Buffer.alloc(0);
  /** Length of the body that comes next, or −1 before a header. */
  private bodyBytes = -1;
  /** Bytes of a body that is too long, still to be thrown away. */
  private skipBytes = 0;

  push(bytes: Uint8Array): DapIncoming[] {
    this.pending = Buffer.concat([this.pending, bytes]);
    const found: DapIncoming[] = [];
    for (let incoming = this.next(); incoming !== null; incoming = this.next())
      if (incoming !== "more") found.push(incoming);
    return found;
  }

  private next(): DapIncoming | "more" | null {
    if (this.skipBytes > 0) {
      const skipped = Math.min(this.skipBytes, this.pending.length);
      this.pending = this.pending.subarray(skipped);
      this.skipBytes -= skipped;
      if (this.skipBytes > 0) return null;
    }
    return this.bodyBytes < 0 ? this.header() : this.body();
  }

  private header(): DapIncoming | "more" | null {
    const end = this.pending.indexOf(HEADER_END);
    if (end < 0) {
      if (this.pending.length <= MOST_HEADER_BYTES) return null;
      this.pending = this.pending.subarray(this.pending.length - HEADER_END.length + 1);
      return { kind: "malformed", why: `a header of more than ${MOST_HEADER_BYTES} bytes` };
    }
    const text = this.pending.toString("latin1", 0, end);
    this.pending = this.pending.subarray(end + HEADER_END.length);
    const match = /(?:^|\r\n)Content-Length: *(\d{1,10})(?:\r\n|$)/i.exec(text);
    if (match === null) return { kind: "malformed", why: "a header without Content-Length" };
    const length = Number(match[1]);
    if (length > MOST_BODY_BYTES) {
      this.skipBytes = length;
      return { kind: "malformed", why: `a message of ${length} bytes; the most is ${MOST_BODY_BYTES}` };
    }
    this.bodyBytes = length;
    return "more";
  }

  private body(): DapIncoming | null {
    if (this.pending.length < this.bodyBytes) return null;
    const text = this.pending.toString("utf8", 0, this.bodyBytes);
    this.pending = this.pending.subarray(this.bodyBytes);
    this.bodyBytes = -1;
    try {
      return { kind: "message", value: JSON.parse(text) as unknown };
    } catch (error) {
      return { kind: "malformed", why: `a body that is no JSON: ${(error as Error).message}` };
    }
  }
}

/** A message with its header. */
export function frameMessage(message: object): Uint8Array {
  const body = Buffer.from(JSON.stringify(message), "utf8");
  return Buffer.concat([Buffer.from(`Content-Length: ${body.length}\r\n\r\n`, "latin1"), body]);
}
