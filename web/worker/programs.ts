/** Programs and sources as they are in the machine's own file system: what symbols and source lines are read from. */
import { areasOf } from "../../kernel/mm/areas.ts";
import { Images } from "../../system/debugger/symbols.ts";
import { fileAt } from "../../system/home-files.ts";
import type { Machine } from "../../system/machine.ts";

/** Source files longer than this are not shown. */
const MOST_SOURCE_BYTES = 400_000;

/**
 * The machine's programs. A program can be compiled again and again under one name: every run of it has an inode of its own, and
 * what was read of an earlier one must not be shown. `fresh` gives new images when that has happened.
 */
export class Programs {
  private readonly machine: Machine;
  private current: Images;
  /** Inode, size and time of change of each program that was read; "" when nobody runs it. */
  private readonly read = new Map<string, string>();

  constructor(machine: Machine) {
    this.machine = machine;
    this.current = this.make();
  }

  get images(): Images {
    for (const [path, stamp] of this.read) {
      const now = this.stampOf(path);
      if (now === "" || now === stamp) continue;
      this.read.clear();
      this.current = this.make();
      break;
    }
    return this.current;
  }

  /**
   * Lines of a source file as it stands in the machine now, or null. Debug information names it as the compiler was told: the
   * machine's own programs relative to /usr/src, a person's relative to where they were compiled.
   */
  source(path: string): readonly string[] | null {
    const { fs, processes } = this.machine.kernel.core;
    const folders = path.startsWith("/")
      ? [""]
      : ["/usr/src/", ...[...processes.values()].reverse().map(({ fs }) => `${fs.cwdPath}/`), "/root/"];
    for (const folder of folders) {
      const bytes = fileAt(fs, folder + path);
      if (bytes !== null && bytes.length <= MOST_SOURCE_BYTES) return new TextDecoder().decode(bytes).split("\n");
    }
    return null;
  }

  private make(): Images {
    return new Images((path) => {
      this.read.set(path, this.stampOf(path));
      return this.bytesOf(path);
    });
  }

  /** The inode that some process has mapped under this path: the file itself may have been replaced meanwhile. */
  private mappedInode(path: string): number | null {
    for (const process of this.machine.kernel.core.processes.values()) {
      if (process.state === "zombie") continue;
      for (const { backing } of areasOf(process.space))
        if (backing.kind === "file" && backing.path === path) return backing.inode;
    }
    return null;
  }

  private stampOf(path: string): string {
    const inode = this.mappedInode(path);
    const file = inode === null ? undefined : this.machine.kernel.core.fs.inode(inode);
    return file?.kind === "file" ? `${inode} ${file.content.bytes} ${file.mtimeCycles}` : "";
  }

  private bytesOf(path: string): Uint8Array | null {
    const { fs } = this.machine.kernel.core;
    const number = this.mappedInode(path);
    const inode = number === null ? undefined : fs.inode(number);
    if (number === null || inode?.kind !== "file") return fileAt(fs, path);
    const bytes = new Uint8Array(inode.content.bytes);
    fs.readInode(number, 0, bytes);
    return bytes;
  }
}
