/**
 * What survives a reload: files of the home directory and settings in IndexedDB, the unfinished line in session storage.
 * Storage can be missing or full (private windows); then the page works on and says so once.
 */
import { get, set } from "idb-keyval";
import type { SavedFile } from "./protocol.ts";

const FILES_KEY = "faultline.home.v1";
const LINE_KEY = "faultline.line.v1";

const isSavedFile = (value: unknown): value is SavedFile => {
  const file = value as Partial<SavedFile> | null;
  return (
    typeof file?.path === "string" &&
    file.path.startsWith("/root/") &&
    file.bytes instanceof Uint8Array &&
    typeof file.mode === "number"
  );
};

/** The saved files; those that are damaged are left out. */
export async function loadFiles(): Promise<SavedFile[]> {
  try {
    const stored: unknown = await get(FILES_KEY);
    return Array.isArray(stored) ? stored.filter(isSavedFile) : [];
  } catch {
    return [];
  }
}

/** Keeps the files. Returns false when the browser would not. */
export async function saveFiles(files: readonly SavedFile[]): Promise<boolean> {
  try {
    await set(FILES_KEY, files);
    return true;
  } catch {
    return false;
  }
}

/**
 * Follows what is typed and remembers the line that has not been sent yet, so that a reload can type it again. It knows
 * only printable characters, erase and the keys that end a line; anything else (arrows, completion) it lets pass.
 */
export class UnfinishedLine {
  private line = "";

  note(bytes: Uint8Array): void {
    const text = new TextDecoder().decode(bytes);
    if (text.startsWith("\x1b")) return;
    for (const character of text) {
      if (
        character === "\r" ||
        character === "\n" ||
        character === "\x03" ||
        character === "\x15" ||
        character === "\x04"
      )
        this.line = "";
      else if (character === "\x7f" || character === "\b") this.line = [...this.line].slice(0, -1).join("");
      else if (character >= " ") this.line += character;
    }
    try {
      sessionStorage.setItem(LINE_KEY, this.line);
    } catch {
      // Without session storage a reload starts with an empty line.
    }
  }

  /** The line that an earlier load of this page left behind. */
  static left(): string {
    try {
      return sessionStorage.getItem(LINE_KEY) ?? "";
    } catch {
      return "";
    }
  }
}
