import { describe, expect, it } from "vitest";
import { Errno } from "../../../kernel/abi.ts";
import { CAPACITY_CHUNKS } from "../../../kernel/fs/file-system.ts";
import { Open } from "../../../kernel/fs/flags.ts";
import { Resource } from "../../../kernel/proc/resources.ts";
import { BUFFER, Guest, NOWHERE } from "./guest.ts";

const { Create, Exclusive, Truncate, Append, WriteOnly, ReadWrite, Directory, NoFollow, CloseOnExec } = Open;

describe("open", () => {
  it("fails as open(2) says it does", () => {
    const guest = new Guest();
    expect(guest.open("/missing")).toBe(-Errno.ENOENT);
    expect(guest.open("/missing/x", Create | WriteOnly)).toBe(-Errno.ENOENT);
    expect(guest.open("/tmp", WriteOnly)).toBe(-Errno.EISDIR);
    expect(guest.open("")).toBe(-Errno.ENOENT);
    expect(guest.call("openat", -100, NOWHERE, 0)).toBe(-Errno.EFAULT);
    expect(guest.call("openat", 99, guest.text("x"), 0)).toBe(-Errno.EBADF);
    const fd = guest.open("/tmp/file", Create | WriteOnly);
    expect(fd).toBe(0);
    expect(guest.call("openat", fd, guest.text("x"), 0)).toBe(-Errno.ENOTDIR);
    expect(guest.open("/tmp/file/x")).toBe(-Errno.ENOTDIR);
    expect(guest.open("/tmp/file/")).toBe(-Errno.ENOTDIR);
    expect(guest.open("/tmp/file", Directory)).toBe(-Errno.ENOTDIR);
    expect(guest.open("/tmp/file", Create | Exclusive | WriteOnly)).toBe(-Errno.EEXIST);
    expect(guest.open("/tmp/" + "n".repeat(256), Create | WriteOnly)).toBe(-Errno.ENAMETOOLONG);
    expect(guest.open("/tmp/" + "n".repeat(255), Create | WriteOnly)).toBe(1);
    expect(guest.open("/" + "./".repeat(2047) + "x")).toBe(-Errno.ENAMETOOLONG);
    guest.check();
  });

  it("gives the lowest free descriptor, and EMFILE at the limit", () => {
    const guest = new Guest();
    Object.assign(guest.p.limits[Resource.OpenFiles], { soft: 3 });
    expect([guest.open("/tmp"), guest.open("/tmp"), guest.open("/tmp")]).toEqual([0, 1, 2]);
    expect(guest.open("/tmp")).toBe(-Errno.EMFILE);
    guest.call("close", 1);
    expect(guest.open("/tmp")).toBe(1);
    expect(guest.call("close", 1)).toBe(0);
    expect(guest.call("close", 1)).toBe(-Errno.EBADF);
  });

  it("makes a file with the mode less the umask, and truncates it when asked", () => {
    const guest = new Guest();
    guest.call("umask", 0o027);
    const fd = guest.open("/tmp/f", Create | ReadWrite, 0o666);
    expect(guest.write(fd, "twelve bytes")).toBe(12);
    expect(statOf(guest, "/tmp/f")).toMatchObject({ mode: 0o100640, bytes: 12, links: 1 });
    guest.open("/tmp/f", Truncate | WriteOnly);
    expect(statOf(guest, "/tmp/f").bytes).toBe(0);
  });

  it("follows symbolic links except with O_NOFOLLOW, and gives ELOOP for a circle", () => {
    const guest = new Guest();
    guest.write(guest.open("/tmp/real", Create | WriteOnly), "here");
    guest.call("symlinkat", guest.text("real"), -100, guest.text("/tmp/link"));
    guest.call("symlinkat", guest.text("loop2"), -100, guest.text("/tmp/loop1"));
    guest.call("symlinkat", guest.text("/tmp/loop1"), -100, guest.text("/tmp/loop2"));
    expect(guest.slurp("/tmp/link")).toBe("here");
    expect(guest.open("/tmp/link", NoFollow)).toBe(-Errno.ELOOP);
    expect(guest.open("/tmp/loop1")).toBe(-Errno.ELOOP);
    // O_CREAT through a link that leads nowhere makes the file that it names.
    guest.call("symlinkat", guest.text("/tmp/made"), -100, guest.text("/tmp/dangling"));
    expect(guest.open("/tmp/dangling", Create | Exclusive | WriteOnly)).toBe(-Errno.EEXIST);
    guest.write(guest.open("/tmp/dangling", Create | WriteOnly), "new");
    expect(guest.slurp("/tmp/made")).toBe("new");
  });
});

