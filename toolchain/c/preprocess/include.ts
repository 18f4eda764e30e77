/** Where #include finds files: the name between the quotes or the angle brackets, and the search along the paths (C11 §6.10.2, GCC's manual "Search Path"). */
import type { SourceFile, Span } from "../../diagnostics.ts";
import { spanBetween, spanOf, type Token, TokenKind } from "../tokens.ts";

/** Where included files come from. Paths use `/`; the same path should give the same SourceFile, whose tokens are then reused. */
export interface FileProvider {
  /** The file, or null when there is none. */
  read(path: string): SourceFile | null;
}

/** What stands after #include or in __has_include( ). */
export interface HeaderName {
  readonly path: string;
  readonly isQuoted: boolean;
  readonly span: Span;
}

/** The file in which an #include stands. */
export interface Includer {
  readonly file: SourceFile;
  /** Index of the include path where it was found, for #include_next; −1 for the main file and quotes. */
  readonly pathIndex: number;
}

/** Null when it is neither a text in quotes nor one in angle brackets. */
export function headerNameOf(line: readonly Token[]): HeaderName | null {
  const first = line[0];
  if (first === undefined) return null;
  if (first.kind === TokenKind.String && first.text.startsWith('"')) {
    return { path: first.text.slice(1, -1), isQuoted: true, span: spanOf(first) };
  }
  if (first.text !== "<") return null;
  const close = line.findIndex((token, i) => i > 0 && token.text.startsWith(">"));
  if (close < 0) return null;
  const path = line
    .slice(1, close)
    .map((token, i) => (i > 0 && token.hasSpaceBefore ? ` ${token.text}` : token.text))
    .join("");
  return { path, isQuoted: false, span: spanBetween(first, line[close]!) };
}

/** The include paths. */
export class IncludeSearch {
  private readonly paths: readonly string[];
  private readonly provider: FileProvider;

  constructor(paths: readonly string[], provider: FileProvider) {
    this.paths = paths;
    this.provider = provider;
  }

  /** The file and the index of the path where it was found; null when there is none. */
  find(
    path: string,
    isQuoted: boolean,
    from: Includer,
    isNext: boolean,
  ): { file: SourceFile; pathIndex: number } | null {
    const { paths } = this;
    if (path.startsWith("/")) {
      const file = this.provider.read(path);
      return file === null ? null : { file, pathIndex: -1 };
    }
    if (isQuoted && !isNext) {
      const slash = from.file.name.lastIndexOf("/");
      const file = this.provider.read(normalize(slash < 0 ? path : from.file.name.slice(0, slash + 1) + path));
      if (file !== null) return { file, pathIndex: from.pathIndex };
    }
    for (let i = isNext ? from.pathIndex + 1 : 0; i < paths.length; i++) {
      const file = this.provider.read(normalize(`${paths[i]}/${path}`));
      if (file !== null) return { file, pathIndex: i };
    }
    return null;
  }
}

/** Removes `.` and `x/..` from a path. */
function normalize(path: string): string {
  if (!path.includes("./")) return path;
  const out: string[] = [];
  for (const part of path.split("/")) {
    if (part === "." && out.length > 0) continue;
    const before = out[out.length - 1];
    if (part === ".." && before !== undefined && before !== ".." && before !== "." && before !== "") out.pop();
    else out.push(part);
  }
  return out.join("/");
}
