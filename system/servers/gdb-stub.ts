/**
 * gdb's remote serial protocol for a machine: a packet in, a reply out. Threads are the machine's processes. Breakpoints are
 * compared with pc before each instruction and patch no memory; reads have no effect on the machine and go to wherever a page's
 * bytes are, swap included. Source: the manual of GDB 13, appendix E.
 *
 * An empty reply means "not supported" by the protocol's own rule, E01 a packet that makes no sense, E14 memory that is not there.
 * Left out: non-stop mode, file I/O, multiprocess extensions, tracepoints.
 */
import type { Pid } from "../../emulator/bits.ts";
import { processes, processOf, programAt, readMemory, registersOf } from "../inspect.ts";
import { PC_REGISTER } from "../machine.ts";
import { readAuxv } from "./auxv.ts";
import { writeMemory } from "./edit-memory.ts";
import { monitor, type SaveRecording } from "./gdb-monitor.ts";
import { fromHex, hexToWord, MEMORY_MAP_XML, parseHex, REGISTERS, TARGET_XML, toHex, wordToHex } from "./gdb-target.ts";
import { MOST_PACKET_BYTES } from "./rsp-framing.ts";
import type { RunControl } from "./run-control.ts";
import type { StopReason, Watchpoint } from "./stop.ts";

const BAD = "E01";
const NO_MEMORY = "E14";
const SUPPORTED = [
  `PacketSize=${MOST_PACKET_BYTES.toString(16)}`,
  ...["qXfer:features:read+", "qXfer:memory-map:read+", "qXfer:auxv:read+", "ReverseStep+", "ReverseContinue+"],
  ...["swbreak+", "hwbreak+", "vContSupported+", "QStartNoAckMode+"],
].join(";");
const WATCH_KINDS: Readonly<Record<string, Watchpoint["kind"]>> = { 2: "write", 3: "read", 4: "access" };
const WATCH_REPLIES = { write: "watch", read: "rwatch", access: "awatch" } as const;
const MOST_WATCHED_BYTES = 4096;

/** What the connection has to do beside sending the reply. */
export type After = "none" | "no-ack" | "detach" | "kill";
export interface Reply {
  /** Null: nothing is sent. */
  readonly text: string | null;
  readonly after: After;
}

const reply = (text: string, after: After = "none"): Reply => ({ text, after });

export class GdbStub {
  private readonly control: RunControl;
  private readonly save: SaveRecording;
  /** Thread that registers and memory are read of (Hg); 0: that of the latest stop. */
  private selected = 0;
  private auxv: Uint8Array | null = null;

  /** The machine stands at the first instruction of its first process. */
  constructor(control: RunControl, save: SaveRecording) {
    this.control = control;
    this.save = save;
    this.auxv = readAuxv(control.machine, control.pid);
  }

  /** Answers one packet. Resolves when the run has stopped, for packets that make it run. */
  async handle(data: Uint8Array): Promise<Reply> {
    const text = Buffer.from(data).toString("latin1");
    const rest = text.slice(1);
    switch (text[0]) {
      case "?":
        return reply(this.stopReply(this.control.reason));
      case "g":
        return reply(this.readRegisters());
      case "G":
        return reply(this.writeRegisters(rest));
      case "p":
        return reply(this.readRegister(rest));
      case "P":
        return reply(this.writeRegister(rest));
      case "m":
        return reply(this.readMemory(rest));
      case "M":
        return reply(this.writeHex(rest));
      case "X":
        return reply(this.writeBinary(text, data));
      case "c":
      case "C":
      case "s":
      case "S":
        return reply(
          await this.resume(text[0], text[0] === "C" || text[0] === "S" ? (rest.split(";")[1] ?? "") : rest, 0),
        );
      case "b":
        return reply(rest === "s" || rest === "c" ? await this.reverse(rest) : "");
      case "Z":
      case "z":
        return reply(this.changePoint(text[0] === "Z", rest));
      case "H":
        return reply(this.selectThread(rest));
      case "T":
        return reply(this.isAlive(parseHex(rest) ?? 0) ? "OK" : BAD);
      case "D":
        return reply("OK", "detach");
      case "k":
        return { text: null, after: "kill" };
      case "v":
        return this.handleV(text);
      case "q":
      case "Q":
        return this.query(text);
      default:
        return reply("");
    }
  }

  // ---- running ----

  private async handleV(text: string): Promise<Reply> {
    if (text === "vCont?") return reply("vCont;c;C;s;S");
    if (text.startsWith("vKill")) return reply("OK", "kill");
    if (!text.startsWith("vCont;")) return reply("");
    // The first action that names a thread to step decides; the machine has one CPU, so the others run as they come.
    const actions = text
      .slice("vCont;".length)
      .split(";")
      .map((action) => /^([csCS])([0-9a-f]{2})?(?::(-1|[0-9a-f]+))?$/.exec(action));
    if (actions.length === 0 || actions.some((action) => action === null)) return reply(BAD);
    const [, kind, , thread] = actions.find((action) => action![1].toLowerCase() === "s") ?? actions[0]!;
    return reply(
      await this.resume(kind, "", thread === undefined || thread === "-1" ? 0 : Number.parseInt(thread, 16)),
    );
  }