describe("read and write", () => {
  it("share one offset after dup, and have their own after a second open", () => {
    const guest = new Guest();
    const fd = guest.open("/tmp/f", Create | ReadWrite);
    guest.write(fd, "abcdef");
    const twin = guest.call("dup", fd);
    expect(seek(guest, twin, 1, 0)).toBe(1);
    expect(guest.read(fd, 2)).toBe("bc");
    expect(guest.read(twin, 2)).toBe("de");
    expect(guest.read(guest.open("/tmp/f"), 3)).toBe("abc");
  });

  it("refuse descriptors of the wrong mode, and directories", () => {
    const guest = new Guest();
    const fd = guest.open("/tmp/f", Create | WriteOnly);
    expect(guest.read(fd)).toBe(-Errno.EBADF);
    expect(guest.write(guest.open("/tmp/f"), "x")).toBe(-Errno.EBADF);
    expect(guest.read(guest.open("/tmp"))).toBe(-Errno.EISDIR);
    expect(guest.read(77)).toBe(-Errno.EBADF);
  });

  it("append at the end whatever the offset says", () => {
    const guest = new Guest();
    const fd = guest.open("/tmp/f", Create | ReadWrite | Append);
    guest.write(fd, "one");
    seek(guest, fd, 0, 0);
    guest.write(fd, "two");
    expect(guest.slurp("/tmp/f")).toBe("onetwo");
  });

  it("leave holes that read as zeros and take no room", () => {
    const guest = new Guest();
    const fd = guest.open("/tmp/f", Create | ReadWrite);
    const before = guest.core.fs.usage.usedChunks;
    expect(guest.call("pwrite64", fd, guest.text("end"), 3, 0x7000_0000, 0)).toBe(3);
    expect(guest.core.fs.usage.usedChunks).toBe(before + 1);
    expect(statOf(guest, "/tmp/f")).toMatchObject({ bytes: 0x7000_0003, blocks: 8 });
    expect(guest.call("pread64", fd, BUFFER, 4, 0x1234_5678, 0)).toBe(4);
    expect([...guest.at(BUFFER, 4)]).toEqual([0, 0, 0, 0]);
    expect(guest.call("pwrite64", fd, guest.text("x"), 1, 0x7fff_ffff, 0)).toBe(-Errno.EFBIG);
  });

  it("give back what had been moved when memory ends in the middle", () => {
    const guest = new Guest();
    const fd = guest.open("/tmp/f", Create | ReadWrite);
    // The last page of memory: 4096 bytes can be read from it, the next byte cannot.
    const lastPage = BUFFER + 31 * 4096;
    expect(guest.call("write", fd, lastPage, 5000)).toBe(4096);
    expect(guest.call("write", fd, NOWHERE, 1)).toBe(-Errno.EFAULT);
    expect(guest.call("write", fd, NOWHERE, 0)).toBe(0);
    seek(guest, fd, 0, 0);
    expect(guest.call("read", fd, NOWHERE, 1)).toBe(-Errno.EFAULT);
    expect(seek(guest, fd, 0, 1)).toBe(0);
  });

  it("gather and scatter in order", () => {
    const guest = new Guest();
    const fd = guest.open("/tmp/f", Create | ReadWrite);
    const iov = guest.words(guest.text("ab"), 2, NOWHERE, 0, guest.text("cde"), 3);
    expect(guest.call("writev", fd, iov, 3)).toBe(5);
    seek(guest, fd, 0, 0);
    expect(guest.call("readv", fd, guest.words(BUFFER, 1, BUFFER + 100, 10), 2)).toBe(5);
    expect(Buffer.from(guest.at(BUFFER + 100, 4)).toString()).toBe("bcde");
    expect(guest.call("writev", fd, iov, 1025)).toBe(-Errno.EINVAL);
    expect(guest.call("writev", fd, guest.words(0, 0x7fff_f000, 0, 1), 2)).toBe(-Errno.EINVAL);
  });

  it("end with ENOSPC when the file system is full, and removing a file makes room", () => {
    const guest = new Guest();
    const fd = guest.open("/tmp/f", Create | ReadWrite);
    const pages = 16;
    let written = 0;
    for (let result = 1; result > 0; written += Math.max(0, result))
      result = guest.call("write", fd, BUFFER, pages * 4096);
    expect(guest.call("write", fd, BUFFER, 1)).toBe(-Errno.ENOSPC);
    expect(written).toBeLessThanOrEqual(CAPACITY_CHUNKS * 4096);
    expect(written).toBeGreaterThan((CAPACITY_CHUNKS - pages) * 4096);
    guest.call("unlinkat", -100, guest.text("/tmp/f"), 0);
    guest.call("close", fd);
    expect(guest.write(guest.open("/tmp/g", Create | WriteOnly), "fits")).toBe(4);
    guest.check();
  });
});

