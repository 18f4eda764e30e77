/*
 * VirtualAlloc and its family: Faultline's own calls, after the Win32 functions of those names (memoryapi.h), with their
 * values. Reserve addresses, commit pages of them, decommit, release the whole. See docs/kernel.md.
 */
#ifndef _SYS_VIRTUALALLOC_H
#define _SYS_VIRTUALALLOC_H

#include <sys/types.h>

#define MEM_COMMIT 0x1000
#define MEM_RESERVE 0x2000
#define MEM_DECOMMIT 0x4000
#define MEM_RELEASE 0x8000
#define MEM_FREE 0x10000
#define MEM_PRIVATE 0x20000
#define MEM_MAPPED 0x40000
#define MEM_RESET 0x80000
#define MEM_RESET_UNDO 0x1000000
#define MEM_TOP_DOWN 0x100000
#define MEM_IMAGE 0x1000000

#define PAGE_NOACCESS 0x01
#define PAGE_READONLY 0x02
#define PAGE_READWRITE 0x04
#define PAGE_WRITECOPY 0x08
#define PAGE_EXECUTE 0x10
#define PAGE_EXECUTE_READ 0x20
#define PAGE_EXECUTE_READWRITE 0x40
/*
 * With one of the above, not with PAGE_NOACCESS: the first access to a page is refused and takes the guard from it. On Windows that raises
 * STATUS_GUARD_PAGE_VIOLATION; here it is SIGSEGV with si_code SEGV_GUARD and the address in si_addr, and when the
 * handler returns, the access is made again and succeeds. A system call that meets a guard fails with EFAULT.
 */
#define PAGE_GUARD 0x100
#define SEGV_GUARD 64

#define ERROR_SUCCESS 0
#define ERROR_NOT_ENOUGH_MEMORY 8
#define ERROR_INVALID_PARAMETER 87
#define ERROR_INVALID_ADDRESS 487
#define ERROR_NOACCESS 998
#define ERROR_COMMITMENT_LIMIT 1455

typedef struct _MEMORY_BASIC_INFORMATION {
  void *BaseAddress, *AllocationBase;
  unsigned long AllocationProtect;
  size_t RegionSize;
  unsigned long State, Protect, Type;
} MEMORY_BASIC_INFORMATION;

#ifdef __cplusplus
extern "C" {
#endif

/* NULL on failure; GetLastError says why. The others return 0 on failure. */
void *VirtualAlloc(void *vaddr, size_t bytes, unsigned long type, unsigned long protect);
int VirtualFree(void *vaddr, size_t bytes, unsigned long type);
int VirtualProtect(void *vaddr, size_t bytes, unsigned long protect, unsigned long *old_protect);
size_t VirtualQuery(const void *vaddr, MEMORY_BASIC_INFORMATION *information, size_t bytes);
unsigned long GetLastError(void);

#ifdef __cplusplus
}
#endif

#endif
