/**
 * The tools against the host's own (GNU coreutils and grep): the same command line, input and files must give the same
 * output and exit status. Runs of blanks count as one, since columns may be laid out differently.
 */
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { missingTools, pathFolder, programNames, run } from "./riscv-gcc.ts";

const TEXT =
  "the quick brown fox\njumps over\n\nthe lazy dog\nTHE END\nfox 12\nfox 7\n  indented\n\ttab\nlast without newline";

const COMMANDS = [
  "cat text nosuch - 2>/dev/null",
  "head text; head -n 2 text; head -3 text; head -c 5 text; head -n 1 text numbers",
  "tail text; tail -n 2 text; tail -3 text; tail -n +3 text; tail -n 1 text numbers; seq 100 | tail -n 5",
  "wc text; wc -l text numbers; wc -w <text; wc -c text | cat",
  "grep fox text; grep -v fox text; grep -c fox text; grep -n '^the' text; grep -i the text numbers",
  "grep 'o[vx]' text; grep 'j.*r$' text; grep -F 'x 1' text; grep -E 'fo+x|zzz' text || grep -E 'x ?1' text",
  "grep '^$' text; grep -c '^' text; grep '[^a-z ]' text; grep -l fox text numbers; grep -q nothing text; echo $?",
  "grep nothing text; echo $?; grep x nosuch 2>/dev/null; echo $?; grep '\\.' text; grep 'a*b' text; grep '*' text",
  "sort text; sort -r text; sort -n numbers; sort -rn numbers; sort -u numbers; sort -nu numbers",
  "sort numbers | uniq; sort numbers | uniq -c; sort numbers | uniq -d; sort numbers | uniq -u",
  "tr a-z A-Z <text; tr -d aeiou <text; tr -s o <text; tr -cd a-z <text; tr '\\n' ' ' <text; tr abc x <text",
  "nl text",
  "tee one two <text >three; cmp one two && cmp one three; echo more | tee -a one; tail -n 2 one",
  "cmp text text; echo $?; cmp text numbers; echo $?; cmp -s text numbers; echo $?; head -c 9 text >p; cmp p text; echo $?",
  "cp text copy; cat copy; mkdir -p d/e; cp text numbers d; ls d; cp -r d f; ls f f/e; cp nosuch x 2>/dev/null; echo $?",
  "mkdir m; touch m/a m/b; mv m/a m/c; ls m; mv m n; ls n; mv text numbers n; ls n; mv nosuch x 2>/dev/null; echo $?",
  "mkdir r; touch r/x; rmdir r 2>/dev/null; echo $?; rm r 2>/dev/null; echo $?; rm -r r; ls r 2>/dev/null; rm -f no; echo $?",
  "mkdir text 2>/dev/null; echo $?; mkdir q/w 2>/dev/null; echo $?; mkdir -p q/w q/w; ls q",
  "ln text hard; cat hard; ln -s text soft; cat soft; test -h soft; echo $?; rm soft; cat text | wc -l",
  "ls; ls -a; ls -1 text numbers; ls -d .; ls nosuch 2>/dev/null; echo $?; touch .hidden; ls; ls -a | wc -l",
  "dd if=text of=out bs=4 count=3 2>/dev/null; cat out; dd if=text bs=1 skip=4 count=5 2>/dev/null",
  "seq 3; seq 2 5; seq 10 -3 1; seq 5 1; seq 1 1",
  "yes | head -n 3; yes a b | head -n 2",
  "basename /a/b.c; basename /a/b.c .c; basename b/; basename /; dirname /a/b; dirname a; dirname /a; dirname /; dirname a/b/",
  "printf '%s-%s\\n' a b c; printf '%5d|%-5d|%05d|%x\\n' 1 2 3 255; printf 'a\\tb\\101\\n'; printf '%b' 'x\\ny\\n'; printf '%%%c\\n' hello",
  "printf '%.2s|%8s|\\n' abcdef xy; printf 'no newline'; printf '%s\\n'; printf '%d\\n' 0x10 010 -5",
  "echo a b c | xargs; seq 5 | xargs -n 2 echo n; printf \"'a b' c\" | xargs -n 1 echo; echo x | xargs nosuchcmd 2>/dev/null; echo $?",
  "env -i A=1 B=two $(command -v env) | grep -v ^PWD= | sort; env X=y $(command -v printenv) X; env nosuchcmd 2>/dev/null; echo $?",
  "test 1 -lt 2; echo $?; test a = b; echo $?; test -f text -a ! -d text; echo $?; test -s nosuch; echo $?; test; echo $?",
  "true; echo $?; false; echo $?; sleep 0.01; echo $?; sleep x 2>/dev/null; [ $? -ne 0 ] && echo refused",
  "echo; echo -n a; echo b  c; echo '  d'",
  "uname -m >/dev/null && echo ok; date +%Y >/dev/null && echo ok",
];

describe.skipIf(missingTools !== undefined)(`the tools (needs: ${missingTools ?? "all there"})`, () => {
  let path = "";
  const names = programNames().filter((name) => name !== "sh" && name !== "init");
  beforeAll(() => {
    path = pathFolder(names);
  }, 180_000);

  function inFreshFolder(command: string, searched: string): { stdout: string; status: number | null } {
    const folder = mkdtempSync(join(tmpdir(), "faultline-tools-"));
    writeFileSync(join(folder, "text"), TEXT);
    writeFileSync(join(folder, "numbers"), "10\n9\n100\n9\n-3\n10\n");
    /* The shell's own test, echo and printf must not stand in for the programs. */
    const outside = command.replaceAll(/(?<=^|[;|&] )(test|echo|printf|true|false) /g, "env $1 ");
    const result = run("/bin/dash", ["-c", outside], { cwd: folder, path: searched });
    return { stdout: result.stdout.replaceAll(/^ +/gm, "").replaceAll(/ +/g, " "), status: result.status };
  }

  it.each(COMMANDS)("do as the host's: %s", (command) => {
    const oracle = inFreshFolder(command, process.env["PATH"] ?? "");
    expect(inFreshFolder(command, `${path}:${process.env["PATH"]}`)).toEqual(oracle);
  });

  /* The toolchain's programs need Faultline's host (test/story/prompt-tools.test.ts); the others have no --help. */
  const HOST_TOOLS = ["ar", "as", "cc", "ld", "nm", "objdump", "size"];
  const WITHOUT_HELP = ["true", "false", "init", "hello", ...HOST_TOOLS];
  it.each(programNames().filter((name) => !WITHOUT_HELP.includes(name)))(
    "%s --help says how it is used and succeeds",
    (name) => {
      const result = run(join(pathFolder([...names, "sh"]), name), ["--help"]);
      expect(result.stdout.startsWith(`usage: ${name}`)).toBe(true);
      expect(result.status).toBe(0);
    },
  );

  it.each(["head", "tail", "grep", "sort", "wc", "ls", "tr", "cp", "rm", "mkdir", "seq", "thrash", "vmstat"])(
    "%s refuses an option that it does not know, names itself and shows the usage",
    (name) => {
      const result = run(join(path, name), ["-&"]);
      expect(result.stderr).toMatch(new RegExp(`^${name}: `));
      expect(result.stderr).toContain(`usage: ${name}`);
      expect(result.status).toBe(2);
    },
  );

  it("the help of the shell has a line for every program, and no line for one that is not there", () => {
    const shell = run(join(pathFolder([...names, "sh"]), "sh"), ["-c", "help all"]).stdout;
    const listed = Array.from(shell.matchAll(/^ {2}(\S+) /gm), (match) => match[1]).sort();
    expect(listed).toEqual(programNames());
  });
});
