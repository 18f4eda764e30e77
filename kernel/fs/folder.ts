/**
 * A folder of the host as the root of the tree (`run --root DIR:ro` and `DIR:rw`). Its files were copied in before the machine
 * started and are always read from that copy, so that a run stays repeatable. What this adds is the way out: every change of
 * an inode that came from the folder, or was made in it, is offered to the host first, and happens in the machine only if
 * the host has done it. The host's answer is −errno as the machine's own call would give it; read-only, it is −EROFS.
 *
 * An answer is input from outside. Failures are kept with the number of the call they answered (all others succeeded), and
 * that list is part of a recording: replaying asks nobody. A call that was answered once is not made again when a timeline
 * runs the same past again.
 *
 * A named pipe in the folder is the machine's alone: its bytes go from program to program, and the host never learns of it.
 *
 * What the machine itself puts into the tree (/dev, /proc, /tmp when the folder has none, the program that was named) is not
 * of the folder. Such a name cannot be removed or moved, as a mount point cannot; and a name cannot move, nor a link lead,
 * from one side to the other: EXDEV.
 */
import { Errno } from "../abi.ts";
import { KernelPanic } from "../panic.ts";

const ROOT = 1;

/** Names from the folder down to a file; empty: the folder itself. None is "", "." or "..". */
export type FolderPath = readonly string[];

/** A time to set, in seconds since 1970. */
export type FolderTime = "now" | "keep" | { readonly seconds: number; readonly nanoseconds: number };

/** A change, or the question whether one would be allowed; `inode` is the machine's number of what `path` names. */
export type FolderChange = { readonly path: FolderPath; readonly inode: number } & FolderAction;
type FolderAction =
  | { readonly kind: "create" | "make-directory"; readonly permissions: number }
  | { readonly kind: "make-symlink"; readonly target: string }
  | { readonly kind: "link"; readonly to: FolderPath }
  | { readonly kind: "unlink" | "remove-directory" }
  /** `replaced`: the inode that `to` names so far, or −1. */
  | { readonly kind: "rename"; readonly to: FolderPath; readonly replaced: number }
  /** May it be written? And: it is opened for writing, and stays so until `close`. */
  | { readonly kind: "may-write" | "open" }
  | { readonly kind: "write"; readonly offset: number; readonly bytes: Uint8Array }
  | { readonly kind: "truncate"; readonly bytes: number }
  | { readonly kind: "mode"; readonly permissions: number }
  | { readonly kind: "times"; readonly accessed: FolderTime; readonly modified: FolderTime }
  /** Everything written to it has to be safe now. */
  | { readonly kind: "synchronize" };

/** The host's side. Must not call back into the kernel, and must not throw. */
export interface FolderPort {
  /** The machine knows this file of the folder by this number. */
  adopt(inode: number, path: FolderPath): void;
  /** 0, or a positive errno with nothing changed. */
  change(change: FolderChange): number;
  /** Nobody has the file open or mapped any more. */
  close(inode: number): void;
}

/** A call that failed, counted from 0, and its positive errno. */
export interface FolderFailure {
  readonly call: number;
  readonly errno: number;
}

export interface FolderOptions {
  readonly isReadOnly: boolean;
  /** Null: nothing is asked, the answers are those of `failures`. */
  readonly port: FolderPort | null;
  readonly failures?: readonly FolderFailure[];
}

/** A name of an inode in the folder, by the number of its directory. */
interface Home {
  readonly parent: number;
  readonly name: string;
}

export interface FolderSnapshot {
  readonly homes: ReadonlyMap<number, Home>;
  readonly calls: number;
}

/** Kinds of changes that give a new inode its name. */
type Making = "create" | "make-directory" | "make-symlink";

export class Folder {
  /** Failed calls so far; what a recording keeps. */
  readonly failures: FolderFailure[] = [];
  #mode: "none" | "read-only" | "writable" = "none";
  #port: FolderPort | null = null;
  #homes = new Map<number, Home>();
  #calls = 0;
  /** Calls that have an answer already. */
  #answered = 0;
  readonly #errnoByCall = new Map<number, number>();
  /** Whether the file system knows an inode as a pipe. */
  readonly #isPipe: (inode: number) => boolean;

  constructor(isPipe: (inode: number) => boolean) {
    this.#isPipe = isPipe;
  }

  /** A file that came from the folder; before `attach`. */
  adopt(inode: number, parent: number, name: string): void {
    this.#homes.set(inode, { parent, name });
  }

