/**
 * Packets of gdb's remote serial protocol on a stream of bytes: `$data#checksum`, acknowledged by + or −, and the byte 0x03
 * between packets as an interrupt. `}` escapes the byte after it, which is then xored with 0x20. Bytes between packets that
 * mean nothing are dropped; a packet with a wrong checksum is asked for again; one that is too long is dropped whole.
 */

export type Incoming =
  | { readonly kind: "packet"; readonly data: Uint8Array }
  | { readonly kind: "interrupt" }
  /** Send the latest packet again. */
  | { readonly kind: "nak" }
  /** A packet that cannot be used: to be refused by −. */
  | { readonly kind: "bad" };

/** Longest packet taken, in bytes: what qSupported's PacketSize promises. */
export const MOST_PACKET_BYTES = 0x4000;

const DOLLAR = 0x24;
const HASH = 0x23;
const PLUS = 0x2b;
const MINUS = 0x2d;
const ESCAPE = 0x7d;
const STAR = 0x2a;
const INTERRUPT = 0x03;

/** Takes a stream apart; keeps what is incomplete. */
export class PacketReader {
  private readonly body: number[] = [];
  private state: "between" | "body" | "checksum1" | "checksum2" = "between";
  private checksum = 0;
  private isTooLong = false;

  /** Everything that the bytes complete, in order. */
  push(bytes: Uint8Array): Incoming[] {
    const found: Incoming[] = [];
    for (const byte of bytes) {
      const incoming = this.take(byte);
      if (incoming !== null) found.push(incoming);
    }
    return found;
  }

  private take(byte: number): Incoming | null {
    // Only a new packet begins with this byte: the end of the one before, if any, was lost.
    if (byte === DOLLAR) {
      this.begin();
      return null;
    }
    switch (this.state) {
      case "between":
        if (byte === INTERRUPT) return { kind: "interrupt" };
        if (byte === MINUS) return { kind: "nak" };
        return null;
      case "body":
        if (byte === HASH) this.state = "checksum1";
        else if (this.body.length < MOST_PACKET_BYTES) this.body.push(byte);
        else this.isTooLong = true;
        return null;
      case "checksum1":
        this.checksum = hexDigit(byte) * 16;
        this.state = "checksum2";
        return null;
      case "checksum2":
        this.checksum += hexDigit(byte);
        this.state = "between";
        return this.complete();
    }
  }

  private begin(): void {
    this.state = "body";
    this.body.length = 0;
    this.isTooLong = false;
  }

  private complete(): Incoming {
    if (this.isTooLong || this.checksum !== sumOf(this.body)) return { kind: "bad" };
    return { kind: "packet", data: unescaped(this.body) };
  }
}

const hexDigit = (byte: number): number => {
  const value = Number.parseInt(String.fromCharCode(byte), 16);
  return Number.isNaN(value) ? -1000 : value;
};

const sumOf = (bytes: Iterable<number>): number => {
  let sum = 0;
  for (const byte of bytes) sum = (sum + byte) & 0xff;
  return sum;
};

function unescaped(body: readonly number[]): Uint8Array {
  const data: number[] = [];
  for (let i = 0; i < body.length; i++) {
    if (body[i] === ESCAPE && i + 1 < body.length) data.push(body[++i] ^ 0x20);
    else data.push(body[i]);
  }
  return Uint8Array.from(data);
}

/** A packet around data (text is Latin-1: one byte a character). */
export function framePacket(text: string): Uint8Array {
  const body: number[] = [];
  for (let i = 0; i < text.length; i++) {
    const byte = text.charCodeAt(i) & 0xff;
    if (byte === DOLLAR || byte === HASH || byte === ESCAPE || byte === STAR) body.push(ESCAPE, byte ^ 0x20);
    else body.push(byte);
  }
  const sum = sumOf(body).toString(16).padStart(2, "0");
  return Uint8Array.from([DOLLAR, ...body, HASH, sum.charCodeAt(0), sum.charCodeAt(1)]);
}

export const ACK: Uint8Array = Uint8Array.of(PLUS);
export const NAK: Uint8Array = Uint8Array.of(MINUS);
