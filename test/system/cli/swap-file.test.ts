/** `--swap-file`: the run is the same, the file has the pages, and every file that is no good is refused with a reason. */
import {
  chmodSync,
  closeSync,
  ftruncateSync,
  openSync,
  readFileSync,
  statSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { CommandFailure } from "../../../system/cli/failure.ts";
import { crc32, SwapFile } from "../../../system/cli/swap-file.ts";
import { faultline, folderWith } from "./faultline.ts";

const SLOTS = 1100; // two pages of table
const HEADER_BYTES = 3 * 4096;

const swapFile = (): string => {
  const path = join(folderWith({}), "swap");
  new SwapFile(path, SLOTS, 0).close();
  return path;
};

const refusal = (path: string, slots: number | null = null): string => {
  try {
    new SwapFile(path, slots, 64).close();
  } catch (error) {
    expect(error).toBeInstanceOf(CommandFailure);
    const { message, remedy } = error as CommandFailure;
    expect(message).toContain(path);
    expect(remedy).not.toBe("");
    return message;
  }
  throw new Error("it was accepted");
};

const spoil = (path: string, at: number, ...bytes: number[]): void => {
  const descriptor = openSync(path, "r+");
  writeSync(descriptor, Uint8Array.from(bytes), 0, bytes.length, at);
  closeSync(descriptor);
};

const cut = (path: string, bytes: number): void => {
  const descriptor = openSync(path, "r+");
  ftruncateSync(descriptor, bytes);
  closeSync(descriptor);
};

test("the checksum is CRC-32: the published check value of 123456789 is cbf43926", () => {
  expect(crc32(new TextEncoder().encode("123456789"))).toBe(0xcbf43926);
});

test("a run with a swap file is the run without one; afterwards the file has the pages, and can be used again", () => {
  const folder = folderWith({});
  const run = (...more: string[]) =>
    faultline(["run", "--frames", "100", "--report", "-", ...more, "thrash"], "", folder);
  const without = run();
  const first = run("--swap-file", "disk");
  expect(first.stderr).toBe("");
  expect(first.stdout).toBe(without.stdout);
  expect(run("--swap-file", "disk").stdout).toBe(without.stdout);

  const file = readFileSync(join(folder, "disk"));
  expect(file.subarray(0, 8).toString()).toBe("FLTSWAP\n");
  expect(file.readUInt32LE(16)).toBe(4096);
  expect(file.readUInt32LE(20)).toBe(0);
  const written = [...Array(4096).keys()].filter((slot) => file.readUInt32LE(4096 + slot * 4) !== 0);
  expect(written.length).toBeGreaterThan(50);
  for (const slot of written) {
    const page = file.subarray((5 + slot) * 4096, (6 + slot) * 4096);
    expect(crc32(page)).toBe(file.readUInt32LE(4096 + slot * 4));
  }
});

describe("is refused, with the place, the cause and a remedy:", () => {
  test("a file that is short", () => {
    const path = swapFile();
    expect(statSync(path).size).toBe(HEADER_BYTES + SLOTS * 4096);
    cut(path, HEADER_BYTES + SLOTS * 4096 - 1);
    expect(refusal(path)).toMatch(/is short: 4517887 bytes of the 4517888 that its 1100 slots need/);
    cut(path, 100);
    expect(refusal(path)).toMatch(/is short: 100 bytes do not even hold a header/);
    cut(path, 0);
    expect(refusal(path)).toMatch(/is short: 0 bytes/);
  });

  test("a file with a corrupt header, table or slot", () => {
    const header = swapFile();
    spoil(header, 16, 9);
    expect(refusal(header)).toMatch(/header is corrupt/);
    const table = swapFile();
    spoil(table, 4096 + 40, 9);
    expect(refusal(table)).toMatch(/table of checksums is corrupt/);
    const folder = folderWith({});
    faultline(["run", "--frames", "100", "--swap-file", "disk", "thrash"], "", folder);
    spoil(join(folder, "disk"), 5 * 4096 + 11, 0xaa);
    expect(refusal(join(folder, "disk"))).toMatch(/slot 0 is corrupt/);
  });

  test("another version, another page size", () => {
    for (const [at, message] of [
      [8, /has version 77/],
      [12, /pages have 77 bytes/],
    ] as const) {
      const path = swapFile();
      const header = readFileSync(path).subarray(0, 32);
      header.writeUInt32LE(77, at);
      const crc = Buffer.alloc(4);
      crc.writeUInt32LE(crc32(header));
      spoil(path, 0, ...header, ...crc);
      expect(refusal(path)).toMatch(message);
    }
  });

  test("another kind of file, which stays as it was", () => {
    const folder = folderWith({ notes: "my notes\n", hi: "hi" });
    expect(refusal(join(folder, "notes"))).toMatch(/another kind of file/);
    expect(refusal(join(folder, "hi"))).toMatch(/another kind of file/);
    expect(readFileSync(join(folder, "notes"), "utf8")).toBe("my notes\n");
  });

  test("a read-only file, a folder, and a place in a folder that is not there", () => {
    const path = swapFile();
    chmodSync(path, 0o444);
    expect(refusal(path)).toMatch(/read-only/);
    const folder = folderWith({});
    expect(refusal(folder)).toMatch(/no regular file/);
    expect(refusal(join(folder, "no/swap"))).toMatch(/there is no folder .*no\./);
  });

  test("a file that another machine uses; one whose machine has died is taken over", () => {
    const path = join(folderWith({}), "swap");
    const inUse = new SwapFile(path, 64, 0);
    expect(refusal(path)).toMatch(new RegExp(`another machine uses it \\(process ${process.pid}\\)`));
    inUse.close();
    new SwapFile(path, 64, 0).close();
    // A header that a dead process has left: no process has this id (Linux's greatest is 2^22).
    const header = readFileSync(path).subarray(0, 32);
    header.writeUInt32LE(1, 20);
    header.writeUInt32LE(0x7ffffffe, 24);
    const crc = Buffer.alloc(4);
    crc.writeUInt32LE(crc32(header));
    spoil(path, 0, ...header, ...crc);
    new SwapFile(path, null, 0).close();
  });

  test("a size that is not the one asked for, and no size at all", () => {
    const path = swapFile();
    expect(refusal(path, 64)).toMatch(/has 1100 slots, and --swap asks for 64/);
    expect(refusal(`${path}2`, 0)).toMatch(/--swap 0 leaves nothing/);
  });

  test("a debugger that goes back in time", () => {
    const { status, stderr } = faultline(["run", "--gdb", "0", "--swap-file", "x", "hello"], "", folderWith({}));
    expect(status).toBe(2);
    expect(stderr).toMatch(/does not go with --gdb.*\n {2}leave --swap-file out/);
  });
});

test("a file that somebody else changes while the machine runs ends the run, with the slot named", () => {
  const path = join(folderWith({}), "swap");
  const file = new SwapFile(path, 8, 0);
  type Listener = (event: object) => void;
  const bytes = new Uint8Array(4096).fill(5);
  const listeners: Listener[] = [];
  const machine = { subscribe: (l: Listener) => listeners.push(l), kernel: { core: { swap: { bytes: () => bytes } } } };
  file.attach(machine as unknown as Parameters<SwapFile["attach"]>[0]);
  const tell = (kind: string): void => {
    for (const listener of listeners) listener({ kind, slot: 3 });
  };
  tell("swap-out");
  tell("swap-in");
  spoil(path, (2 + 3) * 4096 + 7, 1);
  expect(() => tell("swap-in")).toThrow(/slot 3 of the swap file .* does not hold what was written/);
  file.close();
  writeFileSync(path, "");
});
