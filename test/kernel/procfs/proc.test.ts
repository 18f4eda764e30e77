import { describe, expect, it } from "vitest";
import { Errno, TRAMPOLINE_VADDR } from "../../../kernel/abi.ts";
import { lookup, pathOfDirectory } from "../../../kernel/fs/path.ts";
import { setControl } from "../../../kernel/fs/proc/controls.ts";
import { openProcFile } from "../../../kernel/fs/proc/open.ts";
import { readPagemap } from "../../../kernel/fs/proc/process.ts";
import { setProcessControl } from "../../../kernel/fs/proc/process-controls.ts";
import { procChildren, procLink } from "../../../kernel/fs/proc/tree.ts";
import { areasOf } from "../../../kernel/mm/areas.ts";
import { Copy, Frame } from "../../../kernel/mm/frames.ts";
import { chooseOomVictim } from "../../../kernel/mm/oom.ts";
import { sampleWorkingSets } from "../../../kernel/mm/working-set.ts";
import { Guest } from "../fs/guest.ts";
import { TestMachine } from "../support/machine.ts";
import { DATA, Program } from "../support/program.ts";

/** A machine whose program has touched its data, forked a child, and sleeps in a read of standard input. */
function machine(frames = 128): TestMachine {
  const program = new Program()
    .call("brk", 0)
    .mv("s0", "a0")
    .li("t0", 3 * 4096)
    .op("add", "a0", "s0", "t0");
  program.li("a7", 214).ecall().store("sw", "t0", "s0", 0).store("sw", "t0", "s0", 2047);
  program.call("clone", 17, 0, 0, 0, 0).li("t0", DATA).store("sw", "a0", "t0");
  program.call("read", 0, "buffer", 4).exit(0).data("buffer", [0, 0, 0, 0]).bss(8192);
  const booted = new TestMachine({ check: "end", frames });
  booted.boot(program, ["/bin/sleeper", "-x"]);
  while (booted.step());
  return booted;
}

/** What a process (pid 1) would read from a file of /proc, opened now. */
function read(m: TestMachine, path: string): string {
  const inode = lookup(m.core, m.process(), -100, path, true);
  if (typeof inode === "number") throw new Error(`${path}: ${inode}`);
  const opened = openProcFile(m.core, inode.number);
  if (typeof opened === "number" || opened.kind !== "generated") throw new Error(`${path} has no text`);
  const text = Buffer.from(opened.bytes).toString("utf8");
  m.core.fs.hold(opened.number);
  m.core.fs.release(opened.number);
  return text;
}
const field = (text: string, name: string): number =>
  Number(new RegExp(`^${name}:?\\s+(\\d+)`, "m").exec(text)?.[1] ?? Number.NaN);

