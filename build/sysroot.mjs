/**
 * Builds what the machine's programs stand on, with our own compiler: dist/sysroot (include/, lib/crt0.o, lib/libc.a), every
 * program of programs/ in dist/rootfs/bin, and dist/rootfs.tar, the machine's first file system.
 *
 * Incremental by content: each object remembers a digest of the compiler, its source and every header it could have read. A compiler
 * error fails the build with the compiler's own message.
 */
import { createHash } from "node:crypto";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, relative } from "node:path";
import { pathToFileURL } from "node:url";

const exists = (path) => existsSync(path);
const digest = (...parts) => {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part).update("\0");
  return hash.digest("hex");
};

/** Every file below a folder, sorted, as paths relative to it. */
function filesBelow(folder, prefix = "") {
  if (!exists(join(folder, prefix))) return [];
  return readdirSync(join(folder, prefix), { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = prefix === "" ? entry.name : `${prefix}/${entry.name}`;
      return entry.isDirectory() ? filesBelow(folder, path) : [path];
    });
}

/** A digest over names and contents. */
const treeDigest = (folder, files) => digest(...files.flatMap((file) => [file, readFileSync(join(folder, file))]));

/** Name, size and time of every input: when none has changed, nothing is read at all. */
function quickStamp(folders) {
  const hash = createHash("sha256");
  for (const folder of folders) {
    for (const file of filesBelow(folder)) {
      const { size, mtimeMs } = statSync(join(folder, file));
      hash.update(`${folder}/${file} ${size} ${mtimeMs}\n`);
    }
  }
  return hash.digest("hex");
}

/** The driver as one module, bundled so that Node can run it. */
async function loadDriver(root, outDir) {
  const { build } = await import("esbuild");
  const file = join(outDir, "gen", "driver.mjs");
  await build({
    absWorkingDir: root,
    entryPoints: ["toolchain/driver.ts"],
    outfile: file,
    bundle: true,
    platform: "neutral",
    mainFields: ["module", "main"],
    target: "node20",
    format: "esm",
    logLevel: "warning",
  });
  const version = digest(readFileSync(file));
  return { ...(await import(`${pathToFileURL(file).href}?${version}`)), version };
}

/** Moves the finished file into place: another build that runs at the same time never sees half of it. */
function writeWhole(path, bytes, mode = 0o644) {
  const temporary = `${path}.${process.pid}`;
  writeFileSync(temporary, bytes, { mode });
  renameSync(temporary, path);
}

/** Runs a tool on files on disk, with paths relative to the repository so that debug information names no machine. */
function runOnDisk(driver, tool, args, root, sysroot) {
  const at = (path) => join(root, path);
  const host = {
    readFile: (path) =>
      exists(at(path)) && statSync(at(path)).isFile() ? new Uint8Array(readFileSync(at(path))) : null,
    writeFile: (path, bytes, isExecutable) => {
      mkdirSync(dirname(at(path)), { recursive: true });
      writeWhole(at(path), bytes, isExecutable ? 0o755 : 0o644);
      return null;
    },
    sysroot,
    workingDirectory: "/usr/src",
  };
  const result = driver.runTool(tool, args, host);
  if (result.status !== 0) throw new Error(`${tool} ${args.join(" ")}\n${result.stderr}`);
  return result.stderr;
}

/** What was built before: output path -> digest of its inputs. */
class Ledger {
  constructor(file) {
    this.file = file;
    this.entries = exists(file) ? JSON.parse(readFileSync(file, "utf8")) : {};
  }
  isCurrent(root, output, inputs) {
    return this.entries[output] === inputs && exists(join(root, output));
  }
  record(output, inputs) {
    this.entries[output] = inputs;
  }
  save() {
    mkdirSync(dirname(this.file), { recursive: true });
    writeWhole(this.file, JSON.stringify(this.entries));
  }
}

/**
 * @param {{ root: string, outDir: string, log?: (line: string) => void }} options
 * @returns {Promise<{ compiled: number, programs: number, warnings: string }>}
 */
