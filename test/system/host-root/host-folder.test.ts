/**
 * A folder of the host that a machine writes through to, or that is given read-only: the calls behave as on Linux, the host has
 * in the end what Linux would have left there, nothing outside is touched, and a recording needs no host.
 */
import { execFileSync, spawnSync } from "node:child_process";
import {
  chmodSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Errno } from "../../../kernel/abi.ts";
import { checkFiles } from "../../../kernel/fs/check.ts";
import type { FolderChange } from "../../../kernel/fs/folder.ts";
import { HostFolder } from "../../../system/cli/host-folder.ts";
import { parseRoot, readHostRoot } from "../../../system/cli/host-root.ts";
import { Machine } from "../../../system/machine.ts";
import { faultline } from "../cli/faultline.ts";

const scratch = mkdtempSync(join(tmpdir(), "faultline-folder-"));
const programs: Record<string, string> = {};

beforeAll(() => {
  for (const name of ["changes", "pipes", "read-only"]) {
    const source = new URL(`./programs/${name}.c`, import.meta.url).pathname;
    programs[name] = join(scratch, name);
    expect(faultline(["cc", "-o", programs[name], source])).toMatchObject({ status: 0, stderr: "" });
  }
});
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

/** What programs/changes.c starts from. */
function freshFolder(): string {
  const folder = mkdtempSync(join(scratch, "root-"));
  const files = { old: "a longer old text", log: "first\n", cut: "abcdefg", victim: "v", gone: "g", first: "1" };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text, { mode: 0o644 });
  mkdirSync(join(folder, "empty"));
  linkSync(join(folder, "first"), join(folder, "second"));
  return folder;
}

/** Every name below a folder with type, permissions, number of names, target and bytes; when `victim` was changed. */
function contentOf(folder: string, path = ""): string[] {
  return readdirSync(join(folder, path))
    .sort()
    .flatMap((name) => {
      const inside = join(path, name);
      const stats = lstatSync(join(folder, inside));
      const mode = (stats.mode & 0o7777).toString(8);
      if (stats.isDirectory()) return [`${inside}/ ${mode}`, ...contentOf(folder, inside)];
      if (stats.isSymbolicLink()) return [`${inside} -> ${readlinkSync(join(folder, inside))}`];
      if (!stats.isFile()) return [`${inside} is special`];
      const times = name === "victim" ? String(stats.mtimeMs) : "";
      return [`${inside} ${mode} ${stats.nlink} ${times} ${readFileSync(join(folder, inside)).toString("base64")}`];
    });
}

const hasQemu = spawnSync("qemu-riscv32", ["--version"]).status === 0;

test.skipIf(!hasQemu)("every change gives what it gives on Linux, and leaves the same files on the host", () => {
  const [linux, ours] = [freshFolder(), freshFolder()];
  const expected = execFileSync("qemu-riscv32", [programs["changes"]!], { cwd: linux, encoding: "utf8" });
  const ran = faultline(["run", "--root", `${ours}:rw`, programs["changes"]!]);
  expect(ran.stdout.split("\n")).toEqual(expected.split("\n"));
  expect(ran.status).toBe(0);
  expect(contentOf(ours)).toEqual(contentOf(linux));
});

test.skipIf(!hasQemu)("named pipes come and go among the host's files without the host", () => {
  const [linux, ours] = [freshFolder(), freshFolder()];
  const expected = execFileSync("qemu-riscv32", [programs["pipes"]!], { cwd: linux, encoding: "utf8" });
  const ran = faultline(["run", "--root", `${ours}:rw`, programs["pipes"]!]);
  expect(ran.stdout.split("\n")).toEqual(expected.split("\n"));
  // The time of victim's last change apart: it is the file that was `gone`.
  const untimed = (folder: string): string[] =>
    contentOf(folder).map((line) => line.replace(/^(victim \d+ \d+) \S+/, "$1"));
  expect(untimed(ours)).toEqual(untimed(linux));
});