describe("/proc about the machine", () => {
  it("meminfo accounts for every frame once, in kB", () => {
    const m = machine();
    const text = read(m, "/proc/meminfo");
    expect(text).toMatch(/^MemTotal: {12}512 kB$/m);
    const parts = [
      "Zeroed",
      "FreeDirty",
      "Standby",
      "Modified",
      "Kernel",
      "PageTables",
      "AnonPages",
      "Mapped",
      "Writeback",
    ];
    expect(parts.reduce((sum, name) => sum + field(text, name), 0)).toBe(512);
    expect(field(text, "MemFree")).toBe(field(text, "Zeroed") + field(text, "FreeDirty"));
    expect(field(text, "SwapTotal")).toBe(m.core.swap.slots * 4);
  });

  it("vmstat counts faults, zeroing and the lists as the kernel does", () => {
    const m = machine();
    const text = read(m, "/proc/vmstat");
    const faults = [...m.core.processes.values()].reduce((sum, p) => sum + p.counts.faults, 0);
    expect(field(text, "pgfault")).toBe(faults);
    expect(field(text, "pgzerofill")).toBe(m.of("fault-end").filter(({ resolved }) => resolved === "zero-fill").length);
    expect(field(text, "pgcow")).toBe(m.of("fault-end").filter(({ resolved }) => resolved === "cow").length);
    expect(field(text, "nr_zeroed")).toBe(m.core.frames.count[Frame.Zeroed]);
    const zeroedOnDemand = m.of("frame-zeroed").filter(({ by }) => by === "demand").length;
    expect(field(text, "pgzero_demand")).toBe(zeroedOnDemand);
    expect(field(text, "pgzero_idle")).toBe(m.of("frame-zeroed").length - zeroedOnDemand);
  });

  it("stat and uptime divide the time since power-on into user, system and idle", () => {
    const m = machine();
    m.hart.cycles += 5_000_000;
    const [, user, , system, idle] = read(m, "/proc/stat").split(/\s+/).map(Number);
    expect(user + system + idle).toBeGreaterThanOrEqual(Math.floor(m.hart.cycles / 1_000_000) - 2);
    expect(read(m, "/proc/uptime")).toBe(
      `${(m.hart.cycles / 1e8).toFixed(2)} ${(m.core.variables.idleCycles / 1e8).toFixed(2)}\n`,
    );
    expect(read(m, "/proc/stat")).toMatch(/^ctxt \d+\nbtime 1767268800\nprocesses 2\nprocs_running 0\n/m);
    expect(read(m, "/proc/swaps")).toMatch(
      /^Filename\s+Type\s+Size\s+Used\s+Priority\n\/dev\/swap0\s+partition\s+\d+\s+0\s+-2\n$/,
    );
  });

  it("faultline/frames covers every frame once; lists shows the oldest first", () => {
    const m = machine();
    const runs = read(m, "/proc/faultline/frames")
      .trim()
      .split("\n")
      .slice(1)
      .map((line) => line.split(" "));
    let next = 0;
    for (const [first, last] of runs.map((run) => run.map(Number))) {
      expect(first).toBe(next);
      next = last + 1;
    }
    expect(next).toBe(128);
    const zeroed = read(m, "/proc/faultline/lists")
      .split("\n")
      .find((line) => line.startsWith("zeroed"))!
      .split(" ");
    expect(Number(zeroed[1])).toBe(m.core.frames.count[Frame.Zeroed]);
    expect(Number(zeroed[2])).toBe(m.core.frames.oldest(Frame.Zeroed));
    expect(read(m, "/proc/faultline/policy")).toMatch(/^policy clock\n/);
    expect(field(read(m, "/proc/faultline/tlb"), "misses")).toBe(m.mmu.tlb.misses);
  });
});