export async function buildSysroot({ root, outDir, log = () => {} }) {
  const stampFile = join(outDir, ".sysroot");
  const watched = ["toolchain", "emulator/isa", "libc", "programs", "kernel/abi.ts", "build"].map((name) =>
    join(root, name),
  );
  const stamp = quickStamp([
    ...watched.filter((path) => exists(path) && statSync(path).isDirectory()),
    join(outDir, "gen", "libc"),
  ]);
  if (exists(stampFile) && readFileSync(stampFile, "utf8") === stamp && exists(join(outDir, "rootfs.tar"))) {
    return { compiled: 0, programs: 0, warnings: "" };
  }
  const driver = await loadDriver(root, outDir);
  const state = {
    root,
    out: relative(root, outDir),
    driver,
    ledger: new Ledger(join(outDir, "gen", "sysroot.json")),
    compiled: 0,
    warnings: "",
    log,
  };
  copyHeaders(state);
  buildLibrary(state);
  const programs = buildPrograms(state);
  state.ledger.save();
  await packRootfs(state);
  writeFileSync(stampFile, stamp);
  if (state.warnings !== "") log(state.warnings.trimEnd());
  return { compiled: state.compiled, programs, warnings: state.warnings };
}

function copyHeaders({ root, out }) {
  const target = join(root, out, "sysroot/include");
  const wanted = new Set();
  for (const from of ["libc/include", `${out}/gen/libc/include`]) {
    for (const file of filesBelow(join(root, from))) {
      wanted.add(file);
      const path = join(target, file);
      mkdirSync(dirname(path), { recursive: true });
      const content = readFileSync(join(root, from, file));
      if (!exists(path) || !content.equals(readFileSync(path))) writeFileSync(path, content);
    }
  }
  for (const file of filesBelow(target)) if (!wanted.has(file)) rmSync(join(target, file));
}

/** Compiles one file to an object unless it is current. */
function compileObject(state, source, object, flags, headers) {
  const { root, ledger, driver } = state;
  const inputs = digest(driver.version, readFileSync(join(root, source)), headers, flags.join(" "));
  if (ledger.isCurrent(root, object, inputs)) return;
  state.warnings += runOnDisk(driver, "cc", [...flags, "-c", source, "-o", object], root, `${state.out}/sysroot`);
  ledger.record(object, inputs);
  state.compiled++;
}

const isSource = (file) => /\.(c|s|S)$/.test(file);

function buildLibrary(state) {
  const { root, out, ledger, driver } = state;
  const lib = `${out}/sysroot/lib`;
  mkdirSync(join(root, lib), { recursive: true });
  const headerFiles = filesBelow(join(root, "libc")).filter((file) => file.endsWith(".h"));
  const headers = treeDigest(join(root, "libc"), headerFiles);
  const flags = ["-O1", "-Wall", "-Ilibc/src/internal", "-Ilibc/src", "-Ilibc", `-I${out}/sysroot/include`];
  // The allocators are what people step into; debug information of all of libc would be 150 KB in every program.
  const flagsFor = (source) => (source.startsWith("libc/malloc/") ? [...flags, "-g"] : flags);
  compileObject(state, "libc/crt/crt0.s", `${lib}/crt0.o`, [], "");
  const sources = [
    ...filesBelow(join(root, "libc"))
      .filter((file) => isSource(file) && !file.startsWith("crt/"))
      .map((file) => `libc/${file}`),
    ...filesBelow(join(root, out, "gen/libc"))
      .filter(isSource)
      .map((file) => `${out}/gen/libc/${file}`),
  ];
  const objects = sources.map((source) => {
    const object = `${out}/gen/obj/${source.replaceAll("/", "-")}.o`;
    compileObject(state, source, object, flagsFor(source), headers);
    return object;
  });
  const archive = `${lib}/libc.a`;
  const inputs = digest(driver.version, ...objects.map((object) => readFileSync(join(root, object))));
  if (!ledger.isCurrent(root, archive, inputs)) {
    const fresh = `${archive}.${process.pid}`;
    runOnDisk(driver, "ar", ["rcs", fresh, ...objects], root, `${out}/sysroot`);
    renameSync(join(root, fresh), join(root, archive));
    ledger.record(archive, inputs);
  }
}