test("without :rw the same program leaves the folder as it was", () => {
  const folder = freshFolder();
  const before = contentOf(folder);
  expect(faultline(["run", "--root", folder, programs["changes"]!]).stdout).toContain("mkdir: 0");
  expect(contentOf(folder)).toEqual(before);
});

test("of a folder that is given read-only each change is refused with the error that Linux has for it", () => {
  const folder = mkdtempSync(join(scratch, "root-"));
  writeFileSync(join(folder, "file"), "text");
  mkdirSync(join(folder, "dir"));
  const before = contentOf(folder);
  const { stdout } = faultline(["run", "--root", `${folder}:ro`, programs["read-only"]!]);
  const readOnly = "Read-only file system";
  // As the same program prints it on a tmpfs that is mounted read-only, with another one mounted on its tmp (Linux 6).
  expect(
    Object.fromEntries(
      stdout
        .trim()
        .split("\n")
        .map((line) => line.split(": ")),
    ),
  ).toEqual({
    read: "done",
    "read the same": "done",
    "map privately": "done",
    "write by it": "Bad file descriptor",
    fsync: "done",
    fchmod: readOnly,
    "open to write": readOnly,
    "open to create what is there": "done",
    create: readOnly,
    access: readOnly,
    "access to read": "done",
    truncate: readOnly,
    mkdir: readOnly,
    "mkdir that is there": "File exists",
    rmdir: readOnly,
    unlink: readOnly,
    "unlink what is not there": readOnly,
    rename: readOnly,
    link: readOnly,
    symlink: readOnly,
    chmod: readOnly,
    chown: readOnly,
    times: readOnly,
    "in /tmp": "done",
    "link into /tmp": "Invalid cross-device link",
    "rename out of /tmp": "Invalid cross-device link",
    "remove /tmp": readOnly,
  });
  expect(contentOf(folder)).toEqual(before);
});

test("a recording replays without the folder, refusals of the host included", () => {
  const folder = freshFolder();
  // The machine does not know of a FIFO, so that it asks for a directory of that name and is told that there is something.
  execFileSync("mkfifo", [join(folder, "sub")]);
  const file = join(scratch, "refused.faultline");
  const ran = faultline(["run", "--root", `${folder}:rw`, "--record", file, programs["changes"]!]);
  expect(ran.stdout).toContain("mkdir: -1 File exists");
  rmSync(folder, { recursive: true });
  const again = faultline(["replay", file]);
  expect(again).toMatchObject({ status: 0, stdout: ran.stdout });
  expect(again.stderr).toContain("as recorded");
});

test("when the host refuses the n-th change, for every n, the program sees the error and the books are right", () => {
  const root = readHostRoot(freshFolder(), "rw");
  const bytes = readFileSync(programs["changes"]!);
  const program = { path: "/tmp/changes", type: "file" as const, mode: 0o755, bytes };
  const refuseAt = (at: number): { calls: number; output: string } => {
    let calls = 0;
    const port = {
      adopt: () => {},
      change: () => (calls++ === at ? Errno.ENOSPC : 0),
      close: () => {},
    };
    let output = "";
    const machine = new Machine(
      { frames: 256 },
      [...root, program],
      (_stream, text) => {
        output += Buffer.from(text).toString();
      },
      { isReadOnly: false, port },
    );
    expect(machine.boot({ argv: ["/tmp/changes"], environment: [], stdio: "streams" })).toBeNull();
    expect(machine.run(1e9)).toMatchObject({ kind: "halted", status: 0 });
    machine.kernel.checkInvariants();
    checkFiles(machine.kernel.core);
    return { calls, output };
  };
  const { calls, output } = refuseAt(-1);
  expect(calls).toBeGreaterThan(30);
  expect(output).not.toContain("No space");
  let seen = 0;
  for (let at = 0; at < calls; at++) if (refuseAt(at).output.includes("No space left on device")) seen++;
  // Not seen: what is written back when a mapping goes, as on Linux.
  expect(seen).toBeGreaterThan(calls - 6);
});

// ---- no way out ----

