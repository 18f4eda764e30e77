/* Atomic access to halfwords. */
#define BYTES 2
#define TYPE uint16_t
#include "part.h"
