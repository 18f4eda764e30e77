/* Output, memory functions and the entry point for test programs, on bare Linux system calls. Compiled by the reference compiler. */
typedef unsigned int size_t;
#include "support.h"

static int system_call(int number, int a, int b, int c) {
  register int a0 asm("a0") = a;
  register int a1 asm("a1") = b;
  register int a2 asm("a2") = c;
  register int a7 asm("a7") = number;
  asm volatile("ecall" : "+r"(a0) : "r"(a1), "r"(a2), "r"(a7) : "memory");
  return a0;
}

void put_text(const char *text) {
  int length = 0;
  while (text[length] != 0) length++;
  system_call(64, 1, (int)text, length);
}

void put_line(void) { put_text("\n"); }

void put_hex(unsigned value) {
  char text[9];
  for (int i = 0; i < 8; i++) text[i] = "0123456789abcdef"[(value >> (28 - 4 * i)) & 15];
  text[8] = 0;
  put_text(text);
}

void put_wide(unsigned long long value) {
  put_hex((unsigned)(value >> 32));
  put_hex((unsigned)value);
}

void put_int(int value) {
  char text[12];
  char *at = text + 11;
  unsigned rest = value < 0 ? 0u - (unsigned)value : (unsigned)value;
  *at = 0;
  do *--at = (char)('0' + rest % 10);
  while ((rest /= 10) != 0);
  if (value < 0) *--at = '-';
  put_text(at);
}

void show(const char *name, unsigned long long value) {
  put_text(name);
  put_text(" ");
  put_wide(value);
  put_line();
}

void *memcpy(void *to, const void *from, size_t count) {
  for (size_t i = 0; i < count; i++) ((volatile char *)to)[i] = ((const char *)from)[i];
  return to;
}

void *memset(void *to, int value, size_t count) {
  for (size_t i = 0; i < count; i++) ((volatile char *)to)[i] = (char)value;
  return to;
}

int main(void);
void start(void) { system_call(94, main(), 0, 0); }

asm(".globl _start\n.weak __global_pointer$\n_start:\n .option push\n .option norelax\n la gp, __global_pointer$\n .option pop\n"
    " andi sp, sp, -16\n call start\n");
