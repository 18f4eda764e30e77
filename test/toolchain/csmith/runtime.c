/* The few functions that csmith's programs call, on bare Linux system calls. Compiled by the reference compiler for both sides. */
#include "csmith.h"

uint32_t crc32_context = 0xffffffffu;
static uint32_t table[256];

static int system_call(int number, int a, int b, int c) {
  register int a0 asm("a0") = a;
  register int a1 asm("a1") = b;
  register int a2 asm("a2") = c;
  register int a7 asm("a7") = number;
  asm volatile("ecall" : "+r"(a0) : "r"(a1), "r"(a2), "r"(a7) : "memory");
  return a0;
}

void crc32_gentab(void) {
  for (uint32_t i = 0; i < 256; i++) {
    uint32_t crc = i;
    for (int bit = 0; bit < 8; bit++) crc = (crc & 1) != 0 ? (crc >> 1) ^ 0xedb88320u : crc >> 1;
    table[i] = crc;
  }
}

static void add_byte(uint8_t byte) { crc32_context = (crc32_context >> 8) ^ table[(crc32_context ^ byte) & 0xff]; }

static void print_text(const char *text) {
  int length = 0;
  while (text[length] != 0) length++;
  system_call(64, 1, (int)text, length);
}

static void print_hex(uint32_t value) {
  char text[9];
  for (int i = 0; i < 8; i++) text[i] = "0123456789abcdef"[(value >> (28 - 4 * i)) & 15];
  text[8] = 0;
  print_text(text);
}

static void trace(const char *name) {
  print_text(name);
  print_text(" ");
  print_hex(crc32_context ^ 0xffffffffu);
  print_text("\n");
}

void transparent_crc(uint64_t value, const char *name, int print) {
  for (int i = 0; i < 8; i++) add_byte((uint8_t)(value >> (8 * i)));
  if (print) trace(name);
}

void transparent_crc_bytes(const void *bytes, int count, const char *name, int print) {
  for (int i = 0; i < count; i++) add_byte(((const uint8_t *)bytes)[i]);
  if (print) trace(name);
}

void platform_main_begin(void) {}

void platform_main_end(uint32_t checksum, int print) {
  (void)print;
  print_text("checksum = ");
  print_hex(checksum);
  print_text("\n");
}

int strcmp(const char *a, const char *b) {
  while (*a != 0 && *a == *b) a++, b++;
  return (uint8_t)*a - (uint8_t)*b;
}

int printf(const char *format, ...) {
  print_text(format);
  return 0;
}

void *memcpy(void *to, const void *from, size_t count) {
  for (size_t i = 0; i < count; i++) ((char *)to)[i] = ((const char *)from)[i];
  return to;
}

void *memset(void *to, int value, size_t count) {
  for (size_t i = 0; i < count; i++) ((char *)to)[i] = (char)value;
  return to;
}

int main(int argc, char **argv);

void start(int *stack) {
  system_call(94, main(stack[0], (char **)(stack + 1)), 0, 0);
}

asm(".globl _start\n.weak __global_pointer$\n_start:\n .option push\n .option norelax\n la gp, __global_pointer$\n .option pop\n"
    " mv a0, sp\n andi sp, sp, -16\n call start\n");
