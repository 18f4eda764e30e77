/**
 * The commands of `faultline debug`, with gdb's names and habits: one row each, with its abbreviations, its line of help and
 * what it does. `Shell` finds the row by any unambiguous beginning, as gdb does.
 */

import { assign, assignmentOf } from "../../debugger/assign.ts";
import { frameBiography, pageBiography } from "../../debugger/biography.ts";
import { type Debugger, DebuggerError } from "../../debugger/debugger.ts";
import { EvaluationError, numberOf, sizeOf, valueText, variableValue } from "../../debugger/expression.ts";
import { examineFault, type FaultReport } from "../../debugger/microscope.ts";
import { reportText, stepText } from "../../debugger/microscope-text.ts";
import type { Task } from "../../debugger/running.ts";
import { type Layout, layoutNamed, paneLines } from "./layout.ts";
import * as show from "./show.ts";

/** What a command works with. */
export interface Context {
  readonly debug: Debugger;
  readonly source: show.ReadSource;
  /** Frame chosen by up, down and frame. */
  level: number;
  /** Where `list` and `x` go on. */
  listed: { file: string; line: number } | null;
  examined: number;
  /** The fault under the microscope, and the step looked at. */
  microscope: { report: FaultReport; step: number } | null;
  /** Types a line to the program; null: ends its input. */
  input(text: string | null): void;
  /** Writes the recording; says where. */
  save(path: string): string;
  quit: boolean;
  /** What the pane above the prompt shows. */
  layout: Layout;
  /** There is a terminal that the pane can be painted on. */
  readonly hasPane: boolean;
  /** The person has pressed Ctrl-C: a search under way ends. */
  isCancelled: boolean;
}

export interface Command {
  readonly name: string;
  readonly aliases: readonly string[];
  readonly usage: string;
  readonly help: string;
  /** Returns what to print. May throw DebuggerError, EvaluationError. */
  run(context: Context, argument: string): Task | string;
}

const command = (name: string, aliases: string, usage: string, help: string, run: Command["run"]): Command => ({
  name,
  aliases: aliases === "" ? [] : aliases.split(" "),
  usage,
  help,
  run,
});

/** An expression as an address: a value, or where an array stands. */
function addressOf({ debug, level }: Context, text: string): number {
  const { value, scope } = debug.evaluate(text, level);
  return numberOf(scope, value) >>> 0;
}

/** Repeats a step: "si 10". Stops early when something else comes. */
function* repeated(argument: string, once: () => Task): Task {
  const count = argument === "" ? 1 : Number(argument);
  if (!Number.isInteger(count) || count < 1)
    throw new DebuggerError(`a count was expected, not "${argument}"; for example: si 10`);
  let stop = yield* once();
  for (let i = 1; i < count && stop.kind === "step"; i++) stop = yield* once();
  return stop;
}

function breakpointCommand(isTemporary: boolean): Command["run"] {
  return ({ debug }, argument) => {
    const match = /^(.*?)(?:\s+if\s+(.*))?$/.exec(argument)!;
    const place = match[1].trim() === "" ? `*$pc` : match[1];
    const settings = match[2] === undefined ? { isTemporary } : { isTemporary, condition: match[2] };
    const b = debug.breakAt(place, settings);
    const vaddrs = b.spec.kind === "code" ? b.spec.vaddrs : [];
    const image = debug.image;
    const where = vaddrs.map((vaddr) => {
      const row = image?.debug?.lineAt(vaddr);
      return `0x${vaddr.toString(16)}${row == null ? "" : `: file ${row.file.slice(row.file.lastIndexOf("/") + 1)}, line ${row.line}`}`;
    });
    return `${isTemporary ? "Temporary breakpoint" : "Breakpoint"} ${b.id} at ${where.join(", ")}`;
  };
}

const watchCommand =
  (on: "change" | "write" | "read" | "access"): Command["run"] =>
  ({ debug }, argument) => {
    if (argument === "") throw new DebuggerError("watch what? for example: watch counter, watch *0x21000, watch $sp");
    const b = debug.watch(argument, on);
    return `Watchpoint ${b.id}: ${argument}`;
  };