/** A port over a folder with dir/file in it, and a folder outside with a file of the same name. */
function besideOutside(): { folder: string; outside: string; port: HostFolder } {
  const [folder, outside] = [mkdtempSync(join(scratch, "root-")), mkdtempSync(join(scratch, "outside-"))];
  mkdirSync(join(folder, "dir"));
  writeFileSync(join(folder, "dir", "file"), "inside");
  writeFileSync(join(outside, "file"), "outside");
  const port = new HostFolder(folder);
  port.adopt(10, ["dir"]);
  port.adopt(11, ["dir", "file"]);
  return { folder, outside, port };
}

const at11 = { path: ["dir", "file"], inode: 11 };
const EVERY_CHANGE: readonly FolderChange[] = [
  { ...at11, kind: "open" },
  { ...at11, kind: "write", offset: 0, bytes: Uint8Array.of(88) },
  { ...at11, kind: "truncate", bytes: 0 },
  { ...at11, kind: "mode", permissions: 0o777 },
  { ...at11, kind: "times", accessed: { seconds: 1, nanoseconds: 0 }, modified: { seconds: 1, nanoseconds: 0 } },
  { ...at11, kind: "may-write" },
  { ...at11, kind: "synchronize" },
  { ...at11, kind: "unlink" },
  { ...at11, kind: "link", to: ["copy"] },
  { ...at11, kind: "rename", to: ["stolen"], replaced: -1 },
  { path: ["dir", "new"], inode: 12, kind: "create", permissions: 0o600 },
  { path: ["dir", "new"], inode: 12, kind: "make-directory", permissions: 0o700 },
  { path: ["dir", "new"], inode: 12, kind: "make-symlink", target: "x" },
];

test("a directory that becomes a link to the outside is not followed by any change", () => {
  for (const change of EVERY_CHANGE) {
    const { folder, outside, port } = besideOutside();
    const before = [contentOf(outside), lstatSync(join(outside, "file")).mtimeMs];
    renameSync(join(folder, "dir"), join(folder, "was"));
    symlinkSync(outside, join(folder, "dir"));
    expect([change.kind, port.change(change)]).toEqual([change.kind, Errno.ESTALE]);
    expect([contentOf(outside), lstatSync(join(outside, "file")).mtimeMs]).toEqual(before);
    expect(readdirSync(folder).sort()).toEqual(["dir", "was"]);
    port.release();
  }
});

test("a file that becomes a link, or another file, is not changed", () => {
  const replacements: ((path: string, outside: string) => void)[] = [
    (path, outside) => symlinkSync(join(outside, "file"), path),
    (path, outside) => linkSync(join(outside, "file"), path),
    (path) => mkdirSync(path),
  ];
  for (const replace of replacements) {
    for (const change of EVERY_CHANGE.slice(0, 10)) {
      const { folder, outside, port } = besideOutside();
      renameSync(join(folder, "dir", "file"), join(folder, "dir", "was"));
      replace(join(folder, "dir", "file"), outside);
      const before = contentOf(outside);
      expect([change.kind, port.change(change)]).toEqual([change.kind, Errno.ESTALE]);
      expect(contentOf(outside)).toEqual(before);
      expect(readdirSync(folder)).toEqual(["dir"]);
      port.release();
    }
  }
});

test("names that mean a place, and names with a slash, are refused", () => {
  const { folder, outside, port } = besideOutside();
  const secret = join("..", basename(outside), "file");
  for (const path of [["..", basename(outside), "file"], [secret], ["dir", ".."], ["."], [""], ["dir\0"]]) {
    const result = port.change({ path, inode: 13, kind: "create", permissions: 0o600 });
    expect(result).toBe(Errno.EINVAL);
  }
  expect(port.change({ ...at11, kind: "rename", to: ["..", "file"], replaced: -1 })).toBe(Errno.EINVAL);
  // The byte FF, as the machine keeps it: not a name that Node could make here.
  const noUtf8 = { path: ["a\udcff"], inode: 13, kind: "create", permissions: 0o600 } as const;
  expect(port.change(noUtf8)).toBe(Errno.EILSEQ);
  expect(contentOf(folder)).toHaveLength(2);
  port.release();
});

