import { describe, expect, it } from "vitest";
import { Errno, RESTART } from "../../../kernel/abi.ts";
import { formatSyscall, type GuestText, quote } from "../../../kernel/strace.ts";

/** Memory of a few strings and words at chosen addresses. */
function memory(contents: Record<number, string | number[]>): GuestText {
  const bytesAt = (vaddr: number): Uint8Array | undefined => {
    const found = contents[vaddr];
    if (found === undefined) return undefined;
    return typeof found === "string" ? Buffer.from(found, "latin1") : new Uint8Array(Int32Array.from(found).buffer);
  };
  return {
    bytes: (vaddr, maxBytes) => {
      for (const start of Object.keys(contents).map(Number)) {
        const bytes = bytesAt(start)!;
        if (vaddr >= start && vaddr < start + bytes.length)
          return bytes.subarray(vaddr - start, vaddr - start + maxBytes);
      }
      return undefined;
    },
    string: (vaddr, maxBytes) => {
      const bytes = bytesAt(vaddr);
      return bytes && { bytes: bytes.subarray(0, maxBytes), isWhole: bytes.length <= maxBytes };
    },
  };
}
const nothing = memory({});

// Expected lines are those that strace 6.1 prints for the same calls of a 32-bit program.
describe("a system call as strace prints it", () => {
  it("names flags, quotes paths and gives the mode only when a file may be made", () => {
    const text = memory({ 4096: "/tmp/x" });
    expect(formatSyscall("openat", [-100, 0x1000, 0o100, 0o644], 3, text)).toBe(
      'openat(AT_FDCWD, "/tmp/x", O_RDONLY|O_CREAT, 0644) = 3',
    );
    expect(formatSyscall("openat", [-100, 0x1000, 0o2100000, 0], -Errno.ENOENT, text)).toBe(
      'openat(AT_FDCWD, "/tmp/x", O_RDONLY|O_LARGEFILE|O_CLOEXEC) = -1 ENOENT (No such file or directory)',
    );
  });

  it("cuts strings after 32 bytes", () => {
    const long = "abcdefghijklmnopqrstuvwxyz0123456789";
    const text = memory({ 8192: long });
    expect(formatSyscall("write", [1, 0x2000, 36], 36, text)).toBe(
      'write(1, "abcdefghijklmnopqrstuvwxyz012345"..., 36) = 36',
    );
  });

  it("shows what a read has read, and only the address when it has failed", () => {
    const text = memory({ 12288: "line\nmore" });
    expect(formatSyscall("read", [0, 0x3000, 4096], 5, text)).toBe('read(0, "line\\n", 4096)                 = 5');
    expect(formatSyscall("read", [0, 0x3000, 4096], -Errno.EAGAIN, text)).toBe(
      "read(0, 0x3000, 4096)                   = -1 EAGAIN (Resource temporarily unavailable)",
    );
  });

  it("puts results in column 40", () => {
    const line = formatSyscall("close", [3], 0, nothing);
    expect(line).toBe("close(3)                                = 0");
    expect(line.indexOf("=")).toBe(40);
  });

  it("shows memory calls by their names, addresses in hexadecimal", () => {
    const mapped = formatSyscall("mmap2", [0, 8192, 3, 0x22, -1, 0], 0x9f000000, nothing);
    expect(mapped).toBe("mmap2(NULL, 8192, PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) = 0x9f000000");
    expect(formatSyscall("mprotect", [0x1000, 4096, 0], 0, nothing)).toContain("PROT_NONE");
    expect(formatSyscall("brk", [0], 0x20000, nothing)).toBe("brk(NULL)                               = 0x20000");
  });

  it("knows signals, whence, clocks and calls that do not return", () => {
    expect(formatSyscall("kill", [7, 15], 0, nothing)).toContain("kill(7, SIGTERM)");
    expect(formatSyscall("_llseek", [3, 0, 5, 0x10, 2], 0, nothing)).toContain("SEEK_END");
    expect(formatSyscall("exit_group", [1], undefined, nothing)).toMatch(/^exit_group\(1\) += \?$/);
    expect(formatSyscall("read", [0, 0x10, 1], RESTART, nothing)).toContain("? ERESTARTSYS");
    expect(formatSyscall("pread64", [3, 0x10, 8, 1, 1], 0, nothing)).toContain("8, 4294967297)");
  });

  it("takes argv apart", () => {
    const text = memory({ 256: "/bin/ls", 512: [0x300, 0x310, 0], 768: "ls", 784: "-l" });
    expect(formatSyscall("execve", [0x100, 0x200, 0x400], 0, text)).toBe('execve("/bin/ls", ["ls", "-l"], 0x400)  = 0');
  });

  it("writes bytes that cannot be printed in the shortest octal", () => {
    expect(quote(Uint8Array.of(0, 0x61, 1, 0x31, 0x1b, 0x5b, 255, 34, 92, 9))).toBe('"\\0a\\0011\\33[\\377\\"\\\\\\t"');
  });
});