function breakpointsText({ debug }: Context): string {
  if (debug.breakpoints.length === 0) return "no breakpoints";
  return debug.breakpoints
    .map(
      (b) =>
        `${String(b.id).padEnd(3)} ${b.spec.kind.padEnd(10)} ${b.isEnabled ? "on " : "off"} ${b.text}${b.condition === null ? "" : ` if ${b.condition.text}`}${b.pid === null ? "" : `, pid ${b.pid}`}${b.hits === 0 ? "" : `, hit ${b.hits} times`}`,
    )
    .join("\n");
}

function info(context: Context, argument: string): string {
  const { debug } = context;
  const [what = "", ...rest] = argument.split(/\s+/);
  const tables: Record<string, () => string> = {
    registers: () => show.registersText(debug),
    breakpoints: () => breakpointsText(context),
    watchpoints: () => breakpointsText(context),
    processes: () => show.processesText(debug),
    threads: () => show.processesText(debug),
    tlb: () => show.tlbText(debug),
    pt: () =>
      show.walkText(debug, rest.length === 0 ? (debug.registers()?.pc ?? 0) : addressOf(context, rest.join(" "))),
    vma: () => show.areasText(debug),
    frames: () => show.framesText(debug),
    frame: () =>
      rest.length === 0
        ? show.frameText(debug.callStack()[context.level])
        : show.frameInfoText(debug, addressOf(context, rest.join(" "))),
    heap: () => show.heapText(debug),
    "working-set": () => show.workingSetText(debug),
    locals: () => locals(context, false),
    args: () => locals(context, true),
    checkpoints: () =>
      `${debug.timeline.checkpointCount} checkpoints, ${(debug.timeline.bytes / 2 ** 20).toFixed(1)} MiB; the recording goes from instruction ${debug.timeline.start.instret} to ${debug.timeline.end.instret}`,
    branches: () =>
      debug.timeline.branches
        .map(
          (b, i) => `${i}: parted at instruction ${b.parted.instret}, goes to ${b.end.instret}, ${b.log.length} inputs`,
        )
        .join("\n") || "no branches: nothing in the past has been changed",
  };
  const names = Object.keys(tables);
  const found =
    what === "proc"
      ? "processes"
      : (names.find((name) => name === what) ?? names.find((name) => what !== "" && name.startsWith(what)));
  if (found === undefined) throw new DebuggerError(`info what? There are ${names.join(", ")}`);
  return tables[found]();
}

function locals({ debug, level }: Context, onlyParameters: boolean): string {
  const scope = debug.scope(level);
  const { image, frame } = scope;
  if (image?.debug == null || frame === null) return "no debug information here";
  const variables = image.debug.variablesAt(frame.pc).filter((v) => v.isParameter === onlyParameters);
  const rows = variables.map((v) => {
    try {
      return `${v.name} = ${valueText(scope, variableValue(image.debug!, v, scope))}`;
    } catch (error) {
      if (error instanceof EvaluationError) return `${v.name} = <${error.message}>`;
      throw error;
    }
  });
  return rows.length === 0 ? `no ${onlyParameters ? "arguments" : "locals"}` : rows.join("\n");
}

function list(context: Context, argument: string): string {
  const { debug, level } = context;
  const frame = debug.callStack()[level];
  let file = context.listed?.file ?? frame?.file ?? "";
  if (file === "" && argument === "" && debug.image?.debug?.functionNamed("main")) return list(context, "main");
  let first = context.listed === null ? Math.max(1, (frame?.line ?? 0) - 4) : context.listed.line;
  if (argument !== "") {
    const row = debug.image?.debug?.lineAt(debug.locate(argument)[0]);
    if (row == null) throw new DebuggerError(`there is no source for ${argument}`);
    file = row.file;
    first = Math.max(1, row.line - 4);
  }
  const lines = context.source(file);
  if (lines === null)
    return file === ""
      ? "no source here: the program has no line information at this place (disas shows the code)"
      : `the source ${file} cannot be read`;
  context.listed = { file, line: first + 10 };
  const here = frame?.file === file ? frame.line : 0;
  return lines
    .slice(first - 1, first + 9)
    .map((text, i) => `${first + i === here ? "=>" : "  "} ${first + i}\t${text}`)
    .join("\n");
}