  private async resume(kind: string, at: string, thread: number): Promise<string> {
    const { control } = this;
    const pid = thread !== 0 ? thread : this.pid;
    if (at !== "") {
      const vaddr = parseHex(at);
      if (vaddr === null) return BAD;
      control.timeline.edit({ kind: "register", pid, register: PC_REGISTER, value: vaddr });
    }
    if (control.reason.kind === "exited") return this.stopReply(control.reason);
    // Without a signal in the packet gdb has thrown the signal away: the instruction is tried again and raises it again.
    const repeatSignal = control.reason.kind === "signal" && (kind === "c" || kind === "s");
    const reason =
      kind === "s" || kind === "S"
        ? await control.stepInstruction(pid, repeatSignal)
        : await control.forward(null, repeatSignal);
    return this.stopReply(reason);
  }

  private async reverse(kind: "s" | "c"): Promise<string> {
    return this.stopReply(kind === "s" ? await this.control.stepBack(this.pid) : await this.control.backward());
  }

  private stopReply(reason: StopReason): string {
    this.selected = 0;
    const thread = `thread:${this.control.pid.toString(16)};`;
    switch (reason.kind) {
      case "exited":
        return reason.signal > 0 ? `X${byte(reason.signal)}` : `W${byte(reason.status)}`;
      case "breakpoint":
        return `T05${thread}swbreak:;`;
      case "watchpoint":
        return `T05${thread}${WATCH_REPLIES[reason.watchpoint.kind]}:${reason.watchpoint.vaddr.toString(16)};`;
      case "signal":
        return `T${byte(reason.signal)}${thread}`;
      case "begin":
        return `T05${thread}replaylog:begin;`;
      case "stuck":
        return `T05${thread}replaylog:end;`;
      case "interrupted":
        return `T02${thread}`;
      case "goal":
      case "fault":
        return `T05${thread}`;
    }
  }

  // ---- registers and memory ----

  private get pid(): number {
    return this.selected !== 0 ? this.selected : this.control.pid;
  }

  private get registers(): readonly number[] | null {
    const found = registersOf(this.control.machine, this.pid);
    return found === undefined ? null : [...found.x, found.pc];
  }

  private readRegisters(): string {
    return this.registers?.map(wordToHex).join("") ?? BAD;
  }

  private writeRegisters(text: string): string {
    const { registers } = this;
    const values = Array.from({ length: REGISTERS }, (_, n) => hexToWord(text.slice(n * 8, n * 8 + 8)));
    if (registers === null || text.length !== REGISTERS * 8 || values.includes(null)) return BAD;
    values.forEach((value, n) => {
      if (n > 0 && value! >>> 0 !== registers[n] >>> 0) this.setRegister(n, value!);
    });
    return "OK";
  }

  private readRegister(text: string): string {
    const number = parseHex(text);
    const { registers } = this;
    return number === null || number >= REGISTERS || registers === null ? BAD : wordToHex(registers[number]);
  }

  private writeRegister(text: string): string {
    const [name, digits = ""] = text.split("=");
    const number = parseHex(name);
    const value = hexToWord(digits);
    if (number === null || number >= REGISTERS || value === null || this.registers === null) return BAD;
    if (number > 0) this.setRegister(number, value);
    return "OK";
  }

  private setRegister(register: number, value: number): void {
    this.control.timeline.edit({ kind: "register", pid: this.pid, register, value });
  }

  private readMemory(text: string): string {
    const [vaddr, bytes] = text.split(",").map(parseHex);
    if (vaddr === null || vaddr === undefined || bytes === null || bytes === undefined) return BAD;
    const length = Math.min(bytes, MOST_PACKET_BYTES / 2, 2 ** 32 - vaddr);
    const found = readMemory(this.control.machine, this.pid, vaddr, length);
    return found.length === 0 && bytes > 0 ? NO_MEMORY : toHex(found);
  }

  private writeHex(text: string): string {
    const match = /^([0-9a-fA-F]{1,8}),([0-9a-fA-F]{1,8}):(.*)$/s.exec(text);
    const bytes = match === null ? null : fromHex(match[3]);
    if (match === null || bytes === null || bytes.length !== Number.parseInt(match[2], 16)) return BAD;
    return writeMemory(this.control.timeline, this.pid, Number.parseInt(match[1], 16), bytes) === null
      ? "OK"
      : NO_MEMORY;
  }

  private writeBinary(text: string, data: Uint8Array): string {
    const match = /^X([0-9a-fA-F]{1,8}),([0-9a-fA-F]{1,8}):/.exec(text);
    if (match === null || data.length - match[0].length !== Number.parseInt(match[2], 16)) return BAD;
    const problem = writeMemory(
      this.control.timeline,
      this.pid,
      Number.parseInt(match[1], 16),
      data.subarray(match[0].length),
    );
    return problem === null ? "OK" : NO_MEMORY;
  }

