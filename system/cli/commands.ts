/** The commands of `./bin/faultline` and how they are spelt. Each command's work stands in a file of its own. */
import { Command, CommanderError } from "commander";
import { KernelPanic } from "../../kernel/panic.ts";
import { runDap } from "./dap.ts";
import { debugProgram } from "./debug.ts";
import { explainFault } from "./explain-fault.ts";
import { addMachineOptions, type ParsedOptions } from "./machine-arguments.ts";
import { type PolicyOptions, policiesText } from "./policies.ts";
import { replay } from "./replay.ts";
import { runProgram } from "./run.ts";
import { runShell } from "./shell.ts";
import { TOOL_NAMES } from "./tool-names.ts";

const program = new Command("faultline")
  .description("Watch malloc become memory: a teaching machine for virtual memory.")
  .version("0.1.0")
  .enablePositionalOptions()
  .showHelpAfterError("(faultline help lists the commands)")
  .exitOverride();

const SWAP_FILE = "keep the swap device in this file, too; checked when it is opened again (docs/swap.md)";

addMachineOptions(
  program
    .command("run")
    .description(
      "compile (C, assembly) or load (ELF) a program and run it; stdin, stdout and exit status are passed through",
    )
    .argument("<file>", "a .c, .s or ELF file, or the name of a program of the machine (ls, first-touch, …)")
    .argument("[args...]", "arguments of the program")
    .option(
      "--root <DIR[:HOW]>",
      "this folder is the machine's file system, and <file> is looked for in it first; what the machine writes stays in the machine (copy), is refused (ro) or goes to the folder (rw) (default: copy)",
    )
    .option("--init", "run the program as the child of an init, not as process 1 itself (as docker run --init does)")
    .option("--record <FILE>", "save the run, however it ends, for faultline replay (docs/recordings.md)")
    .option("--swap-file <FILE>", SWAP_FILE)
    .option("--strace", "print every system call to stderr, as strace does")
    .option("--gdb <PORT>", "wait for gdb on this port of 127.0.0.1 (0: any), or stdio (docs/gdb.md)")
    .passThroughOptions(),
).action(async (file: string, args: string[], options: ParsedOptions) => {
  process.exitCode = await runProgram(file, args, options);
});

addMachineOptions(
  program
    .command("sh")
    .description("the machine's shell in this terminal; -c 'COMMAND' runs one command")
    .option("-c <COMMAND>", "run COMMAND and exit")
    .option("--swap-file <FILE>", SWAP_FILE)
    .option("--record <FILE>", "save the run, however it ends, for faultline replay (docs/recordings.md)")
    .option("--gdb <PORT>", "wait for gdb on this port of 127.0.0.1 (0: any), or stdio (docs/gdb.md)"),
).action(async (options: ParsedOptions) => {
  process.exitCode = await runShell(options);
});

addMachineOptions(
  program
    .command("explain-fault")
    .description("run a program and show one of its page faults step by step; without a choice, list them")
    .argument("<file>", "as for run")
    .argument("[args...]", "arguments of the program")
    .option("--nth <N>", "the N-th fault of the run, from 1")
    .option("--at <INSTRET>", "the first fault at or after so many instructions")
    .option("--address <A>", "the first fault in the page of this address")
    .option("--stdin <FILE>", "the program's input; by default standard input, or nothing at a terminal")
    .option("--json", "print the steps as JSON")
    .passThroughOptions(),
).action((file: string, args: string[], options: ParsedOptions) => {
  process.exitCode = explainFault(file, args, options);
});

program
  .command("dap")
  .description("a debug adapter on stdin and stdout, for VS Code and other editors (docs/vscode.md)")
  .action(async () => {
    process.exitCode = await runDap();
  });

addMachineOptions(
  program
    .command("debug")
    .description("run a program under the debugger: gdb's commands, forwards and backwards")
    .argument("<file>", "as for run")
    .argument("[args...]", "arguments of the program")
    .option("-x <SCRIPT>", "carry out the commands in a file first")
    .option("--batch", "leave after the script (or after the commands on standard input); status 1 when one failed")
    .option("--json", "answer each command with a line of JSON")
    .option("--stdin <FILE>", "the program's input; without it, `input TEXT` types")
    .passThroughOptions(),
).action(async (file: string, args: string[], options: ParsedOptions) => {
  process.exitCode = await debugProgram(file, args, options);
});

program
  .command("replay")
  .description("run a recording (.faultline) again, check it, and show or debug the machine at any instruction")
  .argument("<file>", "a recording: `save FILE` in the debugger makes one")
  .option("--at <INSTRET>", "go to this instruction and show the place")
  .option("--debug", "debug from there")
  .option("-x <SCRIPT>", "with --debug: carry out the commands in a file first")
  .option("--batch", "with --debug: leave after the script")
  .option("--json", "with --debug: answer each command with a line of JSON")
  .action(async (file: string, options: ParsedOptions) => {
    process.exitCode = await replay(file, options);
  });

program
  .command("policies")
  .description("a reference string under every page-replacement policy, with OPT as the bound (docs/policies.md)")
  .argument("<trace>", "a file (page numbers, or from run --record-trace), or the string itself: 1,2,3,4,1,2")
  .option("--frames <LIST>", "numbers of frames, like 3,4")
  .option("--only <LIST>", "only these policies, like fifo,clock,opt")
  .option("--tau <N>", "wsclock's window, in references (default: as many as frames)")
  .option("--costs <PROFILE>", "also what it costs: nyu")
  .option("--csv", "print CSV")
  .action((trace: string, options: PolicyOptions) => {
    process.stdout.write(policiesText(trace, options));
  });

// Only for the list that help prints: tools.ts runs these.
for (const [name, description] of Object.entries(TOOL_NAMES)) {
  program
    .command(name)
    .description(description)
    .argument("[args...]")
    .allowUnknownOption()
    .helpOption(false)
    .passThroughOptions();
}

/** Carries out one command line; `argv` as in process.argv. The exit status is left in process.exitCode. Throws CommandFailure. */
export async function runCommand(argv: readonly string[]): Promise<void> {
  try {
    if (argv.length <= 2) program.outputHelp();
    else await program.parseAsync(argv);
  } catch (error) {
    if (error instanceof CommanderError) {
      process.exitCode = error.exitCode === 0 ? 0 : 2;
    } else if (error instanceof KernelPanic) {
      process.stderr.write(
        `faultline: ${error.message}\n  this is a mistake of Faultline; please report it with a recording (--record FILE)\n`,
      );
      if (error.dump !== null) process.stderr.write(`${JSON.stringify(error.dump, null, 2)}\n`);
      process.exitCode = 70;
    } else throw error;
  }
}
