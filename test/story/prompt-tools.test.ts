/** The toolchain at the machine's own prompt: C written there is compiled there, and runs there. */
import { describe, expect, test } from "vitest";
import { runStory, type Story } from "./support.ts";

const shell = (script: string): Story => runStory(["/bin/sh", "-c", script]);

const PROGRAM = `cd /root; cat > sum.c <<'END'
#include <stdio.h>
#include <stdlib.h>
int main(int argc, char **argv) {
  int sum = 0;
  for (int i = 1; i < argc; i++) sum += atoi(argv[i]);
  printf("%d\\n", sum);
  return sum & 127;
}
END
`;

describe("at the machine's prompt", () => {
  test("cc makes a program that runs, with its exit status", () => {
    const { stdout, stderr, status } = shell(`${PROGRAM} cc -o sum sum.c && ./sum 20 22`);
    expect(stderr).toBe("");
    expect(stdout).toBe("42\n");
    expect(status).toBe(42);
  });

  test("cc -c, ar, ld by cc, nm and size work on files of the machine", () => {
    const { stdout, status } = shell(
      `${PROGRAM} cc -c sum.c && ar rcs libsum.a sum.o && nm sum.o | grep -c ' T main' && cc -o sum sum.o && size sum | grep -c text && ./sum 1 2`,
    );
    expect(stdout).toBe("1\n1\n3\n");
    expect(status).toBe(3);
  });

  test("an error has file, line, caret and remedy on standard error, and nothing is made", () => {
    const { stdout, stderr, status } = shell(
      "cd /root; echo 'int main(void) { return x; }' > bad.c; cc -o bad bad.c; s=$?; ls; exit $s",
    );
    expect(status).toBe(1);
    expect(stderr).toContain("bad.c:1:25: error:");
    expect(stderr).toContain("^");
    expect(stdout).toBe("bad.c\n");
  });

  test("a file that is not there, and a place that cannot be written, are said", () => {
    expect(shell("cc /no/such/file.c").stderr).toContain("/no/such/file.c");
    const { stderr, status } = shell(`${PROGRAM} cc -o /no/such/folder/sum sum.c`);
    expect(status).not.toBe(0);
    expect(stderr).toContain("/no/such/folder/sum");
  });

  test("help says that the host runs it", () => {
    expect(shell("cc --help").stdout).toContain("run by the host");
  });

  test("arguments that lie outside memory give an error and nothing worse", () => {
    // The call itself, with a vector that is not mapped: EFAULT.
    const script = `cd /root; cat > wild.c <<'END'
long __sys_host_tool(char *const argv[]);
int main(void) { return (int)-__sys_host_tool((char **)0x70000000); }
END
cc -o wild wild.c && ./wild`;
    expect(shell(script).status).toBe(14);
  });
});
