import { describe, expect, it } from "vitest";
import { valueText } from "../../../system/debugger/expression.ts";
import { debugC, lineOf } from "./support.ts";

const SOURCE = `
#include <setjmp.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
static jmp_buf place;
static char *page;
static int done;
static int count(int n) {
  if (n == 0)
    return 0;
  int below = count(n - 1); /* deeper */
  return below + 1; /* add */
}
static void leave(int deep) {
  if (deep)
    leave(deep - 1);
  longjmp(place, 7); /* throw */
}
static void allow(int signal) {
  mprotect(page, 4096, PROT_READ | PROT_WRITE); /* handler */
}
int main(void) {
  done = count(3); /* start */
  if (setjmp(place) == 0)
    leave(2); /* jump */
  else
    done++; /* landed */
  page = mmap(0, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  signal(SIGSEGV, allow);
  *page = 1; /* touch */
  done++; /* touched */
  if (fork() == 0) /* fork */
    _exit(3);
  wait(0); /* wait */
  return 0; /* end */
}`;

const at = (mark: string): number => lineOf(SOURCE, mark);

describe("steps where the way is not straight", () => {
  const { debug } = debugC(SOURCE);
  const line = (): number => debug.callStack()[0].line;
  const value = (text: string): string => {
    const { value, scope } = debug.evaluate(text);
    return valueText(scope, value);
  };
  const goTo = (mark: string, condition?: string): void => {
    debug.timeline.goToMoment(debug.timeline.start);
    debug.breakpoints.length = 0;
    debug.breakAt(`test.c:${at(mark)}`, condition === undefined ? {} : { condition });
    expect(debug.run("forward").kind).toBe("breakpoint");
    debug.breakpoints.length = 0;
  };

  it("next over a recursive call stops in the same frame, finish in the caller's", () => {
    goTo("deeper", "n == 2");
    debug.stepLine("forward", true);
    expect([line(), value("n"), value("below")]).toEqual([at("add"), "2", "1"]);
    debug.finish("forward");
    expect([line(), value("n")]).toEqual([at("deeper"), "3"]);
    debug.stepLine("forward", true);
    expect([line(), value("below")]).toEqual([at("add"), "2"]);
  });

  it("step goes into the recursion, and reverse-finish back to its call", () => {
    goTo("deeper", "n == 2");
    debug.stepLine("forward", false);
    expect(value("n")).toBe("1");
    debug.finish("backward");
    expect([line(), value("n")]).toEqual([at("deeper"), "2"]);
  });

  it("reverse-next undoes a recursive call as a whole", () => {
    goTo("add", "n == 2");
    debug.stepLine("backward", true);
    expect([line(), value("n")]).toEqual([at("deeper"), "2"]);
  });

  it("next over a call that is left by longjmp stops where it lands", () => {
    goTo("jump");
    debug.stepLine("forward", true);
    expect(line()).toBe(at("landed"));
  });

  it("a signal handler in the middle of a line is passed over; a breakpoint in it stops", () => {
    goTo("touch");
    debug.stepLine("forward", false);
    expect([line(), value("*page")]).toEqual([at("touched"), "1"]);
    goTo("touch");
    debug.breakAt(`test.c:${at("handler")}`);
    expect(debug.stepLine("forward", true).kind).toBe("breakpoint");
    expect(line()).toBe(at("handler"));
    debug.breakpoints.length = 0;
  });

  it("next over a fork stays in the parent, and over a wait comes back when the child has ended", () => {
    goTo("fork");
    debug.selectProcess(1);
    debug.stepLine("forward", true);
    expect([line(), debug.pid]).toEqual([at("wait"), 1]);
    debug.stepLine("forward", true);
    expect([line(), debug.pid]).toEqual([at("end"), 1]);
  });
});
