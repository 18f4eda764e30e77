/**
 * Two readers of one pipe, one of whose buffers has been paged out: each read gives bytes of one write, as on Linux, which holds the pipe for the
 * whole of a read; pipe(2) promises it of packets.
 */
import { expect, test } from "vitest";
import { runC } from "./support.ts";

const source = (flags: string): string => `
  #define _GNU_SOURCE
  #include <fcntl.h>
  #include <stdio.h>
  #include <stdlib.h>
  #include <string.h>
  #include <sys/mman.h>
  #include <sys/wait.h>
  #include <unistd.h>
  static char message[4096];
  static void tell(const char *who, const char *bytes, int count) {
    int others = 0;
    for (int i = 0; i < count; i++) others += bytes[i] != bytes[0];
    printf("%s %d bytes, %d of another write\\n", who, count, others);
    fflush(stdout);
  }
  static char *map(int pages) { return mmap(0, pages * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0); }
  int main(void) {
    int ends[2];
    pipe2(ends, ${flags});
    if (fork() == 0) {
      close(ends[1]);
      char *buffer = map(2), *others = map(400);
      buffer[0] = buffer[4096] = 1;
      /* The second page of the buffer leaves memory, the first stays. */
      for (int i = 0; i < 400; i++) others[i * 4096] = 1, buffer[0]++;
      for (int i = 0; i < 2; i++) tell("paged out:", buffer + 2048, read(ends[0], buffer + 2048, 4096));
      _exit(0);
    }
    if (fork() == 0) {
      close(ends[1]);
      char *buffer = malloc(8192);
      for (int i = 0; i < 2; i++) tell("resident:", buffer, read(ends[0], buffer, 4096));
      _exit(0);
    }
    usleep(3000000);
    for (int i = 0; i < 3; i++) memset(message, '1' + i, 4096), write(ends[1], message, 4096);
    close(ends[1]), close(ends[0]);
    while (wait(0) > 0) continue;
    return 0;
  }`;

test.each(["O_DIRECT", "0"])("readers of a pipe made with %s do not get parts of each other's bytes", (flags) => {
  const lines = runC(source(flags), { config: { frames: 128 } })
    .stdout.trim()
    .split("\n");
  // Three writes, and one end of the pipe.
  expect(lines.map((line) => line.replace(/^.*: /, "")).sort()).toEqual([
    "0 bytes, 0 of another write",
    ...Array(3).fill("4096 bytes, 0 of another write"),
  ]);
});