describe("/proc about a process", () => {
  it("maps has one line an area, in Linux's columns", () => {
    const m = machine();
    const lines = read(m, "/proc/self/maps").trimEnd().split("\n");
    expect(lines[0]).toMatch(/^00010000-00011000 r-xp 00001000 00:01 \d+ {5,}\/bin\/sleeper$/);
    expect(lines[0].indexOf("/bin/sleeper")).toBe(49);
    expect(lines.find((line) => line.endsWith("[heap]"))).toMatch(
      /^[0-9a-f]{8}-[0-9a-f]{8} rw-p 00000000 00:00 0 +\[heap\]$/,
    );
    expect(lines.at(-1)).toMatch(/^[0-9a-f]{8}-[0-9a-f]{8} r-xp 00000000 00:00 0 +\[vdso\]$/);
    expect(Number.parseInt(lines.at(-1)!, 16)).toBe(TRAMPOLINE_VADDR);
    expect(lines.length).toBe(m.process().space.areas.length);
  });

  it("stat has the nice value, and twenty more as the priority", () => {
    const m = machine();
    m.process().nice = -3;
    // proc(5): fields 18 and 19.
    expect(read(m, "/proc/1/stat").split(" ").slice(17, 19)).toEqual(["17", "-3"]);
  });

  it("smaps adds up to what status and statm say is resident", () => {
    const m = machine();
    const sum = (name: string) =>
      [...read(m, "/proc/1/smaps").matchAll(new RegExp(`^${name}: +(\\d+) kB$`, "gm"))].reduce(
        (total, [, kb]) => total + Number(kb),
        0,
      );
    const { residentPages, reservedPages } = m.process().space;
    expect(sum("Rss")).toBe(residentPages * 4);
    expect(sum("Size")).toBe(reservedPages * 4);
    expect(sum("Shared_Clean") + sum("Shared_Dirty") + sum("Private_Clean") + sum("Private_Dirty")).toBe(sum("Rss"));
    // After the fork the child shares what neither has written since.
    expect(sum("Pss")).toBeLessThan(sum("Rss"));
    const status = read(m, "/proc/1/status");
    expect(field(status, "VmRSS")).toBe(residentPages * 4);
    expect(field(status, "RssAnon") + field(status, "RssFile")).toBe(residentPages * 4);
    expect(read(m, "/proc/1/statm").split(" ").slice(0, 2).map(Number)).toEqual([reservedPages, residentPages]);
  });

  it("status and stat name the process, its state and its faults", () => {
    const m = machine();
    expect(read(m, "/proc/1/status")).toMatch(
      /^Name:\tsleeper\nUmask:\t0022\nState:\tS \(sleeping\)\nTgid:\t1\nPid:\t1\nPPid:\t0\n/,
    );
    const fields = read(m, "/proc/2/stat").trim().split(" ");
    expect(fields.length).toBe(52);
    expect(fields.slice(0, 8)).toEqual(["2", "(sleeper)", "S", "1", "1", "1", "0", "-1"]);
    const { counts, space } = m.process(2);
    expect(Number(fields[9])).toBe(counts.faults - counts.hard);
    expect(Number(fields[22])).toBe(space.reservedPages * 4096);
    expect(Number(fields[23])).toBe(space.residentPages);
    expect(read(m, "/proc/1/cmdline")).toBe("/bin/sleeper\0-x\0");
    expect(read(m, "/proc/1/comm")).toBe("sleeper\n");
  });

  it("a zombie has a state and no memory; a reaped process has no directory", () => {
    const m = machine();
    m.end(2);
    expect(read(m, "/proc/2/status")).toMatch(/State:\tZ \(zombie\)/);
    expect(read(m, "/proc/2/maps")).toBe("");
    expect(read(m, "/proc/2/stat").split(" ")[2]).toBe("Z");
    m.core.processes.delete(m.process(2).pid);
    expect(lookup(m.core, m.process(), -100, "/proc/2", true)).toBe(-Errno.ENOENT);
    expect(lookup(m.core, m.process(), -100, "/proc/02", true)).toBe(-Errno.ENOENT);
  });

  it("pagemap gives the frame of each resident page and nothing for the others", () => {
    const m = machine();
    const entries = (vaddr: number, count: number) => {
      const bytes = new Uint8Array(8 * count);
      expect(readPagemap(m.core, m.process(), (vaddr / 4096) * 8, bytes)).toBe(bytes.length);
      return [...new BigUint64Array(bytes.buffer)];
    };
    const { space } = m.process();
    let resident = 0;
    for (const { start, end } of areasOf(space)) {
      for (const entry of entries(start, (end - start) / 4096)) {
        if (entry >> 63n === 0n) continue;
        resident++;
        expect(m.core.frames.state[Number(entry & 0x3fffffn)]).toBe(Frame.Active);
      }
    }
    expect(resident).toBe(space.residentPages);
    expect(entries(0x7000_0000, 1)).toEqual([0n]);
  });

  it("fd, exe and cwd lead to the open files, the program and the directory", () => {
    const m = machine();
    const names = (path: string) => {
      const directory = lookup(m.core, m.process(), -100, path, true);
      return typeof directory === "number" ? directory : procChildren(m.core, directory.number).map(({ name }) => name);
    };
    expect(names("/proc/1/fd")).toEqual(["0", "1", "2"]);
    expect(names("/proc")).toEqual(expect.arrayContaining(["meminfo", "self", "faultline", "1", "2"]));
    const target = (path: string) => {
      const link = lookup(m.core, m.process(), -100, path, false);
      return typeof link === "number" ? link : procLink(m.core, m.process(), link.number)?.target;
    };
    expect(target("/proc/1/exe")).toBe("/bin/sleeper");
    expect(target("/proc/self")).toBe("1");
    expect(target("/proc/1/fd/1")).toBe("/dev/stdout");
    expect(target("/proc/1/cwd")).toBe("/");
    expect(lookup(m.core, m.process(), -100, "/proc/1/fd/7", false)).toBe(-Errno.ENOENT);
  });
});