describe("seek, truncate and descriptors", () => {
  it("seek from start, offset and end, and refuse the rest", () => {
    const guest = new Guest();
    const fd = guest.open("/tmp/f", Create | ReadWrite);
    guest.write(fd, "0123456789");
    expect(seek(guest, fd, -3, 2)).toBe(7);
    expect(seek(guest, fd, 1, 1)).toBe(8);
    expect(seek(guest, fd, 20, 0)).toBe(20);
    expect(seek(guest, fd, -1, 0)).toBe(-Errno.EINVAL);
    expect(seek(guest, fd, 0, 9)).toBe(-Errno.EINVAL);
    expect(guest.call("_llseek", fd, 0, 0, NOWHERE, 0)).toBe(-Errno.EFAULT);
    expect(seek(guest, fd, 0, 1)).toBe(20);
    guest.call("pipe2", BUFFER, 0);
    expect(seek(guest, guest.wordAt(BUFFER), 0, 0)).toBe(-Errno.ESPIPE);
  });

  it("cut a file and extend it with zeros", () => {
    const guest = new Guest();
    const fd = guest.open("/tmp/f", Create | ReadWrite);
    guest.write(fd, "abcdef");
    expect(guest.call("ftruncate64", fd, 2, 0)).toBe(0);
    expect(guest.call("ftruncate64", fd, 4, 0)).toBe(0);
    expect(guest.slurp("/tmp/f")).toBe("ab\0\0");
    expect(guest.call("ftruncate64", fd, -1, -1)).toBe(-Errno.EINVAL);
    expect(guest.call("ftruncate64", guest.open("/tmp/f"), 0, 0)).toBe(-Errno.EINVAL);
    expect(guest.call("ftruncate64", fd, 0, 1)).toBe(-Errno.EFBIG);
  });

  it("duplicate onto a number, closing what was there", () => {
    const guest = new Guest();
    const fd = guest.open("/tmp/f", Create | ReadWrite);
    expect(guest.call("dup3", fd, 7, CloseOnExec)).toBe(7);
    expect(guest.call("fcntl64", 7, 1, 0)).toBe(1);
    expect(guest.call("fcntl64", fd, 1, 0)).toBe(0);
    expect(guest.call("dup3", 7, 7, 0)).toBe(-Errno.EINVAL);
    expect(guest.call("dup3", 5, 6, 0)).toBe(-Errno.EBADF);
    expect(guest.call("dup3", fd, 1024, 0)).toBe(-Errno.EBADF);
    expect(guest.call("fcntl64", fd, 0, 20)).toBe(20);
    expect(guest.call("fcntl64", fd, 1030, 20)).toBe(21);
    expect(guest.call("fcntl64", 21, 1, 0)).toBe(1);
    expect(guest.call("fcntl64", fd, 4, Append)).toBe(0);
    expect(guest.call("fcntl64", 20, 3, 0)).toBe(ReadWrite | Append);
    expect(guest.call("fcntl64", fd, 12345, 0)).toBe(-Errno.EINVAL);
  });
});

