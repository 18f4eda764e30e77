/** `run --init`: the program as a child of init, where it has what a shell's child has on Linux; without it, it is process 1. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { faultline, folderWith } from "./faultline.ts";

const FAMILY = `#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static volatile int handled;
static void on(int signal) { handled += signal == SIGUSR1; }

/* A child of a child that has ended tells who its parent is now. */
static int parent_of_an_orphan(void) {
  int fds[2], parent = -1;
  pipe(fds);
  if (fork() == 0) {
    if (fork() != 0) _exit(0);
    usleep(20000);
    parent = getppid();
    write(fds[1], &parent, sizeof parent);
    _exit(0);
  }
  wait(0);
  read(fds[0], &parent, sizeof parent);
  return parent;
}

int main(int argc, char **argv) {
  char line[20] = "";
  printf("pid %d parent %d group %d\\n", getpid(), getppid(), getpgrp());
  printf("orphan's parent %d\\n", parent_of_an_orphan());
  signal(SIGUSR1, on);
  pid_t child = fork();
  if (child == 0) {
    while (!handled) pause();
    _exit(3);
  }
  usleep(1000);
  int sent = killpg(getpgrp(), SIGUSR1), status = 0;
  kill(child, SIGUSR1);
  waitpid(child, &status, 0);
  printf("killpg %d handled %d child %d\\n", sent, handled, WEXITSTATUS(status));
  read(0, line, sizeof line - 1);
  printf("read %s given %s home %s\\n", line, argv[1], getenv("HOME"));
  fflush(stdout);
  if (argc > 2) raise(SIGTERM);
  return 5;
}
`;

const AS_A_CHILD =
  "pid 2 parent 1 group 2\norphan's parent 1\nkillpg 0 handled 1 child 3\nread hello given x home /root\n";

test("with --init the program has a parent and a group of its own, and init collects its orphans", () => {
  const folder = folderWith({ "family.c": FAMILY });
  expect(faultline(["run", "--init", "family.c", "x"], "hello", folder)).toMatchObject({
    status: 5,
    stdout: AS_A_CHILD,
  });
});

test("init ends as the program does, killed by a signal too", () => {
  const folder = folderWith({ "family.c": FAMILY });
  expect(faultline(["run", "--init", "family.c", "x", "y"], "hello", folder).status).toBe(128 + 15);
});

test("a folder as root needs no init of its own", () => {
  const folder = folderWith({ "family.c": FAMILY });
  mkdirSync(join(folder, "root"));
  expect(faultline(["cc", "-o", "root/family", "family.c"], "", folder).status).toBe(0);
  const ran = faultline(["run", "--init", "--root", "root:ro", "family", "x"], "hello", folder);
  expect(ran).toMatchObject({ status: 5, stdout: AS_A_CHILD });
});

test("without --init the program is process 1: no parent, and its group is the number that means everybody", () => {
  const folder = folderWith({ "family.c": FAMILY });
  const { stdout } = faultline(["run", "family.c", "x"], "hello", folder);
  expect(stdout).toContain("pid 1 parent 0 group 1\norphan's parent 1\n");
  // kill(2): -1 means every process but 1 and the caller; so killpg(1) does not reach the caller.
  expect(stdout).toContain("killpg 0 handled 0 child 3\n");
});
