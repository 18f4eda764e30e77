/** One gdb connection on any pair of byte streams: frames packets, sends replies in order, turns byte 0x03 into an interrupt. */
import type { GdbStub, Reply } from "./gdb-stub.ts";
import { toHex } from "./gdb-target.ts";
import { ACK, framePacket, type Incoming, MOST_PACKET_BYTES, NAK, PacketReader } from "./rsp-framing.ts";
import type { RunControl } from "./run-control.ts";

/** Why a connection is over. */
export type ConnectionEnd = "detached" | "killed" | "closed";

export class GdbConnection {
  /** Resolves once it is over. */
  readonly ended: Promise<ConnectionEnd>;
  private end!: (why: ConnectionEnd) => void;
  private readonly reader = new PacketReader();
  private readonly queue: Uint8Array[] = [];
  private readonly control: RunControl;
  private readonly stub: GdbStub;
  private readonly send: (bytes: Uint8Array) => void;
  private isAcknowledging = true;
  private isRunning = false;
  private isOver = false;
  private latest: Uint8Array = new Uint8Array(0);

  constructor(control: RunControl, stub: GdbStub, send: (bytes: Uint8Array) => void) {
    this.control = control;
    this.stub = stub;
    this.send = send;
    this.ended = new Promise((resolve) => {
      this.end = resolve;
    });
  }

  /** Bytes from gdb. */
  receive(bytes: Uint8Array): void {
    for (const incoming of this.reader.push(bytes)) this.accept(incoming);
  }

  /** The stream from gdb has ended. */
  close(): void {
    this.finish("closed");
  }

  /** What the program prints, for gdb's console. Only while the program runs, as the protocol wants it. */
  print(bytes: Uint8Array): void {
    if (!this.isRunning || this.isOver) return;
    const most = MOST_PACKET_BYTES / 2 - 1;
    for (let at = 0; at < bytes.length; at += most) this.send(framePacket(`O${toHex(bytes.subarray(at, at + most))}`));
  }

  private accept(incoming: Incoming): void {
    if (this.isOver) return;
    switch (incoming.kind) {
      case "interrupt":
        if (this.isRunning) this.control.interrupt();
        return;
      case "nak":
        if (this.latest.length > 0) this.send(this.latest);
        return;
      case "bad":
        if (this.isAcknowledging) this.send(NAK);
        return;
      case "packet":
        if (this.isAcknowledging) this.send(ACK);
        this.queue.push(incoming.data);
        void this.work();
    }
  }

  /** Answers what waits, one packet after the other. */
  private async work(): Promise<void> {
    if (this.isRunning) return;
    this.isRunning = true;
    try {
      for (let data = this.queue.shift(); data !== undefined && !this.isOver; data = this.queue.shift())
        await this.answer(data);
    } finally {
      this.isRunning = false;
    }
  }

  private async answer(data: Uint8Array): Promise<void> {
    const { text, after } = await this.stub.handle(data).catch((error: unknown) => this.explain(error));
    if (text !== null && !this.isOver) {
      this.latest = framePacket(text);
      this.send(this.latest);
    }
    if (after === "no-ack") this.isAcknowledging = false;
    if (after === "detach") this.finish("detached");
    if (after === "kill") this.finish("killed");
  }

  /** A broken machine is no reason to fall silent: the person is told, and gdb gets an error. */
  private explain(error: unknown): Reply {
    this.print(new TextEncoder().encode(`faultline: ${error instanceof Error ? error.message : String(error)}\n`));
    return { text: "E02", after: "none" };
  }

  private finish(why: ConnectionEnd): void {
    if (this.isOver) return;
    this.isOver = true;
    this.control.interrupt();
    this.end(why);
  }
}
