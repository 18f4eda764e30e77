/** A folder of the host as a machine's file system: what gets in, and that nothing gets out. */
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Errno } from "../../../kernel/abi.ts";
import { populate } from "../../../kernel/fs/root-image.ts";
import { CommandFailure } from "../../../system/cli/failure.ts";
import { readHostRoot } from "../../../system/cli/host-root.ts";
import { BUFFER, Guest } from "../../kernel/fs/guest.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "faultline-root-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A process whose file system is the folder. */
function guestIn(root: string): Guest {
  const guest = new Guest();
  populate(guest.core.fs, readHostRoot(root));
  return guest;
}

test("files come with bytes and permissions, folders and links as such, in an order that does not depend on the host", () => {
  mkdirSync(join(folder, "b"));
  writeFileSync(join(folder, "b", "x"), "text");
  chmodSync(join(folder, "b", "x"), 0o751);
  symlinkSync("b/x", join(folder, "a"));
  const shown = readHostRoot(folder).map(({ path, type, mode, target }) => ({ path, type, mode, target }));
  expect(shown).toEqual([
    { path: "/a", type: "symlink", mode: 0o777, target: "b/x" },
    { path: "/b", type: "directory", mode: 0o755, target: undefined },
    { path: "/b/x", type: "file", mode: 0o751, target: undefined },
  ]);
  expect(guestIn(folder).slurp("/a")).toBe("text");
});

test("neither links nor .. lead out of the folder", () => {
  const outside = mkdtempSync(join(tmpdir(), "faultline-outside-"));
  writeFileSync(join(outside, "secret"), "secret");
  mkdirSync(join(folder, "in"));
  symlinkSync(join(outside, "secret"), join(folder, "absolute"));
  symlinkSync(`../../../../../../../..${outside}/secret`, join(folder, "in", "relative"));
  symlinkSync(outside, join(folder, "directory"));
  const guest = guestIn(folder);
  for (const path of ["/absolute", "/in/relative", "/directory/secret", `/../../..${outside}/secret`])
    expect(guest.open(path)).toBe(-2);
  rmSync(outside, { recursive: true });
});

test("what the machine writes stays in the machine", () => {
  writeFileSync(join(folder, "x"), "host");
  const guest = guestIn(folder);
  expect(guest.write(guest.open("/x", 2), "guest")).toBe(5);
  expect(guest.slurp("/x")).toBe("guest");
  expect(readFileSync(join(folder, "x"), "utf8")).toBe("host");
});

test("the machine has its own /dev and /proc, whatever the folder has there", () => {
  mkdirSync(join(folder, "dev"));
  writeFileSync(join(folder, "dev", "null"), "host");
  expect(readHostRoot(folder).map(({ path }) => path)).not.toContain("/dev/null");
});

test("a folder that is missing or larger than the machine's file system is refused with a reason", () => {
  expect(() => readHostRoot(join(folder, "none"))).toThrow(CommandFailure);
  writeFileSync(join(folder, "large"), "");
  truncateSync(join(folder, "large"), 2 ** 40);
  expect(() => readHostRoot(folder)).toThrow(/more than 512 MiB/);
});

test("a folder larger than the machine's own file system leaves a program 32 MiB", () => {
  writeFileSync(join(folder, "large"), new Uint8Array(80 << 20).fill(7));
  const guest = guestIn(folder);
  const fd = guest.open("/new", 0o102);
  const pieceBytes = 65536;
  let written = 0;
  while (guest.call("write", fd, BUFFER, pieceBytes) === pieceBytes) written += pieceBytes;
  expect(guest.call("write", fd, BUFFER, pieceBytes)).toBe(-Errno.ENOSPC);
  // The folder's 80 MiB, and the program's 32.
  expect(written).toBe(32 << 20);
});
