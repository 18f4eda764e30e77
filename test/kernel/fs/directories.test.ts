import { describe, expect, it } from "vitest";
import { Errno } from "../../../kernel/abi.ts";
import { FileSystem } from "../../../kernel/fs/file-system.ts";
import { Open } from "../../../kernel/fs/flags.ts";
import { readFileForExec } from "../../../kernel/fs/path.ts";
import { populate } from "../../../kernel/fs/root-image.ts";
import { BUFFER, Guest } from "./guest.ts";

const { Create, WriteOnly } = Open;
const REMOVE_DIRECTORY = 0x200;

const mkdir = (guest: Guest, path: string) => guest.call("mkdirat", -100, guest.text(path), 0o777);
const unlink = (guest: Guest, path: string, flags = 0) => guest.call("unlinkat", -100, guest.text(path), flags);
const rename = (guest: Guest, from: string, to: string, flags = 0) =>
  guest.call("renameat2", -100, guest.text(from), -100, guest.text(to), flags);
const link = (guest: Guest, from: string, to: string) =>
  guest.call("linkat", -100, guest.text(from), -100, guest.text(to), 0);
const touch = (guest: Guest, path: string, text = "") => {
  const fd = guest.open(path, Create | WriteOnly);
  guest.write(fd, text);
  guest.call("close", fd);
};
const linksOf = (guest: Guest, path: string) => {
  guest.call("statx", -100, guest.text(path), 0, 0, BUFFER);
  return guest.wordAt(BUFFER + 16);
};

describe("directories", () => {
  it("count a link for their name, for their own dot and for each child's dot-dot", () => {
    const guest = new Guest();
    expect(mkdir(guest, "/tmp/d")).toBe(0);
    expect(linksOf(guest, "/tmp/d")).toBe(2);
    mkdir(guest, "/tmp/d/e/");
    expect(linksOf(guest, "/tmp/d")).toBe(3);
    expect(mkdir(guest, "/tmp/d")).toBe(-Errno.EEXIST);
    expect(mkdir(guest, "/nowhere/d")).toBe(-Errno.ENOENT);
    expect(mkdir(guest, "/proc/d")).toBe(-Errno.EACCES);
    expect(unlink(guest, "/tmp/d", REMOVE_DIRECTORY)).toBe(-Errno.ENOTEMPTY);
    expect(unlink(guest, "/tmp/d/e")).toBe(-Errno.EISDIR);
    expect(unlink(guest, "/tmp/d/e", REMOVE_DIRECTORY)).toBe(0);
    expect(linksOf(guest, "/tmp/d")).toBe(2);
    guest.check();
  });

  it("refuse to be removed as rmdir(2) says", () => {
    const guest = new Guest();
    mkdir(guest, "/tmp/d");
    touch(guest, "/tmp/f");
    expect(unlink(guest, "/", REMOVE_DIRECTORY)).toBe(-Errno.EBUSY);
    expect(unlink(guest, "/tmp/d/.", REMOVE_DIRECTORY)).toBe(-Errno.EINVAL);
    expect(unlink(guest, "/tmp/d/..", REMOVE_DIRECTORY)).toBe(-Errno.ENOTEMPTY);
    expect(unlink(guest, "/tmp/f", REMOVE_DIRECTORY)).toBe(-Errno.ENOTDIR);
    expect(unlink(guest, "/proc", REMOVE_DIRECTORY)).toBe(-Errno.EBUSY);
    expect(unlink(guest, "/tmp/none", REMOVE_DIRECTORY)).toBe(-Errno.ENOENT);
    expect(unlink(guest, "/tmp/f", 1)).toBe(-Errno.EINVAL);
  });

  it("list dot, dot-dot and every name once, even while names are being removed", () => {
    const guest = new Guest();
    mkdir(guest, "/tmp/d");
    const names = Array.from({ length: 300 }, (_, i) => `name-${i}`);
    for (const name of names) touch(guest, `/tmp/d/${name}`);
    const fd = guest.open("/tmp/d");
    const listed = guest.list(fd);
    expect(listed.map(({ name }) => name)).toEqual([".", "..", ...names]);
    expect(listed[0].type).toBe(4);
    expect(listed[2].type).toBe(8);
    // Read a first part, remove what it named, read on: nothing is skipped (rm -r does this).
    guest.call("_llseek", fd, 0, 0, BUFFER, 0);
    const seen = new Set<string>();
    for (
      let bytes = guest.call("getdents64", fd, BUFFER, 512);
      bytes > 0;
      bytes = guest.call("getdents64", fd, BUFFER, 512)
    ) {
      const part: string[] = [];
      for (let at = 0; at < bytes; at += guest.at(BUFFER + at + 16, 1)[0]) {
        const entry = guest.at(BUFFER + at, 280);
        part.push(Buffer.from(entry.subarray(19, entry.indexOf(0, 19))).toString());
      }
      for (const name of part.filter((found) => !found.startsWith("."))) {
        seen.add(name);
        unlink(guest, `/tmp/d/${name}`);
      }
    }
    expect(seen.size).toBe(300);
    expect(guest.call("getdents64", guest.open("/tmp"), BUFFER, 8)).toBe(-Errno.EINVAL);
    guest.check();
  });

  it("are left by chdir and named by getcwd", () => {
    const guest = new Guest();
    mkdir(guest, "/tmp/d");
    mkdir(guest, "/tmp/d/e");
    const cwd = () => {
      const bytes = guest.call("getcwd", BUFFER, 100);
      return bytes < 0 ? bytes : Buffer.from(guest.at(BUFFER, bytes - 1)).toString();
    };
    expect(cwd()).toBe("/");
    expect(guest.call("chdir", guest.text("/tmp/d/e"))).toBe(0);
    expect(cwd()).toBe("/tmp/d/e");
    expect(guest.call("chdir", guest.text("../.."))).toBe(0);
    expect(cwd()).toBe("/tmp");
    expect(guest.call("getcwd", BUFFER, 4)).toBe(-Errno.ERANGE);
    guest.call("chdir", guest.text("d/e"));
    rename(guest, "/tmp/d", "/tmp/moved");
    expect(cwd()).toBe("/tmp/moved/e");
    unlink(guest, "/tmp/moved/e", REMOVE_DIRECTORY);
    expect(cwd()).toBe(-Errno.ENOENT);
    expect(guest.open("x", Create | WriteOnly)).toBe(-Errno.ENOENT);
    touch(guest, "/tmp/f");
    expect(guest.call("chdir", guest.text("/tmp/f"))).toBe(-Errno.ENOTDIR);
    guest.call("chdir", guest.text("/proc/1/fd"));
    expect(cwd()).toBe("/proc/1/fd");
    guest.call("chdir", guest.text(".."));
    expect(cwd()).toBe("/proc/1");
  });
});