test("a file that came to the host meanwhile is not overwritten by a rename", () => {
  const { folder, port } = besideOutside();
  writeFileSync(join(folder, "mine"), "mine");
  expect(port.change({ ...at11, kind: "rename", to: ["mine"], replaced: -1 })).toBe(Errno.EEXIST);
  expect(readFileSync(join(folder, "mine"), "utf8")).toBe("mine");
  port.release();
});

test("the machine makes no set-user-ID files on the host", () => {
  const { folder, port } = besideOutside();
  expect(port.change({ ...at11, kind: "mode", permissions: 0o6755 })).toBe(0);
  expect(lstatSync(join(folder, "dir", "file")).mode & 0o7777).toBe(0o755);
  port.release();
});

// Root may write to everything: only another user is refused.
test.skipIf(process.getuid?.() === 0)("a file that may not be written is refused with EACCES", () => {
  const { folder, port } = besideOutside();
  chmodSync(join(folder, "dir", "file"), 0o444);
  expect(port.change({ ...at11, kind: "open" })).toBe(Errno.EACCES);
  expect(port.change({ ...at11, kind: "may-write" })).toBe(Errno.EACCES);
  port.release();
});

// ---- how it is asked for ----

test("what becomes of changes stands after the last colon", () => {
  expect(parseRoot("a:b")).toEqual({ folder: "a:b", mode: "copy" });
  expect(parseRoot("a:b:rw")).toEqual({ folder: "a:b", mode: "rw" });
  expect(parseRoot("a:ro:copy")).toEqual({ folder: "a:ro", mode: "copy" });
  expect(parseRoot(":rw")).toEqual({ folder: ":rw", mode: "copy" });
});

test("a folder that is written to cannot be used with gdb, which goes back in time", () => {
  const folder = freshFolder();
  const ran = faultline(["run", "--root", `${folder}:rw`, "--gdb", "0", programs["changes"]!]);
  expect(ran.status).toBe(2);
  expect(ran.stderr).toContain("cannot go back in time");
});

test.each([
  ["a link", (path: string) => symlinkSync("/", path)],
  ["a dangling link", (path: string) => symlinkSync("/nowhere", path)],
  ["a file", (path: string) => writeFileSync(path, "x")],
])("a folder whose /tmp is %s still gets the program", (_what, make) => {
  const folder = mkdtempSync(join(scratch, "root-"));
  make(join(folder, "tmp"));
  const source = join(scratch, "said.c");
  writeFileSync(source, '#include <stdio.h>\nint main(void) { puts("here"); }\n');

  expect(faultline(["run", "--root", `${folder}:rw`, source])).toEqual({ status: 0, stdout: "here\n", stderr: "" });
  expect(faultline(["run", "--init", "--root", folder, source])).toMatchObject({ status: 0, stdout: "here\n" });
  expect(readdirSync(folder)).toEqual(["tmp"]);
});

test("one of the machine's own programs works on the folder's files, and is not left there", () => {
  const folder = mkdtempSync(join(scratch, "root-"));
  writeFileSync(join(folder, "line"), "from the host\n");
  for (const mode of ["", ":ro", ":rw"])
    expect(faultline(["run", "--root", folder + mode, "cat", "/line"])).toEqual({
      status: 0,
      stdout: "from the host\n",
      stderr: "",
    });
  expect(faultline(["run", "--root", `${folder}:rw`, "cp", "/line", "/copy"]).status).toBe(0);
  expect(readFileSync(join(folder, "copy"), "utf8")).toBe("from the host\n");
  expect(readdirSync(folder).sort()).toEqual(["copy", "line"]);
});

test("a host file whose name is no UTF-8 is named in the refusal", () => {
  const folder = mkdtempSync(join(scratch, "root-"));
  writeFileSync(Buffer.concat([Buffer.from(`${folder}/x`), Buffer.from([0xff])]), "");
  expect(() => readHostRoot(folder)).toThrow(/the name \/x\ufffd in it is not UTF-8/);
});