  /** From now on changes are offered to the host. */
  attach(options: FolderOptions): void {
    this.#mode = options.isReadOnly ? "read-only" : "writable";
    this.#port = options.isReadOnly ? null : options.port;
    for (const failure of options.failures ?? []) this.#keep(failure);
    for (const inode of this.#homes.keys()) this.#port?.adopt(inode, this.#pathOf(inode));
  }

  get isReadOnly(): boolean {
    return this.#mode === "read-only";
  }

  /** Is the inode one of the folder's? */
  has(inode: number): boolean {
    return this.#mode !== "none" && (inode === ROOT || this.#homes.has(inode));
  }

  /** Whether a directory of the folder has, under some name, something that is not the folder's. */
  isMountPoint(directory: number, inode: number): boolean {
    return this.has(directory) && !this.has(inode);
  }

  // ---- what is asked of the host: 0 or −errno; 0 for what is not the folder's ----

  /** A new name in a directory, for an inode that will have this number. */
  askNew(directory: number, name: string, inode: number, action: Extract<FolderAction, { kind: Making }>): number {
    return this.has(directory) ? this.#ask({ ...action, path: [...this.#pathOf(directory), name], inode }) : 0;
  }

  /** A new named pipe in a directory: the host is not asked. */
  askPipe(directory: number): number {
    return this.isReadOnly && this.has(directory) ? -Errno.EROFS : 0;
  }

  askLink(inode: number, directory: number, name: string): number {
    if (!this.has(directory)) return 0;
    return this.#ask({ kind: "link", path: this.#pathOf(inode), inode, to: [...this.#pathOf(directory), name] });
  }

  askUnlink(directory: number, name: string, inode: number, isDirectory: boolean): number {
    if (!this.has(directory)) return 0;
    const kind = isDirectory ? "remove-directory" : "unlink";
    return this.#ask({ kind, path: [...this.#pathOf(directory), name], inode });
  }

  askRename(from: number, name: string, to: number, newName: string, inode: number, replaced: number): number {
    if (!this.has(from)) return 0;
    // The host sees what the new name meant go, when a pipe takes it; and where there was a pipe it sees nothing.
    if (this.#isPipe(inode) && replaced >= 0) return this.askUnlink(to, newName, replaced, false);
    const path = [...this.#pathOf(from), name];
    const seen = this.#isPipe(replaced) ? -1 : replaced;
    return this.#ask({ kind: "rename", path, inode, to: [...this.#pathOf(to), newName], replaced: seen });
  }

  /** Anything about one inode that has a name. */
  ask(inode: number, action: Exclude<FolderAction, { kind: Making | "link" | "unlink" | "rename" }>): number {
    return this.has(inode) ? this.#ask({ ...action, path: this.#pathOf(inode), inode } as FolderChange) : 0;
  }

  // ---- what has happened in the machine ----

  /** An inode has got a name in a directory. */
  named(directory: number, name: string, inode: number): void {
    if (this.has(directory) && !this.#homes.has(inode)) this.#homes.set(inode, { parent: directory, name });
  }

  /** A name has moved. */
  renamed(inode: number, from: Home, to: Home): void {
    const home = this.#homes.get(inode);
    if (home?.parent === from.parent && home.name === from.name) this.#homes.set(inode, to);
  }

  /** A name has gone; `other` is one that the inode still has, or undefined. Without a name it is the machine's alone. */
  unnamed(inode: number, directory: number, name: string, other: () => Home | undefined): void {
    const home = this.#homes.get(inode);
    if (home?.parent !== directory || home.name !== name) return;
    const next = other();
    if (next === undefined) {
      this.#homes.delete(inode);
      this.#port?.close(inode);
    } else this.#homes.set(inode, next);
  }

  /** Nobody holds the inode any more. */
  closed(inode: number): void {
    if (this.#port !== null && this.#homes.has(inode)) this.#port.close(inode);
  }

  /** Every inode of the folder with its name, for the checker. */
  homes(): Iterable<[number, Home]> {
    return this.#homes;
  }

  snapshot(): FolderSnapshot {
    return { homes: new Map(this.#homes), calls: this.#calls };
  }

  restore(snapshot: FolderSnapshot): void {
    this.#homes = new Map(snapshot.homes);
    this.#calls = snapshot.calls;
  }

  #keep(failure: FolderFailure): void {
    this.failures.push(failure);
    this.#errnoByCall.set(failure.call, failure.errno);
  }

  #ask(change: FolderChange): number {
    const isForPipe = this.#isPipe(change.inode);
    if (this.#mode === "read-only") return isHarmless(change, isForPipe) ? 0 : -Errno.EROFS;
    if (isForPipe) return 0;
    const call = this.#calls++;
    if (call >= this.#answered && this.#port !== null) {
      this.#answered = call + 1;
      const errno = this.#port.change(change);
      if (errno !== 0) this.#keep({ call, errno });
    }
    return -(this.#errnoByCall.get(call) ?? 0);
  }

  #pathOf(inode: number): FolderPath {
    const names: string[] = [];
    for (let at = inode; at !== ROOT; ) {
      const home = this.#homes.get(at);
      if (home === undefined) throw new KernelPanic(`inode ${at} is asked of the host and is not of its folder`);
      names.push(home.name);
      at = home.parent;
    }
    return names.reverse();
  }
}

/** Allowed in a folder that is not to be changed: what is written to a pipe does not change it. */
const isHarmless = ({ kind }: FolderChange, isForPipe: boolean): boolean =>
  kind === "synchronize" || (isForPipe && (kind === "open" || kind === "may-write"));
