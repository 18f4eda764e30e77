/**
 * The page that a signal handler returns to. The kernel puts its address in ra, because riscv32's sigaction has no
 * restorer; Linux keeps the same two instructions in its vdso. Exec maps it at TRAMPOLINE_VADDR, read and execute, as a
 * private mapping of FileSystem.trampolineInode under the name "[vdso]".
 */

/** `addi a7, zero, 139` (rt_sigreturn): imm 139, rs1 x0, funct3 0, rd x17, opcode 0x13. */
const LOAD_NUMBER = (139 << 20) | (17 << 7) | 0x13;
const ECALL = 0x00000073;

export function trampolinePage(): Uint8Array {
  const page = new Uint8Array(4096);
  const view = new DataView(page.buffer);
  view.setUint32(0, LOAD_NUMBER, true);
  view.setUint32(4, ECALL, true);
  return page;
}