describe("links", () => {
  it("a file lives until its last name and its last descriptor are gone", () => {
    const guest = new Guest();
    touch(guest, "/tmp/a", "kept");
    expect(link(guest, "/tmp/a", "/tmp/b")).toBe(0);
    expect(linksOf(guest, "/tmp/b")).toBe(2);
    const before = guest.core.fs.usage.inodes;
    const fd = guest.open("/tmp/a");
    unlink(guest, "/tmp/a");
    unlink(guest, "/tmp/b");
    expect(guest.open("/tmp/a")).toBe(-Errno.ENOENT);
    expect(guest.read(fd)).toBe("kept");
    expect(guest.core.fs.usage.inodes).toBe(before);
    guest.call("close", fd);
    expect(guest.core.fs.usage.inodes).toBe(before - 1);
    guest.check();
  });

  it("refuse directories, other file systems and names that exist", () => {
    const guest = new Guest();
    touch(guest, "/tmp/a");
    expect(link(guest, "/tmp", "/tmp/x")).toBe(-Errno.EPERM);
    expect(link(guest, "/proc/uptime", "/tmp/x")).toBe(-Errno.EXDEV);
    expect(link(guest, "/tmp/a", "/tmp/a")).toBe(-Errno.EEXIST);
    expect(link(guest, "/tmp/none", "/tmp/x")).toBe(-Errno.ENOENT);
  });

  it("readlinkat gives the target without a final 0, cut to the buffer", () => {
    const guest = new Guest();
    guest.call("symlinkat", guest.text("some/target"), -100, guest.text("/tmp/l"));
    expect(guest.call("readlinkat", -100, guest.text("/tmp/l"), BUFFER, 100)).toBe(11);
    expect(guest.call("readlinkat", -100, guest.text("/tmp/l"), BUFFER, 4)).toBe(4);
    expect(Buffer.from(guest.at(BUFFER, 4)).toString()).toBe("some");
    expect(guest.call("readlinkat", -100, guest.text("/tmp"), BUFFER, 4)).toBe(-Errno.EINVAL);
    expect(guest.call("readlinkat", -100, guest.text("/tmp/l"), BUFFER, 0)).toBe(-Errno.EINVAL);
    expect(guest.call("symlinkat", guest.text(""), -100, guest.text("/tmp/m"))).toBe(-Errno.ENOENT);
    expect(guest.call("symlinkat", guest.text("x"), -100, guest.text("/tmp/l"))).toBe(-Errno.EEXIST);
  });
});