  // ---- breakpoints and watchpoints ----

  private changePoint(isInsertion: boolean, text: string): string {
    const match = /^([0-4]),([0-9a-fA-F]{1,8}),([0-9a-fA-F]{1,8})(;.*)?$/.exec(text);
    if (match === null) return /^[0-4],/.test(text) ? BAD : "";
    const { control } = this;
    const vaddr = Number.parseInt(match[2], 16);
    const size = Number.parseInt(match[3], 16);
    if (match[1] === "0" || match[1] === "1") {
      if (![1, 2, 4].includes(size)) return BAD;
      const others = control.breakpoints.filter((point) => point.vaddr !== vaddr);
      control.breakpoints = isInsertion
        ? [...others, { vaddr, program: programAt(control.machine, this.pid, vaddr) }]
        : others;
      return "OK";
    }
    const kind = WATCH_KINDS[match[1]];
    if (size < 1 || size > MOST_WATCHED_BYTES) return BAD;
    const others = control.watchpoints.filter(
      (point) => point.vaddr !== vaddr || point.bytes !== size || point.kind !== kind,
    );
    const p = processOf(control.machine, this.pid);
    if (isInsertion && p === undefined) return BAD;
    control.watchpoints = isInsertion ? [...others, { vaddr, bytes: size, kind, space: p!.space.id }] : others;
    return "OK";
  }

  // ---- threads and queries ----

  private isAlive(pid: number): boolean {
    const p = this.control.machine.kernel.core.processes.get(pid as Pid);
    return p !== undefined && p.state !== "zombie";
  }

  private selectThread(text: string): string {
    const match = /^([gc])(-1|[0-9a-fA-F]{1,8})$/.exec(text);
    if (match === null) return BAD;
    const pid = match[2] === "-1" ? 0 : Number.parseInt(match[2], 16);
    if (pid !== 0 && !this.isAlive(pid)) return BAD;
    if (match[1] === "g" || pid !== 0) this.selected = pid;
    return "OK";
  }

  private async query(text: string): Promise<Reply> {
    const name = /^[qQ][A-Za-z]+/.exec(text)?.[0] ?? "";
    switch (name) {
      case "qSupported":
        return reply(SUPPORTED);
      case "QStartNoAckMode":
        return reply("OK", "no-ack");
      case "qC":
        return reply(`QC${this.control.pid.toString(16)}`);
      case "qAttached":
        return reply("0");
      case "qSymbol":
        return reply("OK");
      case "qfThreadInfo":
        return reply(
          `m${processes(this.control.machine)
            .filter((p) => p.state !== "zombie")
            .map((p) => p.pid.toString(16))
            .join(",")}`,
        );
      case "qsThreadInfo":
        return reply("l");
      case "qThreadExtraInfo":
        return reply(this.describeThread(text));
      case "qXfer":
        return reply(this.transfer(text));
      case "qRcmd": {
        const command = fromHex(text.slice("qRcmd,".length));
        if (command === null) return reply(BAD);
        const lines = monitor(this.control.machine, this.pid, Buffer.from(command).toString("utf8"), this.save);
        return reply(toHex(new TextEncoder().encode(`${lines.join("\n")}\n`)));
      }
      default:
        return reply("");
    }
  }

  private describeThread(text: string): string {
    const p = processOf(this.control.machine, parseHex(text.split(",")[1] ?? "") ?? 0);
    if (p === undefined) return BAD;
    return toHex(new TextEncoder().encode(`${p.name}, ${p.state}${p.channel === "" ? "" : ` on ${p.channel}`}`));
  }

  private transfer(text: string): string {
    const match = /^qXfer:([a-z-]+):read:([^:]*):([0-9a-fA-F]{1,8}),([0-9a-fA-F]{1,8})$/.exec(text);
    if (match === null) return text.startsWith("qXfer:") && !text.includes(":read:") ? "" : BAD;
    const [, object, annex] = match;
    const whole =
      object === "features" && annex === "target.xml"
        ? TARGET_XML
        : object === "memory-map"
          ? MEMORY_MAP_XML
          : object === "auxv"
            ? latin1(this.auxv)
            : null;
    if (whole === null) return object === "features" ? "E00" : object === "auxv" ? BAD : "";
    const start = Number.parseInt(match[3], 16);
    const length = Math.min(Number.parseInt(match[4], 16), MOST_PACKET_BYTES / 2);
    return `${start + length >= whole.length ? "l" : "m"}${whole.slice(start, start + length)}`;
  }
}

const byte = (value: number): string => (value & 255).toString(16).padStart(2, "0");
const latin1 = (bytes: Uint8Array | null): string | null =>
  bytes === null ? null : Buffer.from(bytes).toString("latin1");
