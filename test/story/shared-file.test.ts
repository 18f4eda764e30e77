/** A shared file mapping that replaces the last one of the same file (found by the random system calls). */
import { expect, test } from "vitest";
import { runC } from "./support.ts";

test("MAP_SHARED with MAP_FIXED over the only mapping of the same file keeps the file's contents, stores included", () => {
  const { stdout, machine } = runC(`
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>
int main(void) {
  int fd = open("/tmp/shared", O_RDWR | O_CREAT, 0644);
  write(fd, "before", 6);
  char *at = mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  at[0] = 'B';
  char *again = mmap(at, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, fd, 0);
  again[1] = 'E';
  char text[7] = {0};
  lseek(fd, 0, SEEK_SET);
  read(fd, text, 6);
  printf("%d %s %.6s\\n", again == at, text, again);
  return 0;
}`);
  expect(stdout).toBe("1 BEfore BEfore\n");
  machine.kernel.checkInvariants();
});