describe("rename", () => {
  it("replaces a file in one step, and does nothing between two names of one file", () => {
    const guest = new Guest();
    touch(guest, "/tmp/a", "A");
    touch(guest, "/tmp/b", "B");
    expect(rename(guest, "/tmp/a", "/tmp/b", 1)).toBe(-Errno.EEXIST);
    expect(rename(guest, "/tmp/a", "/tmp/b")).toBe(0);
    expect(guest.slurp("/tmp/b")).toBe("A");
    expect(guest.open("/tmp/a")).toBe(-Errno.ENOENT);
    link(guest, "/tmp/b", "/tmp/c");
    expect(rename(guest, "/tmp/b", "/tmp/c")).toBe(0);
    expect(guest.slurp("/tmp/b")).toBe("A");
    guest.check();
  });

  it("follows the rules of rename(2) for directories", () => {
    const guest = new Guest();
    for (const path of ["/tmp/d", "/tmp/d/sub", "/tmp/empty", "/tmp/full"]) mkdir(guest, path);
    touch(guest, "/tmp/full/x");
    touch(guest, "/tmp/f");
    expect(rename(guest, "/tmp/d", "/tmp/d/sub/d")).toBe(-Errno.EINVAL);
    expect(rename(guest, "/tmp/d", "/tmp/full")).toBe(-Errno.ENOTEMPTY);
    expect(rename(guest, "/tmp/d", "/tmp/f")).toBe(-Errno.ENOTDIR);
    expect(rename(guest, "/tmp/f", "/tmp/empty")).toBe(-Errno.EISDIR);
    expect(rename(guest, "/tmp/f", "/tmp/g/")).toBe(-Errno.ENOTDIR);
    expect(rename(guest, "/tmp/f", "/proc/f")).toBe(-Errno.EXDEV);
    expect(rename(guest, "/tmp/.", "/tmp/x")).toBe(-Errno.EBUSY);
    expect(rename(guest, "/tmp/d", "/tmp/empty")).toBe(0);
    expect(linksOf(guest, "/tmp/empty")).toBe(3);
    expect(rename(guest, "/tmp/empty/sub", "/tmp/sub")).toBe(0);
    expect(linksOf(guest, "/tmp/empty")).toBe(2);
    guest.call("chdir", guest.text("/tmp/sub"));
    expect(guest.call("chdir", guest.text(".."))).toBe(0);
    expect(guest.call("getcwd", BUFFER, 100)).toBe(5);
    guest.check();
  });
});

describe("the initial root", () => {
  const script = new TextEncoder().encode("#!/bin/sh\n");
  const entries = [
    { path: "bin/tool", type: "file", mode: 0o755, bytes: script },
    { path: "/etc", type: "directory", mode: 0o700 },
    { path: "./etc/motd", type: "file", mode: 0o644, bytes: new Uint8Array(10000).fill(65) },
    { path: "bin/alias", type: "symlink", mode: 0o777, target: "tool" },
  ] as const;

  it("is loaded from entries, parents made as needed, without copying bytes", () => {
    const guest = new Guest();
    populate(guest.core.fs, entries);
    expect(guest.slurp("/bin/alias")).toBe("#!/bin/sh\n");
    expect(guest.slurp("/etc/motd")).toBe("A".repeat(10000));
    const found = readFileForExec(guest.core, guest.p, "/bin/alias");
    expect(found).toMatchObject({ path: "/bin/tool" });
    if (typeof found !== "number") expect(found.bytes.buffer).toBe(script.buffer);
    expect(readFileForExec(guest.core, guest.p, "/etc/motd")).toBe(-Errno.EACCES);
    expect(readFileForExec(guest.core, guest.p, "/etc")).toBe(-Errno.EACCES);
    expect(readFileForExec(guest.core, guest.p, "/bin/none")).toBe(-Errno.ENOENT);
    guest.check();
  });

  it("a snapshot stays as it was while files, names and pipes change, and can be restored twice", () => {
    const guest = new Guest();
    const { fs } = guest.core;
    populate(fs, entries);
    touch(guest, "/tmp/f", "before");
    const snapshot = structuredClone(fs.snapshot());
    const live = fs.snapshot();
    const change = () => {
      touch(guest, "/tmp/f", "AFTER!");
      touch(guest, "/etc/motd", "changed");
      touch(guest, "/tmp/new");
      unlink(guest, "/bin/alias");
      fs.terminal.edit.push(1);
    };
    for (const kept of [live, snapshot, live]) {
      change();
      expect(guest.slurp("/tmp/f")).toBe("AFTER!");
      fs.restore(kept);
      expect(guest.slurp("/tmp/f")).toBe("before");
      expect(guest.slurp("/etc/motd")).toBe("A".repeat(10000));
      expect(guest.slurp("/bin/alias")).toBe("#!/bin/sh\n");
      expect(guest.open("/tmp/new")).toBe(-Errno.ENOENT);
      expect(fs.terminal.edit).toEqual([]);
      guest.check();
    }
  });

  it("an unchanged file costs a snapshot nothing but its record", () => {
    const fs = new FileSystem();
    populate(fs, entries);
    const [first, second] = [fs.snapshot(), fs.snapshot()];
    const chunks = (snapshot: typeof first) =>
      snapshot.inodes.flatMap((inode) => (inode.kind === "file" ? [inode.content.chunks] : []));
    expect(chunks(first).every((table, i) => table === chunks(second)[i])).toBe(true);
  });
});