describe("what can be written of a process", () => {
  /** Writes to a file of /proc as pid 1 would, and gives the result of the call. */
  const control = (guest: Guest, path: string, text: string) => guest.write(guest.open(path, 1), text);

  it("oom_score_adj decides whom the out-of-memory killer ends", () => {
    const m = machine();
    const [shell, child] = [m.process(1), m.process(2)];
    // A quarter of pid 1 is less than the child, which has the same pages.
    expect(chooseOomVictim(m.core)).toBe(child);
    expect(setProcessControl(m.core, child, "oom_score_adj", "-1000\n")).toBe(0);
    expect(chooseOomVictim(m.core)).toBe(shell);
    expect(read(m, "/proc/2/oom_score_adj")).toBe("-1000\n");
    expect(read(m, "/proc/2/oom_score")).toBe("0\n");
    // When nobody may be ended, somebody is: nothing that a program does stops the machine.
    expect(setProcessControl(m.core, shell, "oom_score_adj", "-1000\n")).toBe(0);
    expect(chooseOomVictim(m.core)).toBe(child);
    for (const bad of ["1001", "-1001", "x", ""])
      expect(setProcessControl(m.core, child, "oom_score_adj", bad)).toBe(-Errno.EINVAL);
  });

  it("clear_refs clears every A bit, with its fences, and smaps_rollup then counts nothing as referenced", () => {
    const m = machine();
    expect(field(read(m, "/proc/1/smaps_rollup"), "Referenced")).toBeGreaterThan(0);
    expect(setProcessControl(m.core, m.process(), "clear_refs", "1\n")).toBe(0);
    expect(field(read(m, "/proc/1/smaps_rollup"), "Referenced")).toBe(0);
    m.check();
    expect(setProcessControl(m.core, m.process(), "clear_refs", "6")).toBe(-Errno.EINVAL);
  });

  it("clear_refs and the sampling of working sets do not hide a page's use from each other", () => {
    const m = machine();
    const { space } = m.process();
    const before = field(read(m, "/proc/1/smaps_rollup"), "Referenced");
    m.core.variables.wsSampleCycles = 1000;
    sampleWorkingSets(m.core);
    // Every A bit is clear now; smaps has not been asked since the pages were used.
    expect(field(read(m, "/proc/1/smaps_rollup"), "Referenced")).toBe(before);
    expect(setProcessControl(m.core, m.process(), "clear_refs", "1")).toBe(0);
    expect(field(read(m, "/proc/1/smaps_rollup"), "Referenced")).toBe(0);
    const other = machine();
    expect(setProcessControl(other.core, other.process(), "clear_refs", "1")).toBe(0);
    other.process().space.lastUse.clear();
    sampleWorkingSets(other.core);
    expect(other.process().space.lastUse.size).toBe(space.lastUse.size);
    const used = [...other.process().space.lastUse.values()];
    expect(used.length).toBeGreaterThan(0);
    expect(used.every((cycles) => cycles === other.process().space.cpuCycles)).toBe(true);
    other.check();
  });

  it("is refused to who only wants to read, and elsewhere", () => {
    const guest = new Guest();
    Object.assign(guest.p, { oomScoreAdjust: 0 });
    expect(control(guest, "/proc/self/oom_score_adj", "7")).toBe(1);
    expect(guest.p.oomScoreAdjust).toBe(7);
    expect(guest.open("/proc/self/limits", 1)).toBe(-Errno.EACCES);
  });
});

