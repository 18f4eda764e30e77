/* Atomic access to bytes. */
#define BYTES 1
#define TYPE uint8_t
#include "part.h"