function print(context: Context, argument: string): string {
  const match = /^(?:\/([xdcu])\s+)?(.*)$/.exec(argument)!;
  const parts = assignmentOf(match[2]);
  if (parts !== null) {
    const text = assign(context.debug, parts.place, parts.value, context.level);
    return `${print(context, argument.slice(0, argument.length - match[2].length) + parts.place)}\n${text}`;
  }
  const { value, scope } = context.debug.evaluate(match[2], context.level);
  if (match[1] === undefined) return `${match[2]} = ${valueText(scope, value)}`;
  const number = numberOf(scope, value);
  const formats: Record<string, (n: number) => string> = {
    x: (n) => `0x${(n >>> 0).toString(16)}`,
    d: (n) => String(n | 0),
    u: (n) => String(n >>> 0),
    c: (n) => `${n} '${String.fromCharCode(n & 255)}'`,
  };
  return `${match[2]} = ${formats[match[1]](number)}`;
}

function setValue({ debug, level }: Context, argument: string): string {
  const parts = assignmentOf(argument.replace(/^var(iable)?\s+/, ""));
  if (parts === null) throw new DebuggerError("set takes PLACE = VALUE; for example: set $a0 = 3, set counter = 0");
  return `set; ${assign(debug, parts.place, parts.value, level)}`;
}

function who(context: Context, argument: string): Task {
  const { debug, level } = context;
  if (argument === "") throw new DebuggerError("who wrote what? for example: who counter, who *0x21000, who $s0");
  if (argument.startsWith("$")) {
    const b = debug.watch(argument);
    debug.remove(b.id);
    if (b.spec.kind !== "register") throw new DebuggerError("no register");
    return debug.parts.lastWriter(b.spec);
  }
  const { value } = debug.evaluate(argument, level);
  if (value.register !== undefined && level === 0)
    return debug.parts.lastWriter({ pid: debug.pid, register: value.register });
  if (value.vaddr === null) throw new DebuggerError(`${argument} is in no memory: ask for the register that holds it`);
  return debug.parts.lastWriter({ pid: debug.pid, vaddr: value.vaddr, bytes: Math.min(8, sizeOf(value.type) || 4) });
}

function life(context: Context, argument: string): string {
  const match = /^(frame|page)\s+(.+)$/.exec(argument);
  if (match === null) throw new DebuggerError("life takes `frame N` or `page ADDRESS`");
  const { debug } = context;
  const number = addressOf(context, match[2]);
  const { frames } = debug.machine.ram;
  if (match[1] === "frame" && number >= frames)
    throw new DebuggerError(`there is no frame ${number}; RAM has frames 0 to ${frames - 1}`);
  const events =
    match[1] === "frame"
      ? frameBiography(debug.timeline, number)
      : pageBiography(debug.timeline, debug.pid, number >>> 12);
  if (events.length === 0) return "nothing ever happened to it";
  return events.map((e) => `${String(e.cycles).padStart(12)} ${String(e.instret).padStart(10)}  ${e.text}`).join("\n");
}

/** The fault that begins here, or the next one, under the microscope. */
function microscope(context: Context, argument: string): string {
  const { debug } = context;
  if (context.microscope !== null && (argument === "+" || argument === "-")) {
    const { report } = context.microscope;
    const step = Math.max(0, Math.min(report.steps.length - 1, context.microscope.step + (argument === "+" ? 1 : -1)));
    context.microscope = { report, step };
    return stepText(report, report.steps[step]);
  }
  const stop = debug.timeline.moment;
  let report = examineFault(debug.timeline, { ...stop, ordinal: 0 });
  if (report === null) {
    const next = debug.toFault("forward");
    if (next.kind !== "event") return next.text;
    report = examineFault(debug.timeline, { ...debug.timeline.moment, ordinal: 0 });
  }
  if (report === null) return "no fault begins here";
  context.microscope = { report, step: 0 };
  return reportText(report);
}

