/** That somebody always gets on (kernel/mm/progress.ts), and that SIGKILL waits for nothing. */
import { expect, test } from "vitest";
import { compileSource } from "../../system/cli/compile.ts";
import { Machine } from "../../system/machine.ts";
import type { MachineConfig } from "../../system/options.ts";
import type { RootEntry } from "../../system/root-file-system.ts";
import { rootEntries, runC } from "./support.ts";

/** Runs a program for at most so many cycles: without progress it would run for ever. Its output, or null. */
function runFor(cycles: number, source: string, config: Partial<MachineConfig>): string | null {
  let text = "";
  const program = {
    path: "/tmp/story",
    type: "file",
    mode: 0o755,
    bytes: compileSource("story.c", source, rootEntries()),
  };
  const machine = new Machine(config, [...rootEntries(), program as RootEntry], (_stream, bytes) => {
    text += new TextDecoder().decode(bytes);
  });
  expect(machine.boot({ argv: ["/tmp/story"], environment: [], stdio: "streams" })).toBeNull();
  while (machine.hart.cycles < cycles) {
    const status = machine.run(1_000_000);
    if (status.kind === "halted") return text;
    if (status.kind === "asleep") machine.skipTo(status.untilCycles);
  }
  return null;
}

/** A parent locks pages, and its children share what is left. */
const CROWD = `#include <stdio.h>
  #include <sys/mman.h>
  #include <sys/wait.h>
  #include <unistd.h>
  static char *map(int pages) {
    return mmap(0, pages * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  }
  int main(void) {
    if (mlock(map(LOCKED), LOCKED * 4096) != 0) return 1;
    for (int child = 1; child <= CHILDREN; child++)
      if (fork() == 0) {
        volatile char *bytes = map(PAGES);
        int sum = 0;
        for (int round = 0; round < 3; round++)
          for (int page = 0; page < PAGES; page++) sum += bytes[page * 4096] += child;
        _exit(sum & 127);
      }
    int how, sum = 0, killed = 0;
    while (wait(&how) > 0)
      if (WIFSIGNALED(how)) killed++;
      else sum += WEXITSTATUS(how);
    printf("%d %d\\n", sum, killed);
  }`;

const crowd = (locked: number, children: number, pages: number): string =>
  `enum { LOCKED = ${locked}, CHILDREN = ${children}, PAGES = ${pages} };\n${CROWD}`;

test.each(["lru", "arc", "fifo", "random", "wsclock"])(
  "a quantum shorter than a fault takes, and fewer frames than processes want: all get on (%s)",
  (replacement) => {
    const [locked, children, pages] = [36, 7, 12];

    const output = runFor(3e9, crowd(locked, children, pages), {
      frames: 76,
      swapSlots: 300,
      quantumCycles: 2000,
      replacement,
    });

    // In the three rounds a child finds 1, 2 and 3 times its number in each page.
    const sums = [1, 2, 3, 4, 5, 6, 7].map((child) => (pages * (1 + 2 + 3) * child) % 128);
    expect(output).toBe(`${sums.reduce((a, b) => a + b)} 0\n`);
  },
);

test.each(["clock", "lru", "arc"])(
  "half of memory locked and swap full: processes are ended until the others can go on (%s)",
  (replacement) => {
    const output = runFor(3e9, crowd(36, 8, 12), { frames: 76, swapSlots: 3, replacement });

    expect(output).toMatch(/^\d+ [1-8]\n$/);
  },
);

test("SIGKILL ends a parent that waits for its vfork child, and one that has a handled signal waiting besides", () => {
  const { stdout } = runC(`#include <signal.h>
    #include <stdio.h>
    #include <sys/wait.h>
    #include <unistd.h>
    static void handler(int signal) { (void)signal; }
    static char stack[4096];
    /* clone(CLONE_VM | CLONE_VFORK | SIGCHLD); the child waits in ppoll for ever. */
    void vfork_and_wait(char *stack);
    __asm__(".text\\n.globl vfork_and_wait\\nvfork_and_wait:\\n"
      "mv a1, a0\\nli a0, 0x4111\\nli a2, 0\\nli a3, 0\\nli a4, 0\\nli a7, 220\\necall\\nbnez a0, 2f\\n"
      "1: li a0, 0\\nli a1, 0\\nli a2, 0\\nli a3, 0\\nli a7, 414\\necall\\nj 1b\\n2: ret\\n");
    int main(void) {
      int pid = fork();
      if (pid == 0) {
        signal(SIGUSR1, handler);
        vfork_and_wait(stack + sizeof stack);
        _exit(3);
      }
      sleep(1);
      kill(pid, SIGUSR1);
      kill(pid, SIGKILL);
      int how;
      int ended = waitpid(pid, &how, 0);
      printf("%d %x\\n", ended == pid, how);
    }`);

  expect(stdout).toBe("1 9\n");
});

test("a system call that touches very much lets others have their turns, and SIGKILL ends it", () => {
  const { stdout, events } = runC(`#include <signal.h>
    #include <stdio.h>
    #include <sys/mman.h>
    #include <sys/wait.h>
    #include <time.h>
    #include <unistd.h>
    static long long now(void) {
      struct timespec time;
      clock_gettime(CLOCK_MONOTONIC, &time);
      return time.tv_sec * 1000000000LL + time.tv_nsec;
    }
    int main(void) {
      long long begun = now();
      int pid = fork();
      if (pid == 0) {
        mmap(0, 1 << 30, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE | MAP_NORESERVE, -1, 0);
        _exit(3);
      }
      usleep(2000);
      kill(pid, SIGKILL);
      int how;
      waitpid(pid, &how, 0);
      printf("%x %d\\n", how, now() - begun < 40000000);
    }`);

  // A quarter of a million pages would take more than three seconds of virtual time.
  expect(stdout).toBe("9 1\n");
  expect(events.filter((event) => event.kind === "syscall-enter" && event.args[3] === 0xc022)).toHaveLength(1);
});

test("a read of very many zeros is complete, however many turns it takes", () => {
  const { stdout } = runC(
    `#include <fcntl.h>
    #include <stdio.h>
    #include <string.h>
    #include <unistd.h>
    static char bytes[300000];
    int main(void) {
      memset(bytes, 1, sizeof bytes);
      if (fork() == 0)
        for (;;) {}
      int fd = open("/dev/zero", O_RDONLY);
      int got = read(fd, bytes, sizeof bytes), left = 0;
      for (int i = 0; i < sizeof bytes; i++) left += bytes[i];
      printf("%d %d\\n", got, left);
    }`,
    { config: { quantumCycles: 2000 } },
  );

  expect(stdout).toBe("300000 0\n");
});
