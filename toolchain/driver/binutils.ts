/** `objdump`, `nm`, `size` and `ar`: their options; the listings come from objdump/ and ar.ts. */
import { looksLikeArchive, readArchive, writeArchive } from "../ar.ts";
import { renderDiagnostics } from "../diagnostics.ts";
import { type Result, readElf } from "../elf/read.ts";
import { disassembleFile } from "../objdump/disassembly.ts";
import { listSizes, listSymbols } from "../objdump/listings.ts";
import { baseName, type DriverHost, failure, ok, type ToolResult } from "./host.ts";

type Listing = (bytes: Uint8Array, name: string) => Result<string>;

const HELP: Readonly<Record<string, string>> = {
  objdump: "Usage: objdump [-d] [-h] [-t] FILE...\n\n  -d  instructions (default)   -h  sections   -t  symbols\n",
  nm: "Usage: nm FILE...\n\nLists the symbols of objects, archives and programs.\n",
  size: "Usage: size FILE...\n\nBytes of code, data and bss.\n",
  ar: "Usage: ar rcs ARCHIVE FILE...    put files into an archive\n       ar t ARCHIVE               list its members\n       ar x ARCHIVE [MEMBER...]   take members out\n",
};

/** Runs listings over every file, and over every member of an archive. */
function listFiles(tool: string, files: readonly string[], listings: readonly Listing[], host: DriverHost): ToolResult {
  if (files.length === 0) return failure(`${tool}: error: no input files (${tool} --help)\n`, 2);
  let stdout = "";
  let stderr = "";
  for (const name of files) {
    const bytes = host.readFile(name);
    if (bytes === null) {
      stderr += `${tool}: error: ${name}: there is no such file\n`;
      continue;
    }
    for (const { label, content, problem } of partsOf(name, bytes)) {
      stderr += problem;
      for (const listing of listings) {
        if (content === null) continue;
        const result = listing(content, label);
        if (result.ok) stdout += result.value;
        else stderr += renderDiagnostics(result.diagnostics, { colour: host.colour ?? false });
      }
    }
  }
  return { status: stderr === "" ? 0 : 1, stdout, stderr };
}

function partsOf(name: string, bytes: Uint8Array): { label: string; content: Uint8Array | null; problem: string }[] {
  if (!looksLikeArchive(bytes)) return [{ label: name, content: bytes, problem: "" }];
  const archive = readArchive(bytes, name);
  if (!archive.ok) return [{ label: name, content: null, problem: renderDiagnostics(archive.diagnostics) }];
  return archive.value.members.map((member) => ({
    label: `${name}(${member.name})`,
    content: member.bytes,
    problem: "",
  }));
}

const disassembly: Listing = (bytes, name) => disassembleFile(bytes, name);

/** The section table, as `objdump -h` lays it out. */
const listSections: Listing = (bytes, name) => {
  const file = readElf(bytes, name);
  if (!file.ok) return file;
  const hex = (value: number): string => value.toString(16).padStart(8, "0");
  const rows = file.value.sections
    .slice(1)
    .map(
      (section, index) =>
        `${String(index).padStart(3)} ${section.name.padEnd(20)} ${hex(section.sizeBytes)}  ${hex(section.vaddr)}  ${hex(section.fileOffset)}  ${section.alignBytes}\n`,
    );
  return {
    ok: true,
    value: `\n${name}:\n\nIdx Name                 Size      Address   File off  Align\n${rows.join("")}`,
  };
};

export function objdump(args: readonly string[], host: DriverHost): ToolResult {
  const listings: Listing[] = [];
  const files: string[] = [];
  for (const arg of args) {
    if (arg === "--help") return ok(HELP["objdump"]!);
    if (!arg.startsWith("-")) files.push(arg);
    else if (arg === "--disassemble") listings.push(disassembly);
    else if (/^-[dhtDrSxC]+$/.test(arg)) {
      if (/[hx]/.test(arg)) listings.push(listSections);
      if (/[tx]/.test(arg)) listings.push(listSymbols);
      if (/[dDS]/.test(arg)) listings.push(disassembly);
    } else if (!/^-M/.test(arg)) return failure(`objdump: error: unknown option '${arg}' (objdump --help)\n`, 2);
  }
  return listFiles("objdump", files, listings.length === 0 ? [disassembly] : listings, host);
}

const plainListing =
  (tool: string, listing: Listing, withName: boolean) =>
  (args: readonly string[], host: DriverHost): ToolResult => {
    if (args.includes("--help")) return ok(HELP[tool]!);
    const files = args.filter((arg) => !arg.startsWith("-"));
    const isLarge = withName && (files.length > 1 || files.some((file) => file.endsWith(".a")));
    const named: Listing = (bytes, name) => {
      const result = listing(bytes, name);
      return result.ok && isLarge ? { ok: true, value: `\n${name}:\n${result.value}` } : result;
    };
    return listFiles(tool, files, [named], host);
  };

export const nm = plainListing("nm", listSymbols, true);
const sizeRows = plainListing("size", listSizes, false);

export function size(args: readonly string[], host: DriverHost): ToolResult {
  const result = sizeRows(args, host);
  // Each listing has a heading of its own; one is enough.
  const lines = result.stdout.split("\n");
  const heading = lines[0];
  return { ...result, stdout: lines.filter((line, index) => index === 0 || line !== heading).join("\n") };
}

export function ar(args: readonly string[], host: DriverHost): ToolResult {
  if (args.includes("--help")) return ok(HELP["ar"]!);
  const [operation, archiveName, ...files] = args;
  if (operation === undefined || archiveName === undefined) return failure(HELP["ar"]!, 2);
  const letters = operation.replace(/^-/, "");
  const bytes = host.readFile(archiveName);
  if (letters.includes("r") || letters.includes("q")) return replaceMembers(archiveName, bytes, files, host);
  if (bytes === null) return failure(`ar: error: ${archiveName}: there is no such file\n`);
  const archive = readArchive(bytes, archiveName);
  if (!archive.ok) return failure(renderDiagnostics(archive.diagnostics));
  const chosen = archive.value.members.filter((member) => files.length === 0 || files.includes(member.name));
  if (letters.includes("t")) return ok(chosen.map((member) => `${member.name}\n`).join(""));
  if (!letters.includes("x")) return failure(`ar: error: unknown operation '${operation}' (ar --help)\n`, 2);
  for (const member of chosen) {
    const problem = host.writeFile(member.name, member.bytes, false);
    if (problem !== null) return failure(`ar: error: ${member.name}: cannot write: ${problem}\n`);
  }
  return ok();
}

function replaceMembers(
  archiveName: string,
  existing: Uint8Array | null,
  files: readonly string[],
  host: DriverHost,
): ToolResult {
  const members = new Map<string, Uint8Array>();
  if (existing !== null) {
    const archive = readArchive(existing, archiveName);
    if (!archive.ok) return failure(renderDiagnostics(archive.diagnostics));
    for (const member of archive.value.members) members.set(member.name, member.bytes);
  }
  for (const file of files) {
    const bytes = host.readFile(file);
    if (bytes === null) return failure(`ar: error: ${file}: there is no such file\n`);
    members.set(baseName(file), bytes);
  }
  const content = writeArchive([...members].map(([name, bytes]) => ({ name, bytes })));
  const problem = host.writeFile(archiveName, content, false);
  return problem === null ? ok() : failure(`ar: error: ${archiveName}: cannot write: ${problem}\n`);
}