describe("task", () => {
  /** A process of two threads, 1 and 2, and one of its own, 3; all of them sleep. */
  function threads(): TestMachine {
    const program = new Program().call("clone", 0x10f00, "stack", 0, 0, 0).branch("beq", "a0", "zero", "thread");
    program.call("clone", 17, 0, 0, 0, 0).call("read", 0, "buffer", 4).exit(0);
    program.label("thread").li("s0", 30_000).label("again").op("addi", "s0", "s0", -1);
    program.branch("bne", "s0", "zero", "again").call("read", 0, "buffer", 4).exit(0);
    const booted = new TestMachine({ check: "end" });
    booted.boot(program.data("buffer", [0, 0, 0, 0]).words("stack", 0), ["/bin/threads"]);
    while (booted.step());
    return booted;
  }
  const fields = (m: TestMachine, path: string): string[] => read(m, path).split(" ");

  it("has a directory for each thread, with what is the thread's own and what it shares", () => {
    const m = threads();
    const task = lookup(m.core, m.process(), -100, "/proc/1/task", true);
    expect(procChildren(m.core, typeof task === "number" ? task : task.number).map(({ name }) => name)).toEqual([
      "1",
      "2",
    ]);
    expect(field(read(m, "/proc/1/task/2/status"), "Pid")).toBe(2);
    expect(field(read(m, "/proc/1/task/2/status"), "Tgid")).toBe(1);
    expect(fields(m, "/proc/1/task/2/stat")[0]).toBe("2");
    expect(read(m, "/proc/1/task/2/maps")).toBe(read(m, "/proc/1/maps"));
    expect(read(m, "/proc/thread-self/comm")).toBe("threads\n");
    // Fields 14 and 20 of stat (proc(5)), user time and threads: of the process all its threads', of a thread its own.
    m.process(1).counts.userCycles = 3e6; // three ticks of 10 ms
    m.process(2).counts.userCycles = 4e6;
    const [whole, first, second] = ["/proc/1/stat", "/proc/1/task/1/stat", "/proc/1/task/2/stat"].map((path) =>
      fields(m, path),
    );
    expect([whole[13], first[13], second[13]]).toEqual(["7", "3", "4"]);
    expect([whole[19], second[19]]).toEqual(["2", "2"]);
  });

  it("has no threads of other processes, and ends with its own", () => {
    const m = threads();
    const found = (path: string): unknown => {
      const inode = lookup(m.core, m.process(), -100, path, true);
      return typeof inode === "number" ? inode : pathOfDirectory(m.core, inode.number);
    };
    expect(found("/proc/1/task/3")).toBe(-Errno.ENOENT);
    expect(found("/proc/1/task/x")).toBe(-Errno.ENOENT);
    expect(found("/proc/2")).toBe(-Errno.ENOENT);
    expect(found("/proc/1/task/2")).toBe("/proc/1/task/2");
    expect(found("/proc/1/task/2/fd")).toBe("/proc/1/task/2/fd");
    expect(found("/proc/1/task/2/../../task/1/..")).toBe("/proc/1/task");
    expect(found("/proc/3/task/3")).toBe("/proc/3/task/3");
    const thread = lookup(m.core, m.process(), -100, "/proc/1/task/2", true) as { number: number };
    m.core.processes.delete(m.process(2).pid);
    expect(found("/proc/1/task/2")).toBe(-Errno.ENOENT);
    expect(procChildren(m.core, thread.number)).toEqual([]);
    expect(typeof pathOfDirectory(m.core, thread.number)).toBe("string");
  });
});

