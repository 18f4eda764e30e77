/**
 * A folder of this computer that a machine writes through to (`run --root DIR:rw`; kernel/fs/folder.ts has the machine's side).
 *
 * No way out of the folder. Names come from the machine, which resolves its links itself; here none is followed. On Linux a
 * directory is reached step by step from a descriptor of the folder that was opened once, each step by
 * /proc/self/fd/N/name with O_NOFOLLOW | O_DIRECTORY: what openat does, which Node lacks. Whoever swaps a directory for a link
 * meanwhile gets ESTALE, and nothing outside is touched. Elsewhere each step is looked at before it is taken, which leaves
 * a moment between the look and the step.
 *
 * A file is the one that was read, or made, by its device and inode: another in its place is ESTALE, not written to. A file that
 * is open for writing in the machine is open here, so that its permissions count when it is opened and not later, as
 * with Linux. Set-user-ID and set-group-ID bits are not passed on: a program of the machine is not to make such files here.
 */
import {
  accessSync,
  chmodSync,
  closeSync,
  constants,
  existsSync,
  fchmodSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  linkSync,
  lstatSync,
  lutimesSync,
  mkdirSync,
  openSync,
  realpathSync,
  renameSync,
  rmdirSync,
  type Stats,
  symlinkSync,
  unlinkSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { Errno } from "../../kernel/abi.ts";
import type { FolderChange, FolderPath, FolderPort, FolderTime } from "../../kernel/fs/folder.ts";

const { O_CREAT, O_DIRECTORY, O_EXCL, O_NOFOLLOW, O_NONBLOCK, O_RDONLY, O_RDWR, O_WRONLY } = constants;
/** Linux's O_PATH, which Node does not name: the file itself, without a right to read it. */
const O_PATH = 0o10000000;
const DESCRIPTORS = "/proc/self/fd";

/** Something here is no longer what the machine was given. */
class Stale extends Error {
  readonly code = "ESTALE";
}

/** A directory by which names in it can be reached. */
interface Place {
  readonly fd: number;
  readonly hostPath: string;
}

/** Which file it is, whatever its name. */
export const identityOf = (stats: Stats): string => `${stats.dev}:${stats.ino}`;

export class HostFolder implements FolderPort {
  private readonly root: Place;
  private readonly hasDescriptors: boolean;
  /** What each file is here. */
  private readonly identities = new Map<number, string>();
  /** Files that the machine has open for writing. */
  private readonly writers = new Map<number, number>();

  /** Throws what the file system throws. */
  constructor(folder: string) {
    const hostPath = realpathSync(folder);
    this.hasDescriptors = process.platform === "linux" && existsSync(DESCRIPTORS);
    this.root = { fd: openSync(hostPath, O_RDONLY | O_DIRECTORY), hostPath };
  }

  adopt(inode: number, path: FolderPath): void {
    try {
      this.within(path.slice(0, -1), (place) => this.learn(inode, this.at(place, path[path.length - 1]!)));
    } catch {
      // Gone since it was read: whoever changes it will be told so.
    }
  }

  change(change: FolderChange): number {
    try {
      this.carryOut(change);
      return 0;
    } catch (error) {
      const { code = "EIO" } = error as NodeJS.ErrnoException;
      // O_NOFOLLOW met a link, or O_DIRECTORY no directory, where the machine knows a file or directory.
      if (code === "ELOOP" || code === "ENOTDIR" || code === "ENOENT" || code === "EISDIR") return Errno.ESTALE;
      return (Errno as Readonly<Record<string, number>>)[code] ?? Errno.EIO;
    }
  }

  close(inode: number): void {
    const fd = this.writers.get(inode);
    if (fd === undefined) return;
    this.writers.delete(inode);
    closeSync(fd);
  }

  /** Lets go of everything. */
  release(): void {
    for (const inode of [...this.writers.keys()]) this.close(inode);
    closeSync(this.root.fd);
  }

  private carryOut(change: FolderChange): void {
    const { path, inode } = change;
    if (path.length === 0) return this.changeRoot(change);
    this.within(path.slice(0, -1), (place) => {
      const hostPath = this.at(place, path[path.length - 1]!);
      switch (change.kind) {
        case "create": {
          const fd = openSync(hostPath, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
          this.writers.set(inode, fd);
          fchmodSync(fd, change.permissions & 0o1777);
          return this.learn(inode, hostPath);
        }
        case "make-directory":
          mkdirSync(hostPath, 0o700);
          this.setMode(hostPath, change.permissions);
          return this.learn(inode, hostPath);
        case "make-symlink":
          symlinkSync(change.target, hostPath);
          return this.learn(inode, hostPath);
        case "link":
          this.check(inode, hostPath);
          return this.withinNew(change.to, (target) => linkSync(hostPath, target));
        case "unlink":
          this.check(inode, hostPath);
          return unlinkSync(hostPath);
        case "remove-directory":
          this.check(inode, hostPath);
          return rmdirSync(hostPath);
        case "rename":
          this.check(inode, hostPath);
          return this.withinNew(change.to, (target) => this.rename(hostPath, target, change.replaced));
        case "may-write":
          this.check(inode, hostPath);
          return accessSync(hostPath, constants.W_OK);
        case "open":
          this.writer(inode, hostPath);
          return;
        case "write":
          return this.write(this.writer(inode, hostPath), change.offset, change.bytes);
        case "truncate":
          return ftruncateSync(this.writer(inode, hostPath), change.bytes);
        case "mode":
          this.check(inode, hostPath);
          return this.setMode(hostPath, change.permissions);
        case "times":
          this.check(inode, hostPath);
          return setTimes(hostPath, change.accessed, change.modified);
        case "synchronize":
          return this.synchronize(inode, hostPath);
      }
    });
  }

  /** The folder itself has no name that could be changed. */
  private changeRoot(change: FolderChange): void {
    const hostPath = this.hasDescriptors ? `${DESCRIPTORS}/${this.root.fd}` : this.root.hostPath;
    if (change.kind === "mode") chmodSync(hostPath, change.permissions & 0o1777);
    else if (change.kind === "times") setTimes(this.root.hostPath, change.accessed, change.modified);
    else if (change.kind === "may-write") accessSync(hostPath, constants.W_OK);
    else if (change.kind === "synchronize") fsyncSync(this.root.fd);
  }

  /** Calls `use` with the directory that a path means, open as long as that takes. */
  private within<T>(path: FolderPath, use: (place: Place) => T): T {
    let place = this.root;
    try {
      for (const name of path) {
        const hostPath = this.at(place, name);
        if (!this.hasDescriptors && !lstatSync(hostPath).isDirectory()) throw new Stale(hostPath);
        const fd = openSync(hostPath, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
        if (place !== this.root) closeSync(place.fd);
        place = { fd, hostPath: join(place.hostPath, name) };
      }
      return use(place);
    } finally {
      if (place !== this.root) closeSync(place.fd);
    }
  }

  private withinNew(path: FolderPath, use: (hostPath: string) => void): void {
    this.within(path.slice(0, -1), (place) => use(this.at(place, path[path.length - 1]!)));
  }

  /** A name in a directory, as a path that leads there and nowhere else. */
  private at(place: Place, name: string): string {
    if (name === "" || name === "." || name === ".." || /[/\0]/.test(name))
      throw Object.assign(new Error(`${name} is no file name`), { code: "EINVAL" });
    // A half of a surrogate pair stands for a byte that is no UTF-8: Node would make another name of it.
    if (/\p{Surrogate}/u.test(name)) throw Object.assign(new Error("the name is not UTF-8"), { code: "EILSEQ" });
    return this.hasDescriptors ? `${DESCRIPTORS}/${place.fd}/${name}` : join(place.hostPath, name);
  }

  private learn(inode: number, hostPath: string): void {
    this.identities.set(inode, identityOf(lstatSync(hostPath)));
  }

  private check(inode: number, hostPath: string): void {
    if (this.identities.get(inode) !== identityOf(lstatSync(hostPath))) throw new Stale(hostPath);
  }

  /** The machine has looked for the new name in its own copy: what has come here since is not to be lost. */
  private rename(from: string, to: string, replaced: number): void {
    if (replaced >= 0) this.check(replaced, to);
    else if (lstatSync(to, { throwIfNoEntry: false }) !== undefined)
      throw Object.assign(new Error(`${to} exists`), { code: "EEXIST" });
    renameSync(from, to);
  }

  /** A descriptor that writes to the file. */
  private writer(inode: number, hostPath: string): number {
    const open = this.writers.get(inode);
    if (open !== undefined) return open;
    const fd = openSync(hostPath, O_WRONLY | O_NOFOLLOW | O_NONBLOCK);
    const stats = fstatSync(fd);
    if (!stats.isFile() || identityOf(stats) !== this.identities.get(inode)) {
      closeSync(fd);
      throw new Stale(hostPath);
    }
    this.writers.set(inode, fd);
    return fd;
  }

  /** All of it or nothing, as far as the host's disk goes along: what a failed write has added is cut off again. */
  private write(fd: number, offset: number, bytes: Uint8Array): void {
    const before = fstatSync(fd).size;
    try {
      for (let done = 0; done < bytes.length; ) done += writeSync(fd, bytes, done, bytes.length - done, offset + done);
    } catch (error) {
      if (fstatSync(fd).size > before) ftruncateSync(fd, before);
      throw error;
    }
  }

  private setMode(hostPath: string, permissions: number): void {
    if (!this.hasDescriptors) return chmodSync(hostPath, permissions & 0o1777);
    const fd = openSync(hostPath, O_PATH | O_NOFOLLOW);
    try {
      chmodSync(`${DESCRIPTORS}/${fd}`, permissions & 0o1777);
    } finally {
      closeSync(fd);
    }
  }

  private synchronize(inode: number, hostPath: string): void {
    const open = this.writers.get(inode);
    if (open !== undefined) return fsyncSync(open);
    this.check(inode, hostPath);
    const fd = openSync(hostPath, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
    try {
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
  }
}

function setTimes(hostPath: string, accessed: FolderTime, modified: FolderTime): void {
  const stats = lstatSync(hostPath);
  const secondsOf = (time: FolderTime, kept: number): number => {
    if (time === "now") return Date.now() / 1000;
    return time === "keep" ? kept / 1000 : time.seconds + time.nanoseconds / 1e9;
  };
  lutimesSync(hostPath, secondsOf(accessed, stats.atimeMs), secondsOf(modified, stats.mtimeMs));
}
