/** The stub's side of the protocol, byte by byte: expected replies are those of the manual of GDB, appendix E. */
import { beforeEach, describe, expect, test } from "vitest";
import { GdbConnection } from "../../../system/servers/gdb-connection.ts";
import { framePacket, MOST_PACKET_BYTES, PacketReader } from "../../../system/servers/rsp-framing.ts";
import { CODE, DATA, Program } from "../../kernel/support/program.ts";
import { type Session, startSession } from "./support.ts";

/** addi t0, then a store to bss, a call, and the exit. */
const PROGRAM = new Program()
  .li("t0", DATA + 0x2000)
  .li("t1", 0x1234)
  .store("sw", "t1", "t0")
  .call("getpid")
  .exit(3)
  .bss(0x4000)
  .elf();
const STORE = CODE + 16;
const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString("latin1");

/** A connection whose answers are collected. */
class Client {
  readonly connection: GdbConnection;
  sent = "";
  constructor(session: Session) {
    this.connection = new GdbConnection(session.control, session.stub, (bytes) => (this.sent += text(bytes)));
  }
  raw(bytes: string | Uint8Array): void {
    this.connection.receive(typeof bytes === "string" ? Buffer.from(bytes, "latin1") : bytes);
  }
  /** Sends a packet and waits for its reply, which is checked for form. */
  async ask(packet: string): Promise<string> {
    this.sent = "";
    this.raw(framePacket(packet));
    for (let turn = 0; turn < 2000; turn++) {
      const found = new PacketReader()
        .push(Buffer.from(this.sent, "latin1"))
        .filter((incoming) => incoming.kind === "packet");
      const last = found.at(-1);
      if (last?.kind === "packet" && !/^O[0-9a-f]/.test(text(last.data))) return text(last.data);
      await new Promise((resolve) => setImmediate(resolve));
    }
    throw new Error(`no reply to ${packet}; got ${JSON.stringify(this.sent)}`);
  }
}

let session: Session;
let client: Client;
beforeEach(async () => {
  session = await startSession(PROGRAM);
  client = new Client(session);
});

describe("framing", () => {
  test("a packet is acknowledged and answered with its checksum", async () => {
    client.raw("$qAttached#8f");
    await new Promise((resolve) => setImmediate(resolve));
    expect(client.sent).toBe("+$0#30");
  });

  test("a wrong checksum is refused, and so is one that is no number, or a packet beyond the size promised", () => {
    client.raw("$qAttached#00");
    client.raw("$qAttached#zz");
    client.raw(framePacket("x".repeat(MOST_PACKET_BYTES + 1)));
    expect(client.sent).toBe("---");
  });

  test("after − the latest reply is sent again", async () => {
    await client.ask("qAttached");
    client.sent = "";
    client.raw("-");
    expect(client.sent).toBe("$0#30");
  });

  test("bytes between packets, and a packet that breaks off for the next one, do no harm", async () => {
    client.raw("rubbish\xff\x00$qAtt");
    expect(await client.ask("qAttached")).toBe("0");
  });

  test("bytes that a packet must not hold travel escaped, both ways", () => {
    const packet = framePacket("a$b#c}d*e");
    expect(text(packet).slice(0, -2)).toBe("$a}\x04b}\x03c}\x5dd}\x0ae#");
    const [incoming] = new PacketReader().push(packet);
    expect(incoming.kind === "packet" && text(incoming.data)).toBe("a$b#c}d*e");
  });

  test("without acknowledgements, once agreed", async () => {
    expect(await client.ask("QStartNoAckMode")).toBe("OK");
    await client.ask("qAttached");
    expect(client.sent).toBe("$0#30");
  });
});