describe("smaps_rollup, environ, limits", () => {
  it("smaps_rollup is the sum of smaps", () => {
    const m = machine();
    const sum = (name: string): number =>
      [...read(m, "/proc/1/smaps").matchAll(new RegExp(`^${name}: +(\\d+) kB$`, "gm"))].reduce(
        (total, match) => total + Number(match[1]),
        0,
      );
    const rollup = read(m, "/proc/1/smaps_rollup");
    for (const name of ["Rss", "Shared_Clean", "Shared_Dirty", "Private_Clean", "Private_Dirty", "Referenced", "Swap"])
      expect(field(rollup, name)).toBe(sum(name));
    expect(rollup).toMatch(/^[0-9a-f]{8}-[0-9a-f]{8} ---p 00000000 00:00 0 +\[rollup\]$/m);
  });

  it("environ has what execve was given, limits what setrlimit keeps", () => {
    const m = machine();
    expect(read(m, "/proc/2/environ")).toBe("HOME=/\0");
    expect(read(m, "/proc/1/limits")).toMatch(/^Max open files {12}1024 {17}1024 {17}files {5}$/m);
    expect(read(m, "/proc/1/limits").split("\n")).toHaveLength(18);
  });
});

describe("/proc/sys", () => {
  const control = (guest: Guest, name: string) => guest.open(`/proc/sys/vm/${name}`, 0o1002);

  it("lets programs change what means something here, and refuses values that proc_sys_vm(5) does not know", () => {
    const guest = new Guest();
    Object.assign(guest.core.variables, { overcommitMode: 1, overcommitRatio: 50 });
    expect(guest.write(control(guest, "overcommit_memory"), "2\n")).toBe(2);
    expect(guest.slurp("/proc/sys/vm/overcommit_memory")).toBe("2\n");
    expect(guest.core.variables.overcommitMode).toBe(2);
    for (const bad of ["3\n", "x\n", "-1", ""]) {
      const expected = bad === "" ? [0, -Errno.EINVAL] : [-Errno.EINVAL];
      expect(expected).toContain(guest.write(control(guest, "overcommit_memory"), bad));
    }
    expect(guest.write(control(guest, "overcommit_ratio"), "80")).toBe(2);
    expect(guest.read(control(guest, "overcommit_ratio"))).toBe("80\n");
  });

  it("tells the limits of System V IPC under their names, and mounts for a process as for the machine", () => {
    const guest = new Guest();
    const kernel = (name: string) => guest.slurp(`/proc/sys/kernel/${name}`);
    expect(["shmmni", "msgmax", "msgmnb"].map(kernel)).toEqual(["4096\n", "8192\n", "16384\n"]);
    expect(kernel("sem").split("\t")[0]).toBe("32000");
    expect(guest.slurp("/proc/self/mounts")).toBe(guest.slurp("/proc/mounts"));
  });

  it("has nothing else that can be written", () => {
    const guest = new Guest();
    expect(guest.open("/proc/sys/kernel/ostype", 1)).toBe(-Errno.EACCES);
    expect(guest.slurp("/proc/sys/kernel/ostype")).toBe("Linux\n");
    expect(guest.list(guest.open("/proc/sys")).map(({ name }) => name)).toEqual([".", "..", "vm", "kernel", "fs"]);
    expect(guest.call("faccessat", -100, guest.text("/proc/sys/vm/drop_caches"), 2)).toBe(0);
    expect(guest.call("faccessat", -100, guest.text("/proc/sys/kernel/ostype"), 2)).toBe(-Errno.EACCES);
  });

  it("drop_caches frees the pages of files that nobody maps, and only those", () => {
    const m = machine();
    for (const pid of [1, 2]) m.trimAll(pid);
    const { frames } = m.core;
    const standby = frames.count[Frame.Standby];
    expect(standby).toBeGreaterThan(0);
    expect(setControl(m.core, "drop_caches", "1\n")).toBe(0);
    m.check();
    for (let pfn = frames.oldest(Frame.Standby); pfn >= 0; pfn = frames.following(pfn))
      expect(frames.copy[pfn]).not.toBe(Copy.File);
    expect(setControl(m.core, "drop_caches", "9")).toBe(-Errno.EINVAL);
    expect(read(m, "/proc/sys/vm/drop_caches")).toBe("1\n");
  });
});
