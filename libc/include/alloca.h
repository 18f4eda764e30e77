/* Memory on the stack. */
#ifndef _ALLOCA_H
#define _ALLOCA_H

#define alloca(bytes) __builtin_alloca(bytes)

#endif