describe("statx", () => {
  it("lays out struct statx as Linux does", () => {
    const guest = new Guest();
    guest.core.hart.cycles = 250_000_000; // 2.5 seconds after power-on
    guest.write(guest.open("/tmp/f", Create | WriteOnly, 0o600), "12345");
    expect(guest.call("statx", -100, guest.text("/tmp/f"), 0, 0xfff, BUFFER)).toBe(0);
    const bytes = guest.at(BUFFER, 256);
    const view = new DataView(bytes.buffer, bytes.byteOffset);
    expect(view.getUint32(0, true)).toBe(0xfff);
    expect(view.getUint32(4, true)).toBe(4096);
    expect(view.getUint32(16, true)).toBe(1);
    expect(view.getUint16(28, true)).toBe(0o100600);
    expect(view.getBigUint64(40, true)).toBe(5n);
    expect(view.getBigUint64(48, true)).toBe(8n);
    // Noon of 2026-01-01 UTC and 2.5 seconds.
    const second = BigInt(Date.UTC(2026, 0, 1, 12, 0, 2) / 1000);
    expect([view.getBigInt64(80, true), view.getUint32(88, true)]).toEqual([second, 500_000_000]);
    expect(view.getBigInt64(112, true)).toBe(second);
  });

  it("looks at the link itself, the descriptor itself, and devices", () => {
    const guest = new Guest();
    guest.call("symlinkat", guest.text("target"), -100, guest.text("/tmp/l"));
    expect(guest.call("statx", -100, guest.text("/tmp/l"), 0, 0, BUFFER)).toBe(-Errno.ENOENT);
    expect(statOf(guest, "/tmp/l", 0x100)).toMatchObject({ mode: 0o120777, bytes: 6 });
    const fd = guest.open("/dev/null");
    expect(guest.call("statx", fd, guest.text(""), 0x1000, 0, BUFFER)).toBe(0);
    expect(guest.wordAt(BUFFER + 128)).toBe(1);
    expect(guest.wordAt(BUFFER + 132)).toBe(3);
    expect(guest.call("statx", fd, guest.text(""), 0, 0, BUFFER)).toBe(-Errno.ENOENT);
    expect(guest.call("statx", -100, guest.text("/tmp"), 0, 0, NOWHERE)).toBe(-Errno.EFAULT);
  });

  it("faccessat lets root do everything but run a file without an execute bit", () => {
    const guest = new Guest();
    guest.open("/tmp/f", Create | WriteOnly, 0o000);
    const access = (path: string, mode: number) => guest.call("faccessat", -100, guest.text(path), mode);
    expect(access("/tmp/f", 6)).toBe(0);
    expect(access("/tmp/f", 1)).toBe(-Errno.EACCES);
    expect(access("/tmp", 1)).toBe(0);
    expect(access("/tmp/none", 0)).toBe(-Errno.ENOENT);
    expect(access("/tmp/f", 8)).toBe(-Errno.EINVAL);
  });
});

describe("devices", () => {
  it("behave as null, zero, full and random do", () => {
    const guest = new Guest();
    expect(guest.read(guest.open("/dev/null"))).toBe("");
    expect(guest.write(guest.open("/dev/null", WriteOnly), "gone")).toBe(4);
    guest.at(BUFFER, 10).fill(7);
    expect(guest.call("read", guest.open("/dev/zero"), BUFFER, 5)).toBe(5);
    expect([...guest.at(BUFFER, 6)]).toEqual([0, 0, 0, 0, 0, 7]);
    expect(guest.write(guest.open("/dev/full", WriteOnly), "x")).toBe(-Errno.ENOSPC);
    const random = guest.open("/dev/urandom");
    guest.call("read", random, BUFFER, 4096);
    const seen = new Set(guest.at(BUFFER, 4096));
    // 4096 draws of 256 values miss one with probability e^-16 each.
    expect(seen.size).toBeGreaterThan(250);
    expect(guest.open("/dev/tty")).toBe(-Errno.ENXIO);
  });

  it("lead /dev/fd and /dev/stdin to the open files themselves", () => {
    const guest = new Guest();
    const fd = guest.open("/tmp/f", Create | ReadWrite);
    guest.write(fd, "data");
    guest.call("unlinkat", -100, guest.text("/tmp/f"), 0);
    expect(guest.slurp("/dev/stdin")).toBe("data");
    expect(guest.slurp(`/dev/fd/${fd}`)).toBe("data");
    expect(guest.open("/dev/fd/9")).toBe(-Errno.ENOENT);
  });

  it("are the host streams of a program without a terminal", () => {
    const guest = new Guest("streams");
    expect(guest.write(1, "out")).toBe(3);
    expect(guest.write(2, "err")).toBe(3);
    expect(guest.shown).toMatchObject({ stdout: "out", stderr: "err" });
    expect(guest.call("ioctl", 1, 0x5413, BUFFER)).toBe(-Errno.ENOTTY);
    expect(guest.call("_llseek", 0, 0, 0, BUFFER, 0)).toBe(-Errno.ESPIPE);
  });
});

function seek(guest: Guest, fd: number, offset: number, whence: number): number {
  const result = guest.call("_llseek", fd, offset < 0 ? -1 : 0, offset, BUFFER + 64, whence);
  return result < 0 ? result : guest.wordAt(BUFFER + 64);
}

function statOf(guest: Guest, path: string, flags = 0): { mode: number; bytes: number; links: number; blocks: number } {
  const result = guest.call("statx", -100, guest.text(path), flags, 0xfff, BUFFER);
  if (result !== 0) throw new Error(`statx of ${path} gave ${result}`);
  const bytes = guest.at(BUFFER, 256);
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  return {
    mode: view.getUint16(28, true),
    bytes: Number(view.getBigUint64(40, true)),
    links: view.getUint32(16, true),
    blocks: Number(view.getBigUint64(48, true)),
  };
}
