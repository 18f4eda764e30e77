/* A byte-code interpreter: a switch in a loop. */
#include "support.h"
enum { PUSH, LOAD, STORE, ADD, SUB, MUL, REM, LESS, EQUAL, JUMP, BRANCH, HALT };
static int variables[8], stack[32];
static int run(const signed char *code, int limit) {
  int pc = 0, sp = 0, steps = 0;
  while (steps++ < limit) {
    switch (code[pc++]) {
      case PUSH: stack[sp++] = code[pc++]; break;
      case LOAD: stack[sp++] = variables[(int)code[pc++]]; break;
      case STORE: variables[(int)code[pc++]] = stack[--sp]; break;
      case ADD: sp--; stack[sp - 1] += stack[sp]; break;
      case SUB: sp--; stack[sp - 1] -= stack[sp]; break;
      case MUL: sp--; stack[sp - 1] *= stack[sp]; break;
      case REM: sp--; stack[sp - 1] %= stack[sp]; break;
      case LESS: sp--; stack[sp - 1] = stack[sp - 1] < stack[sp]; break;
      case EQUAL: sp--; stack[sp - 1] = stack[sp - 1] == stack[sp]; break;
      case JUMP: pc = code[pc]; break;
      case BRANCH: if (stack[--sp]) pc = code[pc]; else pc++; break;
      default: return steps;
    }
  }
  return steps;
}
static const signed char loop[] = {
  PUSH, 0, STORE, 0, PUSH, 0, STORE, 1,
  /* 8 */ LOAD, 1, LOAD, 0, LOAD, 0, MUL, PUSH, 7, REM, ADD, STORE, 1,
  LOAD, 0, PUSH, 1, ADD, STORE, 0, LOAD, 0, PUSH, 125, PUSH, 40, MUL, LESS, BRANCH, 8, HALT };
int main(void) {
  show("steps", (unsigned)run(loop, 1000000));
  show("sum", (unsigned)variables[1]);
  return 0;
}
