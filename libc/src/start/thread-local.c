/*
 * Thread-local objects of the one thread that there is. The linker takes this file in when a program has such objects; it gives
 * them their initial values before any constructor runs, and lets tp point to them (RISC-V psABI, "Thread Local Storage").
 */
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>

/* The parts of ELF32's headers that are read here (gABI, chapters 4 and 5). */
struct file_header {
  unsigned char ident[16];
  uint16_t type, machine;
  uint32_t version, entry, program_headers, section_headers, flags;
  uint16_t bytes, program_header_bytes, program_header_count;
};
struct program_header {
  uint32_t type, offset, vaddr, paddr, file_bytes, memory_bytes, flags, align;
};
#define PT_TLS 7

extern const struct file_header __executable_start;

void __init_thread_local(void) {
  const struct file_header *file = &__executable_start;
  const char *start = (const char *)file;
  const struct program_header *header = (const void *)(start + file->program_headers);
  for (int left = file->program_header_count; left > 0 && header->type != PT_TLS; left--) {
    header++;
  }
  uint32_t align = header->align > 16 ? header->align : 16;
  char *block = mmap(0, header->memory_bytes + align, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (block == MAP_FAILED) {
    __builtin_trap();
  }
  block = (char *)(((uintptr_t)block + align - 1) / align * align);
  memcpy(block, (const void *)(uintptr_t)header->vaddr, header->file_bytes);
  __asm__ volatile("mv tp, %0" : : "r"(block) : "memory");
}

__attribute__((section(".preinit_array"), used)) static void (*const hook)(void) = __init_thread_local;