describe("packets", () => {
  test("what is supported is said, and what is unknown gets an empty reply", async () => {
    expect((await client.ask("qSupported:multiprocess+")).split(";")).toEqual(
      expect.arrayContaining([
        "qXfer:features:read+",
        "ReverseStep+",
        "ReverseContinue+",
        "swbreak+",
        "hwbreak+",
        "vContSupported+",
      ]),
    );
    expect(await client.ask("vCont?")).toBe("vCont;c;C;s;S");
    for (const packet of [
      "vMustReplyEmpty",
      "qTStatus",
      "!",
      "Zz",
      "Z5,0,4",
      "vFile:open:00",
      "b",
      "bx",
      "~",
      "",
      "qXfer:libraries:write::0,1:",
    ])
      expect(await client.ask(packet), packet).toBe("");
  });

  test("registers: 33 words in little-endian order, pc last; sp is 16-byte aligned and everything else 0 at the start", async () => {
    const all = await client.ask("g");
    expect(all).toHaveLength(33 * 8);
    expect(await client.ask("p20")).toBe("00000100");
    expect(all.slice(32 * 8)).toBe("00000100");
    expect(Number.parseInt((await client.ask("p2")).slice(0, 2), 16) % 16).toBe(0);
    expect(await client.ask("p5")).toBe("00000000");
    expect(await client.ask("P5=78563412")).toBe("OK");
    expect(await client.ask("p5")).toBe("78563412");
    expect(await client.ask(`G${await client.ask("g")}`)).toBe("OK");
  });

  test("the target description comes in parts that make up a whole", async () => {
    const parts: string[] = [];
    for (let at = 0; ; at += 100) {
      const part = await client.ask(`qXfer:features:read:target.xml:${at.toString(16)},64`);
      parts.push(part.slice(1));
      if (part[0] === "l") break;
    }
    const xml = parts.join("");
    expect(xml).toContain("<architecture>riscv:rv32</architecture>");
    expect([...xml.matchAll(/<reg name="([^"]+)" bitsize="32"/g)]).toHaveLength(33);
    expect(await client.ask("qXfer:features:read:other.xml:0,64")).toBe("E00");
    expect(await client.ask("qXfer:memory-map:read::0,400")).toContain('<memory type="ram"');
  });

  test("the auxiliary vector ends with AT_NULL and says the page size and the entry", async () => {
    const bytes = Buffer.from((await client.ask("qXfer:auxv:read::0,400")).slice(1), "latin1");
    const pairs = new Map<number, number>();
    for (let at = 0; at < bytes.length; at += 8) pairs.set(bytes.readUInt32LE(at), bytes.readUInt32LE(at + 4));
    expect([pairs.get(6), pairs.get(9), [...pairs.keys()].at(-1)]).toEqual([4096, CODE, 0]);
  });

  test("memory is read without an effect, and what is not mapped is E14", async () => {
    const { machine } = session;
    const before = [
      machine.mmu.tlb.hits,
      machine.mmu.tlb.misses,
      machine.hart.cycles,
      machine.kernel.core.frames.count.join(),
    ];
    // lui t0, 0x22
    expect(await client.ask(`m${CODE.toString(16)},4`)).toBe("b7220200");
    // A page of bss that nobody has touched: zeros, as the program would find.
    expect(await client.ask(`m${(DATA + 0x2000).toString(16)},4`)).toBe("00000000");
    expect(await client.ask("m40000000,4")).toBe("E14");
    expect([
      machine.mmu.tlb.hits,
      machine.mmu.tlb.misses,
      machine.hart.cycles,
      machine.kernel.core.frames.count.join(),
    ]).toEqual(before);
  });

  test("memory that is there can be written, in hexadecimal and in binary; a page that is not yet there cannot", async () => {
    const place = (DATA + 0x2000).toString(16);
    expect(await client.ask(`M${place},4:01020304`)).toBe("E14");
    await client.ask(`Z0,${(STORE + 4).toString(16)},4`);
    expect(await client.ask("c")).toMatch(/^T05thread:1;swbreak:;/);
    expect(await client.ask(`m${place},4`)).toBe("34120000");
    expect(await client.ask(`M${place},4:01020304`)).toBe("OK");
    expect(await client.ask(`X${place},3:\x23\x24\x7d`)).toBe("OK");
    expect(await client.ask(`m${place},4`)).toBe("23247d04");
    session.machine.kernel.checkInvariants();
  });

  test("steps, breakpoints of any kind, and the way back to the beginning", async () => {
    expect(await client.ask("s")).toMatch(/^T05thread:1;/);
    expect(await client.ask("p20")).toBe("04000100");
    expect(await client.ask("vCont;s:1")).toMatch(/^T05/);
    expect(await client.ask("bs")).toMatch(/^T05thread:1;$/);
    expect(await client.ask("p20")).toBe("04000100");
    expect(await client.ask(`Z1,${STORE.toString(16)},2`)).toBe("OK");
    expect(await client.ask("vCont;c")).toMatch(/swbreak/);
    expect(await client.ask("p20")).toBe("10000100");
    expect(await client.ask("bc")).toContain("replaylog:begin;");
    expect(await client.ask("p20")).toBe("00000100");
    expect(await client.ask("bs")).toContain("replaylog:begin;");
    expect(await client.ask(`z1,${STORE.toString(16)},2`)).toBe("OK");
    expect(await client.ask("c")).toBe("W03");
    expect(await client.ask("c")).toBe("W03");
  });

  test("a step over a store that faults first ends behind it, and over a call behind that", async () => {
    await client.ask(`Z0,${STORE.toString(16)},4`);
    await client.ask("c");
    await client.ask("s");
    expect(await client.ask("p20")).toBe("14000100");
    for (let n = 0; n < 3; n++) await client.ask("s");
    expect(await client.ask("p20")).toBe("20000100");
    expect(await client.ask("pa")).toBe("01000000");
  });

  test("a watchpoint names its address; backward it stands before the write", async () => {
    const place = (DATA + 0x2000).toString(16);
    expect(await client.ask(`Z2,${place},4`)).toBe("OK");
    expect(await client.ask("c")).toBe(`T05thread:1;watch:${place};`);
    expect(await client.ask("p20")).toBe("14000100");
    expect(await client.ask("c")).toBe("W03");
    expect(await client.ask("bc")).toBe(`T05thread:1;watch:${place};`);
    expect(await client.ask("p20")).toBe("10000100");
    expect(await client.ask(`m${place},4`)).toBe("00000000");
  });

  test("threads are processes", async () => {
    expect(await client.ask("qC")).toBe("QC1");
    expect(await client.ask("qfThreadInfo")).toBe("m1");
    expect(await client.ask("qsThreadInfo")).toBe("l");
    expect([await client.ask("T1"), await client.ask("T63")]).toEqual(["OK", "E01"]);
    expect([
      await client.ask("Hg1"),
      await client.ask("Hc-1"),
      await client.ask("Hg63"),
      await client.ask("Hq1"),
    ]).toEqual(["OK", "OK", "E01", "E01"]);
  });

  test("packets that make no sense are errors, and change nothing", async () => {
    const before = await client.ask("g");
    const nonsense = [
      "p",
      "pzz",
      "p21",
      "P5",
      "P5=12",
      "P99=00000000",
      "G00",
      "m",
      "m10000",
      "m,4",
      "mzzzz,4",
      "m123456789,4",
      "M10000,4:01",
      "M10000,1:zz",
      "X10000,5:a",
      "Z0,zz,4",
      "Z0,10000,3",
      "Z2,10000,0",
      "Z2,10000,ffffffff",
      "vCont;x",
      "vCont;s:zz",
      "sxyz",
      "qRcmd,7",
      "qXfer:features:read:target.xml:zz,1",
    ];
    for (const packet of nonsense) expect(await client.ask(packet), packet).toBe("E01");
    expect(await client.ask("g")).toBe(before);
    expect(await client.ask("?")).toMatch(/^T05thread:1;/);
  });
});

test("random packets and random bytes never silence the stub", async () => {
  const seed = Number(process.env["FAULTLINE_SEED"] ?? 20261);
  let state = seed;
  const random = (below: number): number => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  const letters = "?gGpPmMsSHTzZqQvb0123456789abcdef,:;=#$}*-\x00\xff";
  for (let round = 0; round < 400; round++) {
    const body = Array.from({ length: random(24) }, () => letters[random(letters.length)]).join("");
    if (/^[Dk]|^vKill/.test(body)) continue;
    if (round % 2 === 0) client.raw(framePacket(body));
    else client.raw(`${body.replaceAll("\x03", "")}$#`);
  }
  client.raw(framePacket("qAttached"));
  for (let turn = 0; turn < 100_000 && !client.sent.endsWith("$0#30"); turn++)
    await new Promise((resolve) => setImmediate(resolve));
  expect(client.sent.endsWith("$0#30"), `FAULTLINE_SEED=${seed}`).toBe(true);
  expect(client.sent.replaceAll(/[+-]|\$[^#]*#[0-9a-f]{2}/g, "")).toBe("");
  session.machine.kernel.checkInvariants();
});
