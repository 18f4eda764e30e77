/* VirtualAlloc and its family; errno is set too. */
#include <errno.h>
#include <sys/virtualalloc.h>

#include "../internal/libc.h"

static unsigned long last_error;

/* The numbers that the kernel's errors stand for (kernel/sys/virtual.ts). Returns whether the call has succeeded. */
static int succeeded(int raw) {
  if (raw >= 0 || raw < -4095) return 1;
  errno = -raw;
  switch (-raw) {
    case EEXIST: last_error = ERROR_INVALID_ADDRESS; break;
    case ENOMEM: last_error = ERROR_COMMITMENT_LIMIT; break;
    case EOVERFLOW: last_error = ERROR_NOT_ENOUGH_MEMORY; break;
    case EFAULT: last_error = ERROR_NOACCESS; break;
    default: last_error = ERROR_INVALID_PARAMETER;
  }
  return 0;
}

void *VirtualAlloc(void *vaddr, size_t bytes, unsigned long type, unsigned long protect) {
  int raw = __sys_virtual_alloc((unsigned long)vaddr, bytes, type, protect);
  return succeeded(raw) ? (void *)raw : NULL;
}

int VirtualFree(void *vaddr, size_t bytes, unsigned long type) {
  return succeeded(__sys_virtual_free((unsigned long)vaddr, bytes, type));
}

int VirtualProtect(void *vaddr, size_t bytes, unsigned long protect, unsigned long *old_protect) {
  return succeeded(__sys_virtual_protect((unsigned long)vaddr, bytes, protect, old_protect));
}

size_t VirtualQuery(const void *vaddr, MEMORY_BASIC_INFORMATION *information, size_t bytes) {
  int raw = __sys_virtual_query((unsigned long)vaddr, information, bytes);
  return succeeded(raw) ? (size_t)raw : 0;
}

unsigned long GetLastError(void) { return last_error; }
