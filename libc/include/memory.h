/* The old name of the part of <string.h> that is about memory. */
#ifndef _MEMORY_H
#define _MEMORY_H

#include <string.h>

#endif