/** A file programs/x.c or programs/x.s is a program; so is a folder programs/x/ with sources in it. */
function listPrograms(root) {
  return readdirSync(join(root, "programs"), { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      if (entry.isFile()) {
        return isSource(entry.name)
          ? [{ name: entry.name.replace(/\.[a-zA-Z]$/, ""), sources: [`programs/${entry.name}`] }]
          : [];
      }
      const sources = filesBelow(join(root, "programs", entry.name)).filter(isSource);
      return sources.length === 0
        ? []
        : [{ name: entry.name, sources: sources.map((file) => `programs/${entry.name}/${file}`) }];
    });
}

function buildPrograms(state) {
  const { root, out, ledger, driver } = state;
  const headerFiles = filesBelow(join(root, "programs")).filter((file) => file.endsWith(".h"));
  const includes = `${out}/sysroot/include`;
  const headers =
    treeDigest(join(root, "programs"), headerFiles) +
    treeDigest(join(root, includes), filesBelow(join(root, includes)));
  const library = digest(
    readFileSync(join(root, out, "sysroot/lib/libc.a")),
    readFileSync(join(root, out, "sysroot/lib/crt0.o")),
  );
  const programs = listPrograms(root);
  for (const { name, sources } of programs) {
    const objects = sources.map((source) => {
      const object = `${out}/gen/obj/${source.replaceAll("/", "-")}.o`;
      compileObject(state, source, object, ["-O1", "-g", "-Wall", "-Iprograms/lib"], headers);
      return object;
    });
    const program = `${out}/rootfs/bin/${name}`;
    const inputs = digest(driver.version, library, ...objects.map((object) => readFileSync(join(root, object))));
    if (ledger.isCurrent(root, program, inputs)) continue;
    runOnDisk(driver, "cc", [...objects, "-o", program], root, `${out}/sysroot`);
    chmodSync(join(root, program), 0o755);
    ledger.record(program, inputs);
  }
  const wanted = new Set(programs.map(({ name }) => name));
  for (const file of filesBelow(join(root, out, "rootfs/bin")))
    if (!wanted.has(file) && !/\.\d+$/.test(file)) rmSync(join(root, out, "rootfs/bin", file));
  return programs.length;
}

/** Lays out /bin, /etc, /root, /tmp, /usr/include, /usr/lib, and in /usr/src the sources that debug information names. */
async function packRootfs({ root, out }) {
  const { createTar } = await import("nanotar");
  const files = [];
  const folders = new Set();
  const addFolder = (path) => {
    if (path === "." || path === "" || folders.has(path)) return;
    addFolder(dirname(path));
    folders.add(path);
    files.push({ name: path, attrs: { mode: "755", mtime: 0 } });
  };
  const add = (name, from, mode) => {
    addFolder(dirname(name));
    files.push({ name, data: new Uint8Array(readFileSync(from)), attrs: { mode, mtime: 0 } });
  };
  const addTree = (name, from, mode) => {
    for (const file of filesBelow(from)) add(`${name}/${file}`, join(from, file), mode);
  };
  for (const folder of ["bin", "etc", "root", "tmp", "usr/include", "usr/lib", "usr/src/programs"]) addFolder(folder);
  addTree("bin", join(root, out, "rootfs/bin"), "755");
  addTree("etc", join(root, "programs/etc"), "644");
  addTree("usr/include", join(root, out, "sysroot/include"), "644");
  addTree("usr/lib", join(root, out, "sysroot/lib"), "644");
  for (const file of filesBelow(join(root, "programs"))) {
    if (!file.startsWith("etc/")) add(`usr/src/programs/${file}`, join(root, "programs", file), "644");
  }
  addTree("usr/src/libc/malloc", join(root, "libc/malloc"), "644");
  writeWhole(join(root, out, "rootfs.tar"), createTar(files));
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const root = join(dirname(new URL(import.meta.url).pathname), "..");
  const started = performance.now();
  try {
    const result = await buildSysroot({ root, outDir: join(root, "dist"), log: (line) => console.log(line) });
    console.log(
      `sysroot: ${result.compiled} compiled, ${result.programs} programs, ${Math.round(performance.now() - started)} ms`,
    );
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
}