const forth = "forward" as const;
const back = "backward" as const;

export const COMMANDS: readonly Command[] = [
  command(
    "break",
    "b",
    "break PLACE [if CONDITION]",
    "Stop when pc comes to FUNCTION, FILE:LINE, LINE or *ADDRESS.",
    breakpointCommand(false),
  ),
  command(
    "tbreak",
    "tb",
    "tbreak PLACE [if CONDITION]",
    "A breakpoint that is removed when it is hit.",
    breakpointCommand(true),
  ),
  command(
    "watch",
    "",
    "watch EXPRESSION | $REGISTER",
    "Stop when the value changes, whoever changes it.",
    watchCommand("change"),
  ),
  command("rwatch", "", "rwatch EXPRESSION", "Stop when an instruction is about to read it.", watchCommand("read")),
  command(
    "awatch",
    "",
    "awatch EXPRESSION",
    "Stop when an instruction is about to read or write it.",
    watchCommand("access"),
  ),
  command(
    "pwatch",
    "",
    "pwatch PHYSICAL-ADDRESS",
    "Stop when the word at a physical address changes, in whatever process.",
    (c, a) =>
      `Watchpoint ${c.debug.add({ kind: "physical", paddr: addressOf(c, a) & ~3, bytes: 4 }, `physical ${a}`).id}: physical ${a}`,
  ),
  command(
    "when",
    "",
    "when CONDITION",
    "Stop when a condition holds: `fault cow in heap of pid 3`, `zeroed < 4`, `evict page 0x21000`, … (docs/debugger.md).",
    ({ debug }, a) => `Condition ${debug.breakWhen(a).id}: ${a}`,
  ),
  command("delete", "d", "delete [N]", "Remove breakpoint N, or all.", ({ debug }, a) => {
    if (a === "") debug.breakpoints.length = 0;
    else debug.remove(Number(a));
    return "";
  }),
  command("enable", "", "enable N", "Switch a breakpoint on.", (c, a) => toggle(c, a, true)),
  command("disable", "", "disable N", "Switch a breakpoint off.", (c, a) => toggle(c, a, false)),
  command("ignore", "", "ignore N COUNT", "Let a breakpoint pass COUNT times.", (c, a) => {
    const [n, count] = a.split(/\s+/).map(Number);
    breakpointOf(c, n).ignore = count || 0;
    return `breakpoint ${n} will let ${count || 0} pass`;
  }),
  command(
    "run",
    "r",
    "run",
    "Run on from the present place, as continue: the program has been started already.",
    ({ debug }) => debug.parts.run(forth),
  ),
  command("continue", "c fg", "continue", "Run to the next stop.", ({ debug }) => debug.parts.run(forth)),
  command("reverse-continue", "rc", "reverse-continue", "Run backwards to the stop before.", ({ debug }) =>
    debug.parts.run(back),
  ),
  command("stepi", "si", "stepi [N]", "One instruction.", ({ debug }, a) =>
    repeated(a, () => debug.parts.stepInstruction(forth)),
  ),
  command("reverse-stepi", "rsi", "reverse-stepi [N]", "One instruction back.", ({ debug }, a) =>
    repeated(a, () => debug.parts.stepInstruction(back)),
  ),
  command("nexti", "ni", "nexti [N]", "One instruction; a call is run to its return.", ({ debug }, a) =>
    repeated(a, () => debug.parts.nextInstruction(forth)),
  ),
  command(
    "reverse-nexti",
    "rni",
    "reverse-nexti [N]",
    "One instruction back; a call is undone as a whole.",
    ({ debug }, a) => repeated(a, () => debug.parts.nextInstruction(back)),
  ),
  command("step", "s", "step [N]", "To the next source line, into calls.", ({ debug }, a) =>
    repeated(a, () => debug.parts.stepLine(forth, false)),
  ),
  command("reverse-step", "rs", "reverse-step [N]", "To the start of the line before, into calls.", ({ debug }, a) =>
    repeated(a, () => debug.parts.stepLine(back, false)),
  ),
  command("next", "n", "next [N]", "To the next source line, over calls.", ({ debug }, a) =>
    repeated(a, () => debug.parts.stepLine(forth, true)),
  ),
  command("reverse-next", "rn", "reverse-next [N]", "To the start of the line before, over calls.", ({ debug }, a) =>
    repeated(a, () => debug.parts.stepLine(back, true)),
  ),
  command("finish", "fin", "finish", "Run until the function has returned; says what it returned.", ({ debug }) =>
    debug.parts.finish(forth),
  ),
  command("reverse-finish", "rfin", "reverse-finish", "Back to the call of the function.", ({ debug }) =>
    debug.parts.finish(back),
  ),
  command("fault", "f!", "fault [KIND]", "To the next page fault, just before its instruction.", ({ debug }, a) =>
    a === "" ? debug.parts.toFault(forth) : debug.parts.toCondition(`fault ${a}`, forth),
  ),
  command("reverse-fault", "rfault", "reverse-fault [KIND]", "To the page fault before.", ({ debug }, a) =>
    a === "" ? debug.parts.toFault(back) : debug.parts.toCondition(`fault ${a}`, back),
  ),
  command("syscall", "", "syscall [NAME]", "To the next system call.", ({ debug }, a) =>
    debug.parts.toCondition(`syscall ${a}`, forth),
  ),
  command("reverse-syscall", "rsyscall", "reverse-syscall [NAME]", "To the system call before.", ({ debug }, a) =>
    debug.parts.toCondition(`syscall ${a}`, back),
  ),
  command("event", "", "event KIND", "To the next event of a kind (docs/events.md).", ({ debug }, a) =>
    debug.parts.toCondition(`event ${a}`, forth),
  ),
  command("reverse-event", "revent", "reverse-event KIND", "To the event of a kind before.", ({ debug }, a) =>
    debug.parts.toCondition(`event ${a}`, back),
  ),
  command("until", "u", "until CONDITION", "Run to where a condition holds, once.", ({ debug }, a) =>
    debug.parts.toCondition(a, forth),
  ),
  command("reverse-until", "runtil", "reverse-until CONDITION", "Run back to where a condition held.", ({ debug }, a) =>
    debug.parts.toCondition(a, back),
  ),
  command("who", "last-writer", "who EXPRESSION | $REGISTER", "Back to the instruction that wrote it last.", who),
  command("goto", "", "goto INSTRUCTION | start | end", "To a place in the recording.", (c, a) => {
    const { timeline } = c.debug;
    if (a === "end") timeline.goToEnd();
    else if (a === "start") timeline.goToMoment(timeline.start);
    else if (a === "") throw new DebuggerError("go to which instruction? goto N, goto start, goto end");
    else timeline.goTo(Math.max(0, numberOf(c.debug.scope(), c.debug.evaluate(a).value)));
    return show.placeText(c.debug, c.source);
  }),
  command(
    "explain",
    "microscope",
    "explain | explain + | explain -",
    "The page fault that begins here (or the next), step by step; + and - walk through the steps.",
    microscope,
  ),
  command(
    "life",
    "",
    "life frame N | life page ADDRESS",
    "Everything that happened to a frame, or to a page of the process.",
    life,
  ),
  command("backtrace", "bt where", "backtrace", "Who called whom.", ({ debug }) =>
    debug.callStack().map(show.frameText).join("\n"),
  ),
  command("frame", "", "frame N", "Choose a frame of the stack.", (c, a) => selectFrame(c, Number(a || "0"))),
  command("up", "", "up", "To the caller's frame.", (c) => selectFrame(c, c.level + 1)),
  command("down", "", "down", "To the called function's frame.", (c) => selectFrame(c, c.level - 1)),
  command(
    "print",
    "p inspect",
    "print [/xduc] EXPRESSION | PLACE = VALUE",
    "Evaluate a C expression; an assignment begins a new branch, as set does.",
    print,
  ),
  command(
    "set",
    "",
    "set PLACE = VALUE",
    "Change a variable, memory or $register, here and now: begins a new branch.",
    setValue,
  ),
  command("x", "", "x/FMT ADDRESS", "Examine memory: COUNT, a format of x d u c s i a, a unit of b h w.", (c, a) => {
    const match = /^(?:\/(\S*)\s*)?(.*)$/.exec(a)!;
    const shown = show.examine(c.debug, match[1] ?? "", match[2] === "" ? c.examined : addressOf(c, match[2]));
    c.examined = shown.next;
    return shown.text;
  }),
  command("disassemble", "disas", "disas [PLACE]", "The code of the present function, or from a place.", (c, a) => {
    const pc = c.debug.registers()?.pc ?? 0;
    const at = a === "" ? pc : c.debug.locate(a)[0];
    const symbol = c.debug.image?.at(at);
    const start = symbol?.vaddr ?? at;
    return show.disassembly(c.debug, start, Math.min(64, Math.max(8, Math.ceil((symbol?.bytes ?? 32) / 4))));
  }),
  command(
    "layout",
    "la",
    "layout src | asm | regs | split | off",
    "Keep source, code, or registers in view above the prompt; without a terminal, print them once.",
    (c, a) => {
      c.layout = layoutNamed(a);
      return c.hasPane ? "" : paneLines(c, c.layout, 24, 100).join("\n").trimEnd();
    },
  ),
  command("list", "l", "list [PLACE]", "Source around the present line, and on.", list),
  command(
    "info",
    "i",
    "info WHAT",
    "registers, breakpoints, processes, tlb, pt [ADDRESS], vma, frames, frame [N], heap, locals, args, checkpoints, branches.",
    info,
  ),
  command(
    "process",
    "thread",
    "process N",
    "Look at another process; 0: whichever is on the CPU.",
    ({ debug, source }, a) => {
      debug.selectProcess(Number(a || "0"));
      return show.placeText(debug, source);
    },
  ),
  command("branch", "", "branch N", "Go back to a future that was left (info branches).", (c, a) => {
    c.debug.timeline.switchTo(Number(a));
    return show.placeText(c.debug, c.source);
  }),
  command("input", "", "input TEXT | input --eof", "Type a line to the program, or end its input.", (c, a) => {
    c.input(a === "--eof" ? null : `${a}\n`);
    return "";
  }),
  command("save", "", "save FILE", "Write the recording to a .faultline file (faultline replay opens it).", (c, a) =>
    c.save(a),
  ),
  command("quit", "q exit", "quit", "Leave.", (c) => {
    c.quit = true;
    return "";
  }),
];

function breakpointOf({ debug }: Context, id: number) {
  const found = debug.breakpoints.find((b) => b.id === id);
  if (found === undefined) throw new DebuggerError(`there is no breakpoint ${id}; info breakpoints lists them`);
  return found;
}

function toggle(context: Context, argument: string, isEnabled: boolean): string {
  breakpointOf(context, Number(argument)).isEnabled = isEnabled;
  return "";
}

function selectFrame(context: Context, level: number): string {
  const frames = context.debug.callStack();
  if (frames[level] === undefined)
    throw new DebuggerError(level < 0 ? "this is the innermost frame" : "this is the outermost frame");
  context.level = level;
  context.listed = null;
  const frame = frames[level];
  const text = frame.line === 0 ? undefined : context.source(frame.file)?.[frame.line - 1];
  return show.frameText(frame) + (text === undefined ? "" : `\n${frame.line}\t${text}`);
}
