import { createTar, parseTar } from "nanotar";
import { describe, expect, it } from "vitest";
import { readRootArchive } from "../../system/root-file-system.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const archive = createTar([
  { name: "bin", attrs: { mode: "755", mtime: 0 } },
  { name: "bin/sh", data: bytes("x".repeat(513)), attrs: { mode: "755", mtime: 0 } },
  { name: "etc/motd", data: bytes("hello\n"), attrs: { mode: "600", mtime: 0 } },
  { name: "tmp/über", data: bytes("ü"), attrs: { mode: "644", mtime: 0 } },
]);

describe("the root archive", () => {
  it("is read as another reader reads it", () => {
    const expected = parseTar(archive).map((item) =>
      item.type === "directory"
        ? { path: `/${item.name}`, mode: 0o755, type: "directory" }
        : {
            path: `/${item.name}`,
            mode: Number.parseInt(item.attrs!.mode!, 8),
            type: "file",
            bytes: new Uint8Array(item.data!),
          },
    );
    expect(expected.map(({ path }) => path)).toEqual(["/bin", "/bin/sh", "/etc/motd", "/tmp/über"]);
    expect(readRootArchive(archive).map((entry) => ({ ...entry }))).toEqual(expected);
  });

  it("may lie in a larger array", () => {
    const larger = new Uint8Array(archive.length + 7);
    larger.set(archive, 7);
    expect(readRootArchive(larger.subarray(7))).toEqual(readRootArchive(archive));
  });

  it.each([
    [
      "cut short in a file",
      () => archive.subarray(0, 1024),
      "byte 512 of the archive is not the header of /bin/sh with its 513 bytes",
    ],
    ["of something else", () => bytes("MZ".repeat(300)), "byte 0 of the archive is not the header of an entry (ustar)"],
    [
      "with a link in it",
      () => archive.slice().fill(0x32, 156, 157),
      "byte 0 of the archive is not the header of a file or folder (type 2)",
    ],
  ])("%s is refused with the place", (_, make, message) => {
    expect(() => readRootArchive(make())).toThrow(message);
  });
});
